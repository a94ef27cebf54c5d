/**
 * Generates the reading half of the entry: for a list of slots, the loop over the fields of a message.
 *
 * A repeated field counts its elements in the rest of the message when its first one comes, and is then filled through
 * a cursor (`d1`). Elements of fixed width that come in one chunk, and bytes, stay where they are if they can. A message that comes in several pieces is put together before it is read, so that every object is
 * read from one run of bytes: the meaning protobuf gives to merging, at linear cost.
 */
import {
  bytesStorage,
  className,
  codecOf,
  dataOf,
  elementType,
  isObject,
  newContainer,
  sizeOf,
  tagOf,
  typeName,
  widthOf,
  wire,
  wireTypeOf,
  type Slot,
} from "./entry-types.ts";
import type { ElementShape } from "./shapes.ts";
import type { BulkRow, Storage } from "./type-table.ts";

/** The statements that read a message from `p` to `end` into its slots. */
export function decodeFields(message: string, slots: readonly Slot[]): string[] {
  const numbers = slots.map(({ field }) => `number == ${field.number}`);
  const known = numbers.length === 0 ? "" : `const number = tag >> 3; if (${numbers.join(" || ")})`;
  const refusal = known === "" ? "" : `${known} r.wrongType("${message}", tag);`;
  return [
    ...slots.flatMap(cursorOf),
    "while (p < end) {",
    "let t = r.tagAt(p, end);",
    "const tag = r.low(t);",
    "p = r.pos(t);",
    "switch (tag) {",
    ...slots.flatMap((slot) => decodeField(slot)),
    `default: { ${refusal} p = r.skip(p, end, tag); }`,
    "}",
    "}",
  ];
}

/** What remembers, between the occurrences of a field, that there was one. */
function cursorOf({ field: { type, number } }: Slot): string[] {
  if (type.kind !== "one") return [`let d${number}: usize = 0;`];
  return type.element.kind === "message" ? [`let s${number} = false;`] : [];
}

function decodeField(slot: Slot): string[] {
  const { field, value, label } = slot;
  const { type, number } = field;
  const cases = `case ${tagOf(field, wireTypeOf(field))}: {`;
  if (type.kind === "bulk") return decodeBulk(slot, type.row);
  if (type.kind === "list") {
    if (isObject(type.element))
      return [cases, ...decodeObjects(slot, type.element, type.storage), "break; }"];
    return decodeNumbers(slot, type.element, type.storage);
  }
  const { element } = type;
  if (element.kind === "message") {
    const pick = `${value} = decode_${element.name}(r.pos(t), r.pos(t) + r.low(t), depth + 1);`;
    const whole = `t = r.whole(t, p, end, tag);`;
    return [cases, ...readLength, `if (!s${number}) { s${number} = true; ${whole} ${pick} }`, "break; }"];
  }
  if (isObject(element)) return [cases, ...readLength, `${value} = ${objectAt(element)};`, "break; }"];
  return [cases, ...readNumber(element, "p", "end", label, (read) => `${value} = ${read};`), "break; }"];
}

const readLength = ["t = r.lengthAt(p, end);", "p = r.pos(t) + r.low(t);"];

/** The object whose content lies where `t` says. */
function objectAt(element: ElementShape): string {
  if (element.kind === "message") return `decode_${element.name}(r.pos(t), p, depth + 1)`;
  if (element.kind === "enum" || element.row.codec === "text") return "r.stringAt(r.pos(t), r.low(t))";
  if (bytesStorage(element.row) === "block") return `m.blockOf<${element.row.as}>(r.pos(t), r.low(t))`;
  return `m.viewOf<${element.row.as}>(r.pos(t), r.low(t), r.low(t))`;
}

/** Statements that read one number at a position, move the position and hand the number on. */
function readNumber(
  element: ElementShape,
  at: string,
  end: string,
  label: string,
  use: (read: string) => string,
): string[] {
  const as = elementType(element);
  switch (codecOf(element)) {
    case "fixed": {
      const width = widthOf(element);
      return [`r.need(${at}, ${end}, ${width});`, use(`load<${as}>(${at})`), `${at} += ${width};`];
    }
    case "int64":
      return [
        `if (${at} < ${end} && load<u8>(${at}) < 0x80) { ${use(`<${as}>load<u8>(${at})`)} ${at} += 1; }`,
        `else { ${use(`<${as}>r.varintAt(${at}, ${end})`)} ${at} = r.after(); }`,
      ];
    case "bool":
      return [`t = r.boolAt(${at}, ${end});`, `${at} = r.pos(t);`, use("r.low(t) != 0")];
    case "narrow":
      return [
        `t = r.intAt(${at}, ${end});`,
        `${at} = r.pos(t);`,
        use(`r.narrow<${as}>(r.low(t), "${label}")`),
      ];
    default:
      return [`t = r.intAt(${at}, ${end});`, `${at} = r.pos(t);`, use(`<${as}>r.low(t)`)];
  }
}

/** Makes the container of a repeated field and its cursor, once. */
function begin({ field, value }: Slot, storage: Storage, width: number, bytes: string): string {
  const list = newContainer(typeName(field.type), storage, width, "bytes");
  const data = dataOf(storage, "changetype<usize>(list)");
  return (
    `if (!d${field.number}) { const bytes: usize = ${bytes}; const list = ${list}; ` +
    `${value} = list; d${field.number} = ${data}; }`
  );
}

function decodeObjects(slot: Slot, element: ElementShape, storage: Storage): string[] {
  const cursor = `d${slot.field.number}`;
  return [
    ...readLength,
    begin(slot, storage, 4, "<usize>(1 + r.countFields(p, end, tag)) << 2"),
    `store<usize>(${cursor}, changetype<usize>(${objectAt(element)}));`,
    `${cursor} += 4;`,
  ];
}

function decodeNumbers(slot: Slot, element: ElementShape, storage: Storage): string[] {
  const { field, label } = slot;
  const cursor = `d${field.number}`;
  const width = widthOf(element);
  const shift = Math.log2(width);
  const put = (read: string): string =>
    `store<${elementType(element)}>(${cursor}, ${read}); ${cursor} += ${width};`;
  const rest = `r.countElements(p, end, ${field.number})`;
  return [
    `case ${tagOf(field, wire.length)}: {`,
    ...readLength,
    "let from = r.pos(t);",
    begin(slot, storage, width, `<usize>(r.countVarints(from, r.low(t)) + ${rest}) << ${shift}`),
    "while (from < p) {",
    ...readNumber(element, "from", "p", label, put),
    "}",
    "break; }",
    `case ${tagOf(field, wire.varint)}: {`,
    begin(
      slot,
      storage,
      width,
      `<usize>(r.countVarint(p, end) + r.countElements(r.after(), end, ${field.number})) << ${shift}`,
    ),
    ...readNumber(element, "p", "end", label, put),
    "break; }",
  ];
}

function decodeBulk(slot: Slot, { width, storage }: BulkRow): string[] {
  const { field, value } = slot;
  const cursor = `d${field.number}`;
  const packed = tagOf(field, wire.length);
  const as = typeName(field.type);
  const length = storage === "view" ? `, <i32>(r.low(t) >> ${Math.log2(width)})` : "";
  // An Array may grow, for which its buffer needs a whole header.
  const made = as.startsWith("Array<") ? "c.copiedView" : `m.${storage}Of`;
  const single = tagOf(field, width === 8 ? wire.fixed64 : wire.fixed32);
  const object = `changetype<usize>(${value})`;
  return [
    `case ${packed}: case ${single}: {`,
    `t = tag == ${packed} ? r.chunkAt(p, end, ${width}) : r.singleAt(p, end, ${width});`,
    "p = r.pos(t) + r.low(t);",
    // The usual case: all elements in one chunk. A cursor of 1 stands for it, until another one comes.
    `if (!${cursor} && tag == ${packed}) {`,
    `${value} = ${made}<${as}>(r.pos(t), r.low(t)${length}); ${cursor} = 1; break; }`,
    `if (${cursor} <= 1) {`,
    `const had: usize = ${cursor} ? ${sizeOf(as, storage, width, object)} : 0;`,
    `const bytes: usize = had + r.low(t) + r.countFixed(p, end, ${packed}, ${single});`,
    `const list = ${newContainer(as, storage, width, "bytes")};`,
    `const data = ${dataOf(storage, "changetype<usize>(list)")};`,
    `if (had) memory.copy(data, ${dataOf(storage, object)}, had);`,
    `${value} = list; ${cursor} = data + had; }`,
    `memory.copy(${cursor}, r.pos(t), r.low(t));`,
    `${cursor} += r.low(t);`,
    "break; }",
  ];
}

/** The function that reads a class. */
export function decodeFunction(kernel: string, name: string, slots: readonly Slot[]): string[] {
  return [
    `function decode_${name}(p: usize, end: usize, depth: i32): ${className(name)} {`,
    "r.checkDepth(depth);",
    `const o = new ${className(name)}();`,
    ...decodeFields(`${kernel}.${name}`, slots),
    "return o;",
    "}",
  ];
}
