/** The interface of every WASI command: one function, `run`, that takes what a process takes and gives what it gives. */
import type { FieldDescriptor, FileDescriptorSet } from "../wire/descriptor.ts";
import { writeDescriptorSet } from "../wire/descriptor-write.ts";
import { readKernelSchema, type FunctionSchema } from "../wire/schema.ts";
import { describeService, plainField, plainMessage } from "./derived-service.ts";

/** The export that runs a command. */
export const startExport = "_start";
/** The function that a command becomes. */
const runFunction = "run";

/** The descriptor of a command under a name. */
export function describeCommand(kernel: string): FileDescriptorSet {
  const entry = { fields: [plainField("key", 1, "string"), plainField("value", 2, "string")] };
  const args = plainField("args", 2, "string", "arguments, without the program's own name");
  const env: FieldDescriptor = {
    ...plainField("env", 3, "string", "environment variables"),
    label: "repeated",
    type: "message",
    typeName: `.${kernel}.RunRequest.EnvEntry`,
  };
  return describeService(kernel, [
    {
      name: runFunction,
      comment: "Runs the command once.",
      request: {
        fields: [plainField("stdin", 1, "bytes", "what it can read"), { ...args, label: "repeated" }, env],
        messages: [plainMessage("EnvEntry", entry, true)],
      },
      response: {
        fields: [
          plainField("stdout", 1, "bytes", "what it wrote"),
          plainField("stderr", 2, "bytes", "what it wrote to the error stream"),
          plainField("exit_code", 3, "int32", "0 unless it ended with another"),
        ],
      },
    },
  ]);
}

let known: FunctionSchema | undefined;

/** The types of request and response; their names do not matter here. */
export function commandSchema(): FunctionSchema {
  if (known !== undefined) return known;
  const [fn] = readKernelSchema(writeDescriptorSet(describeCommand("command"))).functions;
  if (fn === undefined) throw new Error("the descriptor of a command has one function");
  return (known = fn);
}
