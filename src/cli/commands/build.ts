import { basename, dirname, extname, join } from "node:path";
import { buildFlags } from "../build-flags.ts";
import type { Command } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { moduleFiles, moduleOptions, readModuleFile } from "../module-file.ts";
import { keepInputs, writeOutput } from "../write-output.ts";

/** `heddle build` */
export const build: Command = {
  name: "build",
  about:
    "compile a kernel from AssemblyScript, or complete a module from elsewhere, to one self-describing .wasm",
  args: moduleFiles,
  options: {
    out: { type: "text", value: "FILE", about: "where to write the module", default: "beside the source" },
    ...moduleOptions,
    ...buildFlags,
  },
  example: "heddle build kernels/ode.ts --out ode.wasm",
  async run({ args, output }) {
    const file = args.need(0, "the source or module");
    args.atMost(1);
    const out = args.text("out") ?? besideSource(file);
    await keepInputs(out, [file, args.text("proto")]);
    const { wasm, sourceMap } = await readModuleFile(file, args);
    // Checked as the fabric will, so that its faults are known before it is sent anywhere.
    const { admitInWorker } = await import("../../worker/admission.ts");
    const { manifest, functions } = await admitInWorker(wasm);
    await writeOutput(out, wasm);
    if (sourceMap !== "") await writeOutput(`${out}.map`, sourceMap);
    if (output.json) output.value({ kernel: manifest.name, file: out, bytes: wasm.length, functions });
    else output.line(`${out}  kernel ${manifest.name}, ${wasm.length} bytes: ${functions.join(", ")}`);
    return ExitCode.OK;
  },
};

/** Throws UsageError for a module, which would be written over. */
function besideSource(file: string): string {
  if (extname(file) === ".wasm")
    throw new UsageError("--out is missing: where to write the completed module");
  return join(dirname(file), `${basename(file, extname(file))}.wasm`);
}
