/**
 * From a source file to a self-describing module: parse, derive the interface, generate the entry, compile, append the
 * sections. The same input gives the same bytes: paths are relative to the kernel's folder, and no time goes in.
 */
import { basename, dirname } from "node:path";
import * as assemblyscript from "assemblyscript";
import binaryen from "assemblyscript/binaryen";
import { HeddleError } from "../base/error.ts";
import type { Manifest } from "../kernel/manifest.ts";
import { writeDescriptorSet } from "../wire/descriptor-write.ts";
import { readKernelSchema, type KernelSchema } from "../wire/schema.ts";
import type { BuildInput, Runtime } from "./build-settings.ts";
import { canonicalizeNans } from "./canonicalize-nans.ts";
import { Diagnostics } from "./diagnostics.ts";
import { entryPath, generateEntry } from "./entry.ts";
import { checkImports, checkStart } from "./host-use.ts";
import { deriveInterface } from "./interface.ts";
import { readManifest } from "./kernel-manifest.ts";
import { compileLocated, placeInlined, placeRest } from "./located-compiler.ts";
import {
  applySettings,
  createProgram,
  parseImports,
  parseKernel,
  takeDiagnostics,
  type KernelProgram,
} from "./program.ts";
import { describeInterface } from "./proto.ts";
import { withSections } from "../kernel/sections.ts";
import type { FunctionShape, KernelInterface } from "./shapes.ts";
import { writeSourceMap } from "./source-map.ts";
import { SourcePlaces } from "./source-places.ts";

/** What to build and how. */
export interface BuildOptions {
  /** Path of the kernel's `.ts` file. */
  readonly file: string;
  /** Keys that override `heddle.json` and the comment in the source. */
  readonly manifest?: BuildInput;
  /** Optimise; default true. Off builds faster, for a look at the generated code. */
  readonly optimize?: boolean;
  /** Also give the module in the text format; default false. */
  readonly text?: boolean;
}

/** A built kernel. */
export interface BuiltKernel {
  readonly name: string;
  /** The module with its sections. */
  readonly wasm: Uint8Array;
  /** The source map to be kept beside the module, when that was asked for; otherwise "". */
  readonly sourceMap: string;
  readonly manifest: Manifest;
  readonly schema: KernelSchema;
  /** Warnings of the AssemblyScript compiler about the kernel's own sources. */
  readonly warnings: readonly string[];
  /** The module in the text format as the compiler gives it, when asked for; otherwise "". */
  readonly text: string;
  readonly buildMs: number;
}

/**
 * Builds a kernel. Throws BUILD_FAILED with a line `file:line:column  what; what to do instead` for each problem,
 * BAD_MANIFEST or RESERVED_NAME.
 */
export async function buildKernel(options: BuildOptions): Promise<BuiltKernel> {
  const started = performance.now();
  const folder = dirname(options.file);
  const fileName = basename(options.file);
  const optimize = options.optimize ?? true;
  const program = createProgram(optimize);
  try {
    const parsed = await parseKernel(program, folder, fileName);
    const given = options.manifest ?? {};
    const comments = parsed.entryComments;
    const { manifest, settings } = await readManifest({ folder, fileName, given, comments });
    applySettings(program, settings);
    const diagnostics = new Diagnostics();
    const kernel = deriveInterface(parsed, manifest.name, diagnostics);
    await addEntry(parsed, kernel, { folder, runtime: settings.runtime, isWhole: diagnostics.isEmpty });
    const { wasm, sourceMap, ...compiled } = compileProgram(parsed, kernel, manifest, {
      optimize,
      text: options.text ?? false,
      isMapped: settings.sourceMap !== "none",
      isDeterministic: settings.deterministic,
      memoryInitialBytes: settings.memoryInitialBytes,
      diagnostics,
    });
    const descriptor = writeDescriptorSet(describeInterface(kernel));
    const inModule = settings.sourceMap === "module" ? sourceMap : "";
    return {
      name: manifest.name,
      wasm: withSections(wasm, { descriptor, manifest: JSON.stringify(manifest), sourceMap: inModule }),
      sourceMap: settings.sourceMap === "beside" ? sourceMap : "",
      manifest,
      schema: readKernelSchema(descriptor),
      ...compiled,
      buildMs: performance.now() - started,
    };
  } catch (cause) {
    throw cause instanceof HeddleError ? cause : crashed(fileName, cause);
  } finally {
    program.module.dispose();
  }
}

/** A source that the compiler cannot cope with: what it throws is about itself, and says little to an author. */
function crashed(fileName: string, cause: unknown): HeddleError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const advice =
    cause instanceof RangeError
      ? "something is nested too deeply or too large: an expression, a block, a generic type that contains itself, " +
        "a class or a list of parameters; take it apart"
      : "look at what changed last";
  return new HeddleError("BUILD_FAILED", `${fileName}  the compiler gave up: ${said}; ${advice}`, { cause });
}

interface EntryOptions {
  readonly folder: string;
  readonly runtime: Runtime;
  /** The interface has no problems. */
  readonly isWhole: boolean;
}

/**
 * Adds the entry. For an interface with problems there is none; what the kernel exports is then compiled as it is, for
 * the sake of the problems that are found there.
 */
async function addEntry(
  { program, entry, packages }: KernelProgram,
  kernel: KernelInterface,
  { folder, runtime, isWhole }: EntryOptions,
): Promise<void> {
  const userEntry = 1;
  if (!isWhole) entry.sourceKind = userEntry;
  const called = isWhole ? kernel : { ...kernel, functions: [], messages: [] };
  assemblyscript.parse(program, generateEntry(called, entry.internalPath, runtime), entryPath, true);
  await parseImports(program, folder, packages);
}

interface CompiledProgram {
  readonly wasm: Uint8Array;
  readonly sourceMap: string;
  readonly text: string;
  readonly warnings: readonly string[];
}

interface CompileOptions {
  readonly optimize: boolean;
  readonly text: boolean;
  /** Make a source map. */
  readonly isMapped: boolean;
  /** Make all NaNs one wherever their bits can be seen. */
  readonly isDeterministic: boolean;
  readonly memoryInitialBytes: number;
  /** What is wrong so far; what is found here comes to it. */
  readonly diagnostics: Diagnostics;
}

const pageBytes = 64 * 1024;

/** Compiles what was parsed. Synchronous: Binaryen keeps its settings in globals. */
function compileProgram(
  { program, sources }: KernelProgram,
  { functions }: KernelInterface,
  { memoryMaxBytes }: Manifest,
  { optimize, text, isMapped, isDeterministic, memoryInitialBytes, diagnostics }: CompileOptions,
): CompiledProgram {
  assemblyscript.setInitialMemory(program.options, Math.min(memoryInitialBytes, memoryMaxBytes) / pageBytes);
  assemblyscript.setMaximumMemory(program.options, memoryMaxBytes / pageBytes);
  assemblyscript.setSourceMap(program.options, isMapped);
  const module = compileOrThrow(program, diagnostics);
  const found = new Diagnostics();
  const warnings = takeDiagnostics(program, found);
  diagnostics.addAll(found);
  if (!found.isEmpty) diagnostics.throwIfAny();
  const before = module.toText();
  checkImports(before, sources, diagnostics);
  checkStart(before, sources, diagnostics);
  diagnostics.throwIfAny();
  keepNames(module, functions);
  if (optimize) placeInlined(module);
  assemblyscript.optimize(module, optimize ? 3 : 0, 0, true);
  placeRest(module);
  return {
    ...emit(module, sources, { isMapped, isDeterministic }),
    text: text ? module.toText() : "",
    warnings,
  };
}

function emit(
  module: assemblyscript.Module,
  sources: readonly assemblyscript.Source[],
  { isMapped, isDeterministic }: Pick<CompileOptions, "isMapped" | "isDeterministic">,
): Pick<CompiledProgram, "wasm" | "sourceMap"> {
  const emitted = Uint8Array.from(module.toBinary(null).output);
  const { wasm, moved } = isDeterministic
    ? canonicalizeNans(emitted)
    : { wasm: emitted, moved: (offset: number) => offset };
  if (!isMapped) return { wasm, sourceMap: "" };
  // With a map Binaryen adds a section with its address, behind the code: offsets are those of the module without it.
  const map = module.toBinary("map").sourceMap ?? "";
  const names = functionNames(module);
  const places = new SourcePlaces(sources);
  return { wasm, sourceMap: writeSourceMap({ wasm: emitted, map, functions: names, moved }, places) };
}

/** Names of the functions that have a body, in the order of the module. */
function functionNames(module: assemblyscript.Module): string[] {
  const wrapped = binaryen.wrapModule(module.ref);
  const names: string[] = [];
  for (let index = 0; index < wrapped.getNumFunctions(); index++) {
    const { name, module: importedFrom } = binaryen.getFunctionInfo(wrapped.getFunctionByIndex(index));
    if (importedFrom === "" || importedFrom === null) names.push(name);
  }
  return names;
}

function compileOrThrow(program: assemblyscript.Program, diagnostics: Diagnostics): assemblyscript.Module {
  try {
    return compileLocated(program);
  } catch (cause) {
    diagnostics.throwIfAny(); // what is known to be wrong may be why
    throw cause;
  }
}

/** Keeps exported functions from being inlined into the entry, so that a trap names them. */
function keepNames(module: assemblyscript.Module, functions: readonly FunctionShape[]): void {
  for (const { internalName } of functions) {
    binaryen.setPassArgument("no-inline", internalName);
    module.runPasses(["no-inline"]);
  }
}
