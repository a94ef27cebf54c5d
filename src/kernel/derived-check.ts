import { HeddleError } from "../base/error.ts";
import { writeDescriptorSet } from "../wire/descriptor-write.ts";
import { readKernelSchema, type Field, type KernelSchema, type MessageType } from "../wire/schema.ts";
import type { Manifest } from "./manifest.ts";
import type { ModuleSections } from "./module.ts";
import { describeRaw } from "./raw-interface.ts";
import { describeCommand } from "./wasi-command.ts";

/**
 * Checks the descriptor of a module whose interface follows from its kind: that of a raw module from its type section,
 * that of a command is always the same. Throws BAD_DESCRIPTOR, BAD_EXPORT.
 */
export function checkInterface(
  sections: ModuleSections,
  schema: KernelSchema,
  { kind, name }: Manifest,
): void {
  if (kind === "typed") return;
  const wanted = readKernelSchema(
    writeDescriptorSet(kind === "raw" ? describeRaw(sections, name) : describeCommand(name)),
  );
  const expected = functionsText(wanted);
  const found = functionsText(schema);
  const index = expected.findIndex((line, at) => line !== found[at]);
  if (index < 0 && expected.length === found.length) return;
  const line = index < 0 ? expected.length : index;
  const said = `of a ${kind} module must have here ${expected[line] ?? "no more functions"}`;
  throw new HeddleError(
    "BAD_DESCRIPTOR",
    `descriptor: that ${said}, it has ${found[line] ?? "none"}; make it with heddle`,
  );
}

function functionsText(schema: KernelSchema): string[] {
  return schema.functions.map(
    ({ name, request, response }) => `${name}(${textOf(request)}) → (${textOf(response)})`,
  );
}

function textOf(message: MessageType): string {
  return message.fields.map((field) => `${typeText(field)} ${field.name} = ${field.number}`).join(", ");
}

function typeText(field: Field): string {
  if (field.kind === "scalar") return `${field.repeated ? "repeated " : ""}${field.type}`;
  if (field.kind === "enum") return "enum";
  return field.message.mapEntry ? `map<${textOf(field.message)}>` : "message";
}
