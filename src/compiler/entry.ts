/**
 * Generates the entry of a kernel in AssemblyScript: for every exported function one that decodes the request inside
 * the module, calls it, and encodes the response. All names are prefixed, and exports are renamed on the way out, so
 * that nothing an author chooses can hide a builtin here.
 */
import { decodeFields, decodeFunction } from "./entry-decode.ts";
import { encodeFunctions, sizeFields, writeFields } from "./entry-encode.ts";
import { className, isReference, typeName, type Slot } from "./entry-types.ts";
import type { FieldShape, FunctionShape, KernelInterface, TypeShape } from "./shapes.ts";

/** Path of the generated source; the functions in it appear in stacks as `~heddle/call_matmul`. */
export const entryPath = "~heddle.ts";

/** The text of the entry. `from` is the path of the kernel's own source. */
export function generateEntry(kernel: KernelInterface, from: string): string {
  const lines = [
    'import * as r from "heddle/reader";',
    'import * as c from "heddle/container";',
    'import * as w from "heddle/writer";',
    'export { heddle_alloc } from "heddle/arena";',
    ...kernel.messages.map(
      (each) => `import { ${each.exportedName} as ${className(each.name)} } from "./${each.from}";`,
    ),
    ...kernel.functions.map(({ name }) => `import { ${name} as f_${name} } from "./${from}";`),
    ...kernel.messages.flatMap(({ name, fields }) => {
      const slots = fields.map((field) => slotOf(field, `o.${field.source}`, `${kernel.name}.${name}`));
      return [...decodeFunction(kernel.name, name, slots), ...encodeFunctions(name, slots)];
    }),
    ...kernel.functions.flatMap((each) => callFunction(kernel.name, each)),
    ...kernel.functions.map(({ name }) => `export { call_${name} as ${name} };`),
  ];
  return `${lines.join("\n")}\n`;
}

function slotOf(field: FieldShape, value: string, message: string): Slot {
  return { field, value, label: `${message}.${field.name}` };
}

function callFunction(kernel: string, { name, method, parameters, result }: FunctionShape): string[] {
  const request = `${kernel}.${method}Request`;
  const slots = parameters.map((field) => slotOf(field, `a_${field.source}`, request));
  const values = slots.map(({ field, value }) => argument(field.type, value));
  const call = `f_${name}(${values.join(", ")})`;
  return [
    `function call_${name}(p: usize, length: i32): usize {`,
    "const end = p + <usize>length;",
    "const depth = 0;",
    ...slots.map(({ field, value }) => declaration(field.type, value)),
    ...decodeFields(request, slots),
    ...slots.flatMap(({ field, value }) => absent(field.type, value)),
    ...(result === null ? [`${call};`, "return w.newResponse(0);"] : respond(kernel, method, result, call)),
    "}",
  ];
}

function respond(kernel: string, method: string, result: FieldShape, call: string): string[] {
  const slots = [slotOf(result, "value", `${kernel}.${method}Response`)];
  return [
    `const value = ${call};`,
    "let n: u32 = 0;",
    ...sizeFields(slots),
    "const response = w.newResponse(n);",
    "p = response + 8;",
    ...writeFields(slots),
    "return response;",
  ];
}

/** The local a parameter is decoded into; an object starts as null and is made when it stayed absent. */
function declaration(type: TypeShape, value: string): string {
  const as = typeName(type);
  if (isReference(type)) return `let ${value}: ${as} | null = null;`;
  return `let ${value}: ${as} = ${as === "bool" ? "false" : "0"};`;
}

function absent(type: TypeShape, value: string): string[] {
  if (!isReference(type) || isNullable(type)) return [];
  return [`if (${value} === null) ${value} = ${emptyValue(type)};`];
}

function argument(type: TypeShape, value: string): string {
  return isReference(type) && !isNullable(type) ? `changetype<${typeName(type)}>(${value})` : value;
}

function isNullable(type: TypeShape): boolean {
  return type.kind === "one" && type.nullable;
}

function emptyValue(type: TypeShape): string {
  const as = typeName(type);
  if (as === "string") return '""';
  return type.kind === "one" && type.element.kind === "message" ? `new ${as}()` : `new ${as}(0)`;
}
