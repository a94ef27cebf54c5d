import { stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { HeddleError } from "../../base/error.ts";
import { readDescriptorSet } from "../../wire/descriptor-read.ts";
import { printProtoFiles, type ProtoFile } from "../../wire/proto-text.ts";
import type { Command, CommandContext } from "../command.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import { targetOptions, targetSchema } from "../kernel-target.ts";
import { moduleFiles } from "../module-file.ts";
import { keepInputs, writeOutput } from "../write-output.ts";

/** `heddle proto` */
export const proto: Command = {
  name: "proto",
  about: "print the .proto file of a kernel, for the gRPC clients of any language",
  args: `KERNEL|${moduleFiles}`,
  options: {
    out: {
      type: "text",
      short: "o",
      value: "FILE",
      about: "where to write it; a folder for all files of a kernel with imports",
    },
    ...targetOptions,
  },
  example: "heddle proto ode --out ode.proto",
  async run(context) {
    context.args.atMost(1);
    const out = context.args.text("out");
    if (out !== undefined)
      await keepInputs(out, [context.args.need(0, "the kernel"), context.args.text("proto")]);
    const { name, schema } = await targetSchema(context);
    const files = printProtoFiles(readDescriptorSet(schema.bytes));
    const [first, ...imported] = files;
    if (first === undefined) throw new HeddleError("BAD_DESCRIPTOR", `kernel "${name}" has no .proto file`);
    if (out === undefined) print(context, name, files, first);
    else {
      const written = await write(out, first, imported);
      if (context.output.json) context.output.value({ kernel: name, files: written });
      else context.output.note(`wrote ${written.join(", ")}`);
    }
    return ExitCode.OK;
  },
};

function print(
  { output }: CommandContext,
  name: string,
  files: readonly ProtoFile[],
  first: ProtoFile,
): void {
  if (output.json) return output.value({ kernel: name, files });
  output.line(first.text.trimEnd());
  if (files.length === 1) return;
  const others = files.slice(1).map((file) => file.name);
  output.note(`it imports ${others.join(", ")}; --out FOLDER writes them all`);
}

async function write(out: string, first: ProtoFile, imported: readonly ProtoFile[]): Promise<string[]> {
  const isFolder = out.endsWith(sep) || (await stat(out).catch(() => undefined))?.isDirectory() === true;
  if (!isFolder && imported.length > 0) {
    const names = imported.map((file) => file.name).join(", ");
    throw new UsageError(`${first.name} imports ${names}; --out must be a folder, with a slash at its end`);
  }
  const files = isFolder ? [first, ...imported].map((file) => inside(out, file)) : [{ ...first, name: out }];
  for (const { name, text } of files) await writeOutput(name, text);
  return files.map(({ name }) => name);
}

/** A file below a folder: its name came with a module, and must not lead out. */
function inside(folder: string, { name, text }: ProtoFile): ProtoFile {
  const steps = name.split("/");
  if (
    isAbsolute(name) ||
    steps.some((step) => step === "" || step === "." || step === ".." || /[\\:\0]/.test(step))
  ) {
    throw new HeddleError(
      "BAD_DESCRIPTOR",
      `the name ${JSON.stringify(name)} of a .proto file leads out of its folder`,
    );
  }
  return { name: join(folder, ...steps), text };
}
