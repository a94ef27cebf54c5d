/**
 * A kernel's sources, parsed: the file, what it imports, and the library that is linked into every kernel.
 *
 * The compiler is driven through its API rather than through `asc`: parsing once is enough to derive the interface and
 * to compile, and a defect in the compiler is an exception instead of the end of the process.
 */
import { join } from "node:path";
import * as assemblyscript from "assemblyscript";
import type { DiagnosticMessage, Program, Range, Source } from "assemblyscript";
import { libraryFiles, version } from "assemblyscript/asc";
import { HeddleError } from "../base/error.ts";
import { runtimes, type BuildSettings } from "./build-settings.ts";
import { Diagnostics } from "./diagnostics.ts";
import { DocComments, type RawComment } from "./doc-comment.ts";
import { isStandard, libraryPrefix } from "./library-path.ts";
import { packageName, PackageSources } from "./package-sources.ts";
import { readOptional, type FoundSource } from "./read-source.ts";

/** Parsed sources, ready for the entry to be added. */
export interface KernelProgram {
  readonly program: Program;
  /** The kernel's own file. */
  readonly entry: Source;
  /** The kernel's file and all that it imports, those of packages among it, but not the standard library. */
  readonly sources: readonly Source[];
  /** Doc comments by internal path. */
  readonly comments: ReadonlyMap<string, DocComments>;
  /** Every comment of the kernel's own file. */
  readonly entryComments: readonly RawComment[];
  readonly packages: PackageSources;
}

const kernelLibrary = "heddle";
/** Where the sources of the library are that kernels link. */
export const libraryFolder = new URL("../../kernels/lib/", import.meta.url);

/** A program without sources. Its module takes memory outside the JavaScript heap until it is disposed of. */
export function createProgram(optimize: boolean): Program {
  return assemblyscript.newProgram(compilerOptions(optimize));
}

/**
 * Parses a kernel, a file in a folder that paths are relative to. Throws BUILD_FAILED for a file that is missing or
 * does not parse.
 */
export async function parseKernel(
  program: Program,
  folder: string,
  fileName: string,
): Promise<KernelProgram> {
  const text = await readOptional(join(folder, fileName));
  if (text === null) {
    throw new HeddleError(
      "BUILD_FAILED",
      `${join(folder, fileName)}  cannot be read; give the path of a .ts file`,
    );
  }
  const comments = listenForComments(program);
  for (const [name, source] of Object.entries(libraryFiles)) {
    if (!name.includes("/")) assemblyscript.parse(program, source, `${libraryPrefix}${name}.ts`, false);
  }
  assemblyscript.parse(program, text, fileName, false);
  const packages = new PackageSources(folder);
  await parseImports(program, folder, packages);
  const diagnostics = new Diagnostics();
  takeDiagnostics(program, diagnostics, packages);
  const sources = program.sources.filter(({ normalizedPath }) => !isStandard(normalizedPath));
  await packages.checkCopies(sources, diagnostics);
  diagnostics.throwIfAny();
  const [entry] = sources;
  if (entry === undefined) throw new HeddleError("INTERNAL", `the compiler kept no source of ${fileName}`);
  const commentsOf = (source: Source): RawComment[] => [...(comments.get(source)?.values() ?? [])];
  return {
    program,
    entry,
    sources,
    comments: new Map(
      sources.map((source) => [source.internalPath, new DocComments(source.text, commentsOf(source))]),
    ),
    entryComments: commentsOf(entry),
    packages,
  };
}

/** Parses what is imported and not parsed yet; also called after the entry was added. */
export async function parseImports(
  program: Program,
  folder: string,
  packages: PackageSources,
): Promise<void> {
  for (let path = assemblyscript.nextFile(program); path !== null; path = assemblyscript.nextFile(program)) {
    const from = assemblyscript.getDependee(program, path) ?? "";
    const found = path.startsWith(libraryPrefix)
      ? ((await readLibrary(path.slice(libraryPrefix.length))) ?? (await packages.read(path, from)))
      : await readSource(folder, path);
    assemblyscript.parse(program, found?.text ?? null, found?.path ?? `${path}.ts`, false);
  }
}

/** Moves the compiler's errors into our list; gives its warnings as lines. */
export function takeDiagnostics(
  program: Program,
  diagnostics: Diagnostics,
  packages?: PackageSources,
): string[] {
  const warnings: string[] = [];
  for (;;) {
    const message = assemblyscript.nextDiagnostic(program);
    if (message === null) return warnings;
    if (assemblyscript.isError(message)) addMessage(message, diagnostics, packages);
    else if (!isFromLibrary(message)) warnings.push(assemblyscript.formatDiagnostic(message, false, false));
  }
}

/** What to do about messages of the compiler, by how they read. */
const adviceByMessage: readonly (readonly [RegExp, string])[] = [
  [/^Feature 'relaxed-simd'/, 'write /* heddle { "features": ["relaxed-simd"] } */ at the top of the kernel'],
  [/: Closures/, "pass what it captures as a parameter of a function"],
  [/: Exceptions/, "end the invocation with fail(code, message), or return what went wrong"],
  [/^File '/, "check the path: it is relative to this file, without .ts"],
];

function addMessage(
  message: DiagnosticMessage,
  diagnostics: Diagnostics,
  packages: PackageSources | undefined,
): void {
  const { range, relatedRange } = message;
  const own = isFromLibrary(message) && relatedRange !== null ? relatedRange : range;
  const said = message.message.replace(/\.$/, "");
  const missing = /^File '(~lib\/.*)\.ts' not found$/.exec(said)?.[1];
  const { what, advice } = (missing === undefined ? undefined : packages?.problemOf(missing)) ?? {
    what: said,
    advice: adviceByMessage.find(([pattern]) => pattern.test(said))?.[1] ?? packageAdvice(own),
  };
  if (own === null) diagnostics.addAt("the kernel", 0, 0, what, advice);
  else diagnostics.add(own, what, advice);
}

/** What to do about a package that does not compile: mostly it was written for an older compiler. */
function packageAdvice(range: Range | null): string {
  const name = range === null ? "" : packageName(range.source.normalizedPath);
  if (name === "") return "";
  return `"${name}" does not compile with AssemblyScript ${version}: take another version of it, or import less of it`;
}

function isFromLibrary({ range }: DiagnosticMessage): boolean {
  return range !== null && range.source.normalizedPath.startsWith(libraryPrefix);
}

/**
 * Puts settings into force that are known only once the sources are parsed; parsing does not depend on them. The
 * collector that runs by itself finds the objects that local variables hold on a stack in memory.
 */
export function applySettings(program: Program, { runtime, features }: BuildSettings): void {
  const { options } = program;
  assemblyscript.setRuntime(options, runtimes.indexOf(runtime));
  if (runtime === "incremental") {
    assemblyscript.setStackSize(options, assemblyscript.DEFAULT_STACK_SIZE);
    program.module.useShadowStack = true;
  }
  const relaxed = features.includes("relaxed-simd");
  assemblyscript.setFeature(options, assemblyscript.FEATURE_RELAXED_SIMD, relaxed);
}

function compilerOptions(optimize: boolean): assemblyscript.Options {
  const options = assemblyscript.newOptions();
  assemblyscript.setFeature(options, assemblyscript.FEATURE_SIMD, true);
  assemblyscript.setOptimizeLevelHints(options, optimize ? 3 : 0, 0);
  assemblyscript.addGlobalAlias(options, "abort", `${libraryPrefix}${kernelLibrary}/host/abortKernel`);
  assemblyscript.addGlobalAlias(options, "trace", `${libraryPrefix}${kernelLibrary}/host/traceKernel`);
  return options;
}

/** Collects comments by source. The tokenizer looks ahead and reports some more than once: the start is the key. */
function listenForComments(program: Program): Map<Source, Map<number, RawComment>> {
  const bySource = new Map<Source, Map<number, RawComment>>();
  program.parser.onComment = (_kind, text, { source, start, end }) => {
    if (isStandard(source.normalizedPath)) return;
    const comments = bySource.get(source) ?? new Map<number, RawComment>();
    comments.set(start, { start, end, text });
    bySource.set(source, comments);
  };
  return bySource;
}

/**
 * What the standard library lacks, added at the end of a file of it. The collector cannot be told to wait, but it does
 * while there is less than a certain amount of objects.
 */
const additions: ReadonlyMap<string, string> = new Map([
  [
    "rt/itcms",
    "\nexport function swapThreshold(to: usize): usize { const was = threshold; threshold = to; return was; }\n",
  ],
]);

async function readLibrary(name: string): Promise<FoundSource | null> {
  if (name === kernelLibrary || name.startsWith(`${kernelLibrary}/`)) {
    const file = name === kernelLibrary ? kernelLibrary : name.slice(kernelLibrary.length + 1);
    const text = /^[a-z]+$/.test(file) ? await readOptional(new URL(`${file}.ts`, libraryFolder)) : null;
    const path = `${libraryPrefix}${kernelLibrary}/${name === kernelLibrary ? "index" : file}.ts`;
    return text === null ? null : { path, text };
  }
  for (const path of [name, `${name}/index`]) {
    const text = Object.hasOwn(libraryFiles, path) ? libraryFiles[path] : undefined;
    if (text !== undefined)
      return { path: `${libraryPrefix}${path}.ts`, text: `${text}${additions.get(path) ?? ""}` };
  }
  return null;
}

async function readSource(folder: string, internalPath: string): Promise<FoundSource | null> {
  for (const path of [`${internalPath}.ts`, `${internalPath}/index.ts`]) {
    const text = await readOptional(join(folder, path));
    if (text !== null) return { path, text };
  }
  return null;
}
