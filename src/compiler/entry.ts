/**
 * Generates the entry of a kernel in AssemblyScript: for every exported function one that decodes the request inside
 * the module, calls it, and encodes the response. All names are prefixed, and exports are renamed on the way out, so
 * that nothing an author chooses can hide a builtin here.
 */
import type { Runtime } from "./build-settings.ts";
import { decodeFields, decodeFunction } from "./entry-decode.ts";
import { encodeFunctions, sizeFields, writeFields } from "./entry-encode.ts";
import { bytesStorage, className, dataOf, isReference, sizeOf, typeName, type Slot } from "./entry-types.ts";
import { importPath } from "./library-path.ts";
import type { FieldShape, FunctionShape, KernelInterface, TypeShape } from "./shapes.ts";

/** Path of the generated source; the functions in it appear in stacks as `~heddle/call_matmul`. */
export const entryPath = "~heddle.ts";

/** The text of the entry. `from` is the path of the kernel's own source. */
export function generateEntry(kernel: KernelInterface, from: string, runtime: Runtime): string {
  const lines = [
    'import * as r from "heddle/reader";',
    'import * as c from "heddle/container";',
    'import * as w from "heddle/writer";',
    `import * as m from "heddle/${memoryOf[runtime]}";`,
    `export { heddle_alloc } from "heddle/${memoryOf[runtime]}";`,
    ...kernel.messages.map(
      (each) => `import { ${each.exportedName} as ${className(each.name)} } from "${importPath(each.from)}";`,
    ),
    ...kernel.functions.map(({ name }) => `import { ${name} as f_${name} } from "${importPath(from)}";`),
    ...kernel.messages.flatMap(({ name, fields }) => {
      const slots = fields.map((field) => slotOf(field, `o.${field.source}`, `${kernel.name}.${name}`));
      return [...decodeFunction(kernel.name, name, slots), ...encodeFunctions(name, slots)];
    }),
    ...kernel.functions.flatMap((each) => callFunction(kernel, each, runtime)),
    ...kernel.functions.map(({ name }) => `export { call_${name} as ${name} };`),
  ];
  return `${lines.join("\n")}\n`;
}

function slotOf(field: FieldShape, value: string, message: string): Slot {
  return { field, value, label: `${message}.${field.name}` };
}

/** The part of the library that manages memory, by runtime. */
const memoryOf: Readonly<Record<Runtime, string>> = {
  stub: "arena",
  minimal: "manual",
  incremental: "collected",
};

/** What the entry does around decoding and encoding, so that no object it holds by its address alone is freed. */
function guards(runtime: Runtime, slots: readonly Slot[]): Record<"before" | "decoded" | "after", string[]> {
  if (runtime === "incremental")
    return { before: ["const gc = m.pause();"], decoded: ["m.resume(gc);"], after: ["m.pause();"] };
  if (runtime === "stub") return { before: [], decoded: [], after: [] };
  const held = slots.filter(({ field }) => isReference(field.type));
  return { before: [], decoded: held.map(({ value }) => `m.hold(changetype<usize>(${value}));`), after: [] };
}

function callFunction(
  { name: kernel, messages }: KernelInterface,
  { name, method, parameters, result }: FunctionShape,
  runtime: Runtime,
): string[] {
  const request = `${kernel}.${method}Request`;
  const slots = parameters.map((field) => slotOf(field, `a_${field.source}`, request));
  const values = slots.map(({ field, value }) => argument(field.type, value));
  const call = `f_${name}(${values.join(", ")})`;
  const { before, decoded, after } = guards(runtime, slots);
  return [
    `function call_${name}(p: usize, length: i32): usize {`,
    "const end = p + <usize>length;",
    "const depth = 0;",
    ...before,
    ...slots.map(({ field, value }) => declaration(field.type, value)),
    ...decodeFields(request, slots),
    ...slots.flatMap(({ field, value }) => absent(field.type, value)),
    ...decoded,
    ...(result === null
      ? [`${call};`, "return w.newResponse(0);"]
      : [`const value = ${call};`, ...after, ...respond(kernel, method, result, messages)]),
    "}",
  ];
}

function respond(
  kernel: string,
  method: string,
  result: FieldShape,
  messages: KernelInterface["messages"],
): string[] {
  const slots = [slotOf(result, "value", `${kernel}.${method}Response`)];
  const tail = tailOf(result, "value", messages);
  return [
    "let n: u32 = 0;",
    ...sizeFields(slots),
    ...(tail === null ? [] : respondAround(tail, slots)),
    "const response = w.newResponse(n);",
    "p = response + 8;",
    ...writeFields(slots),
    "return response;",
  ];
}

/** What ends a response: address and size of its bytes. */
interface Tail {
  readonly at: string;
  readonly size: string;
}

/** The statements that write a long response around its last bytes. */
function respondAround({ at, size }: Tail, slots: readonly Slot[]): string[] {
  return [
    `const tail = ${at};`,
    `const k = ${size};`,
    "if (w.keepTail(n, tail, k)) {",
    "const head = w.newHead();",
    "p = head;",
    ...writeFields(slots),
    "return w.aroundTail(head, n, tail, k);",
    "}",
  ];
}

/** The bytes that the content of a field ends with; null when they cannot be told from its type. */
function tailOf({ type }: FieldShape, value: string, messages: KernelInterface["messages"]): Tail | null {
  const object = `changetype<usize>(${value})`;
  if (type.kind === "bulk") {
    const { as, storage, width } = type.row;
    return { at: dataOf(storage, object), size: sizeOf(as, storage, width, object) };
  }
  if (type.kind !== "one" || type.nullable) return null;
  const { element } = type;
  if (element.kind === "message") {
    const last = messages.find(({ name }) => name === element.name)?.fields.at(-1);
    return last === undefined ? null : tailOf(last, `${value}.${last.source}`, messages);
  }
  if (element.kind !== "scalar" || element.row.codec !== "bytes") return null;
  const storage = bytesStorage(element.row);
  return { at: dataOf(storage, object), size: sizeOf(element.row.as, storage, 1, object) };
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
