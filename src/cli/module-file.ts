/** What `build` and `deploy` make of a file: a source is built, a module from elsewhere gets its sections. */
import { basename, extname } from "node:path";
import type { WrapOptions } from "../kernel/wrap.ts";
import { readBuildFlags } from "./build-flags.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { buildSource, readable } from "./build-source.ts";
import { UsageError } from "./exit-code.ts";

/** The options that say what a module is. */
export const moduleOptions: Readonly<Record<string, OptionSpec>> = {
  name: {
    type: "text",
    value: "NAME",
    about: "name of the kernel",
    default: "that of the file, or the package of --proto",
  },
  raw: { type: "flag", about: "the module exports functions of numbers: i32, i64, f32, f64" },
  proto: {
    type: "text",
    value: "FILE.proto",
    about: "the module exports functions of messages (ABI 1), which this file describes",
  },
};

/** The kinds of file, for help. */
export const moduleFiles = "FILE.ts|FILE.wasm|FILE.wat";

/** A module that says what it is. */
interface ModuleFile {
  readonly wasm: Uint8Array;
  /** As JSON; "" where there is none. */
  readonly sourceMap: string;
}

/**
 * Reads a file and makes a module of it that says what it is. Throws UsageError for a file that cannot be read or flags
 * that do not go with it, and what building and admission throw.
 */
export async function readModuleFile(file: string, args: Arguments): Promise<ModuleFile> {
  const extension = extname(file);
  if (extension === ".ts") return buildTypeScript(file, args);
  if (extension !== ".wasm" && extension !== ".wat") {
    throw new UsageError(`a source (.ts), a module (.wasm) or its text (.wat) is needed, not "${file}"`);
  }
  for (const flag of ["runtime", "feature", "deterministic"]) {
    if (args.flag(flag) || args.text(flag) !== undefined)
      throw new UsageError(`--${flag} goes with a .ts source, not with ${file}`);
  }
  const bytes = await readable(file);
  const wasm = extension === ".wat" ? await assemble(bytes, file) : new Uint8Array(bytes);
  const { wrapModule } = await import("../kernel/wrap.ts");
  return { wasm: wrapModule(wasm, await wrapOptions(file, args)), sourceMap: "" };
}

async function buildTypeScript(file: string, args: Arguments): Promise<ModuleFile> {
  for (const flag of ["raw", "proto"]) {
    if (args.flag(flag) || args.text(flag) !== undefined)
      throw new UsageError(
        `--${flag} goes with a module (.wasm, .wat); ${file} is a source, which says what it is`,
      );
  }
  const name = args.text("name");
  return buildSource(file, { ...readBuildFlags(args), ...(name === undefined ? {} : { name }) });
}

async function wrapOptions(file: string, args: Arguments): Promise<WrapOptions> {
  const proto = args.text("proto");
  const name = args.text("name");
  const { timeLimitMs, memoryMaxBytes } = readBuildFlags(args);
  const manifest = {
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
    ...(memoryMaxBytes === undefined ? {} : { memoryMaxBytes }),
  };
  if (proto === undefined) return { name: name ?? nameOf(file), raw: args.flag("raw"), manifest };
  await readable(proto);
  const { readProtoFile } = await import("../rpc/proto-file.ts");
  const descriptor = await readProtoFile(proto);
  return { descriptor, raw: args.flag("raw"), manifest, ...(name === undefined ? {} : { name }) };
}

/** `tools/Word-Count.wasm` → `word_count`; whether it is a good name is checked later. */
function nameOf(file: string): string {
  const words = basename(file, extname(file))
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.filter((word) => word !== "").join("_");
}

async function assemble(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const { assembleText } = await import("../compiler/assemble-text.ts");
  return assembleText(Buffer.from(bytes).toString("utf8"), file);
}
