import type { Command } from "../command.ts";
import { ExitCode } from "../exit-code.ts";
import { targetOptions, targetSchema } from "../kernel-target.ts";
import { moduleFiles } from "../module-file.ts";
import { keepInputs, writeOutput } from "../write-output.ts";

/** `heddle typegen` */
export const typegen: Command = {
  name: "typegen",
  about: "print the TypeScript types of a kernel, for fabric.kernel and for tests",
  args: `KERNEL|${moduleFiles}`,
  options: {
    out: { type: "text", short: "o", value: "FILE", about: "where to write them", default: "stdout" },
    ...targetOptions,
  },
  example: "heddle typegen ode --out ode.d.ts",
  async run(context) {
    const { args, output } = context;
    args.atMost(1);
    const out = args.text("out");
    if (out !== undefined) await keepInputs(out, [args.need(0, "the kernel"), args.text("proto")]);
    const { name, schema, presence } = await targetSchema(context);
    const { generateTypes, kernelTypeName } = await import("../../compiler/typegen.ts");
    const text = generateTypes(schema, { name, ...presence });
    if (out !== undefined) await writeOutput(out, text);
    if (output.json)
      output.value({
        kernel: name,
        type: kernelTypeName(name),
        ...(out === undefined ? { text } : { file: out }),
      });
    else if (out === undefined) output.line(text.trimEnd());
    else output.note(`wrote ${kernelTypeName(name)} to ${out}`);
    return ExitCode.OK;
  },
};
