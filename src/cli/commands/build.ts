import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { BuildInput } from "../../compiler/build-settings.ts";
import type { BuiltKernel } from "../../compiler/compile.ts";
import { buildFlags, readBuildFlags } from "../build-flags.ts";
import type { Command } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";

/**
 * The built kernel of a `.ts` source; the keys given override those of its files. Throws BUILD_FAILED, BAD_MANIFEST,
 * UsageError for a file that cannot be read.
 */
export async function buildSource(file: string, manifest: BuildInput = {}): Promise<BuiltKernel> {
  await readable(file);
  // The compiler takes a tenth of a second to load, which every other command would wait for.
  const { buildKernel } = await import("../../compiler/compile.ts");
  return buildKernel({ file, manifest });
}

/** Throws UsageError when the file cannot be read. */
export async function readable(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `heddle build` */
export const build: Command = {
  name: "build",
  about: "compile a kernel from AssemblyScript into one self-describing .wasm",
  args: "FILE.ts",
  options: {
    out: { type: "text", value: "FILE", about: "where to write the module", default: "beside the source" },
    ...buildFlags,
  },
  example: "heddle build kernels/ode.ts --out ode.wasm",
  async run({ args, output }) {
    const file = args.need(0, "the source file");
    args.atMost(1);
    const built = await buildSource(file, readBuildFlags(args));
    const out = args.text("out") ?? join(dirname(file), `${basename(file, extname(file))}.wasm`);
    await writeFile(out, built.wasm);
    if (built.sourceMap !== "") await writeFile(`${out}.map`, built.sourceMap);
    const functions = built.schema.functions.map((fn) => fn.name);
    if (output.json) output.value({ kernel: built.name, file: out, bytes: built.wasm.length, functions });
    else output.line(`${out}  kernel ${built.name}, ${built.wasm.length} bytes: ${functions.join(", ")}`);
    return ExitCode.OK;
  },
};
