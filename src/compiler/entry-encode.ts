/**
 * Generates the writing half of the entry in two passes: statements that add the size of a list of slots to `n`, and
 * statements that write them at `p`. Sizes of texts, lists and messages are kept in the objects between the two.
 */
import {
  bytesStorage,
  className,
  codecOf,
  dataOf,
  elementType,
  isObject,
  sizeOf,
  tagOf,
  typeName,
  widthOf,
  wireTypeOf,
  type Slot,
} from "./entry-types.ts";
import { hasPresence } from "./proto.ts";
import type { ElementShape } from "./shapes.ts";
import type { Storage } from "./type-table.ts";

/** Statements that add the encoded size of the slots to `n`. */
export function sizeFields(slots: readonly Slot[]): string[] {
  return slots.flatMap(sizeField);
}

/** Statements that write the slots at `p`. */
export function writeFields(slots: readonly Slot[]): string[] {
  return slots.flatMap(writeField);
}

/** The two functions that size and write a class. */
export function encodeFunctions(name: string, slots: readonly Slot[]): string[] {
  return [
    `function size_${name}(o: ${className(name)}, depth: i32): u32 {`,
    "w.checkResultDepth(depth);",
    "let n: u32 = 0;",
    ...sizeFields(slots),
    "return w.keep(changetype<usize>(o), n);",
    "}",
    `function write_${name}(o: ${className(name)}, p: usize): usize {`,
    ...writeFields(slots),
    "return p;",
    "}",
  ];
}

function sizeField(slot: Slot): string[] {
  const { field, value } = slot;
  const { type } = field;
  const tag = tagBytes(slot);
  const framed = `if (k) n += ${tag} + w.framed(k);`;
  if (type.kind === "bulk") {
    const { as, storage, width } = type.row;
    return [`{ const k = ${sizeOf(as, storage, width, `changetype<usize>(${value})`)}; ${framed} }`];
  }
  if (type.kind === "list") {
    const inner = isObject(type.element)
      ? [holeCheck(slot), `n += ${tag} + w.framed(${objectSize(type.element, elementAt(type.element))});`]
      : [`k += ${numberSize(type.element, `load<${elementType(type.element)}>(d)`)};`];
    const after = isObject(type.element) ? "}" : `w.keep(list, k); ${framed} }`;
    return [...openList(slot, type.storage, type.element), ...inner, "}", after];
  }
  const { element, nullable } = type;
  if (element.kind === "message") {
    const add = (of: string): string => `n += ${tag} + w.framed(size_${element.name}(${of}, depth + 1));`;
    return nullable ? [`{ const m = ${value}; if (m !== null) ${add("m")} }`] : [add(value)];
  }
  if (isObject(element)) {
    const always = hasPresence(field) ? `n += ${tag} + w.framed(k);` : framed;
    return [`{ const k = ${objectSize(element, value)}; ${always} }`];
  }
  return [`${unlessZero(slot, element)}n += ${tag} + ${numberSize(element, value)};`];
}

function writeField(slot: Slot): string[] {
  const { field, value } = slot;
  const { type } = field;
  const tag = writeTag(slot);
  if (type.kind === "bulk") {
    const { as, storage, width } = type.row;
    const object = `changetype<usize>(${value})`;
    const put = `p = w.putBytes(p, ${dataOf(storage, object)}, k);`;
    return [`{ const k = ${sizeOf(as, storage, width, object)}; if (k) { ${tag} ${put} } }`];
  }
  if (type.kind === "list") {
    const { element, storage } = type;
    const open = openList(slot, storage, element);
    if (isObject(element)) return [...open, tag, putObject(element, elementAt(element)), "}", "}"];
    const put = putNumber(element, `load<${elementType(element)}>(d)`);
    const [first = "", ...rest] = open;
    return [first, `if (w.kept(list)) { ${tag} p = w.put(p, w.kept(list)); }`, ...rest, put, "}", "}"];
  }
  const { element, nullable } = type;
  if (element.kind === "message") {
    if (!nullable) return [tag, putObject(element, value)];
    return [`{ const m = ${value}; if (m !== null) { ${tag} ${putObject(element, "m")} } }`];
  }
  if (isObject(element)) {
    if (hasPresence(field)) return [tag, putObject(element, value)];
    return [`if (${keptSize(element, value)}) { ${tag} ${putObject(element, value)} }`];
  }
  return [`${unlessZero(slot, element)}{ ${tag} ${putNumber(element, value)} }`];
}

/** Opens a block with `list`, `d` and `k`, and a loop of `d` over the elements; both are left open. */
function openList({ field, value }: Slot, storage: Storage, element: ElementShape): string[] {
  const width = widthOf(element);
  const bytes = sizeOf(typeName(field.type), storage, width, "list");
  return [
    `{ const list = changetype<usize>(${value}); let k: u32 = 0;`,
    `let d = ${dataOf(storage, "list")};`,
    `for (const stop = d + ${bytes}; d < stop; d += ${width}) {`,
  ];
}

/** The object an array holds at `d`. */
function elementAt(element: ElementShape): string {
  return `changetype<${elementType(element)}>(load<usize>(d))`;
}

function holeCheck({ label }: Slot): string {
  return `assert(load<usize>(d) != 0, "${label} has an element that was never set");`;
}

/** Content size of a text, a byte array or a message; texts and messages keep theirs. */
function objectSize(element: ElementShape, value: string): string {
  if (element.kind === "message") return `size_${element.name}(${value}, depth + 1)`;
  if (element.kind === "enum" || element.row.codec === "text") return `w.textSize(${value})`;
  return keptSize(element, value);
}

/** Content size of a text or a byte array in the second pass. */
function keptSize(element: ElementShape, value: string): string {
  if (element.kind !== "scalar" || element.row.codec === "text") return `w.kept(changetype<usize>(${value}))`;
  return sizeOf(element.row.as, bytesStorage(element.row), 1, `changetype<usize>(${value})`);
}

function putObject(element: ElementShape, value: string): string {
  if (element.kind === "message") {
    return `p = write_${element.name}(${value}, w.put(p, w.kept(changetype<usize>(${value}))));`;
  }
  if (element.kind === "enum" || element.row.codec === "text") return `p = w.putText(p, ${value});`;
  const data = dataOf(bytesStorage(element.row), `changetype<usize>(${value})`);
  return `p = w.putBytes(p, ${data}, ${keptSize(element, value)});`;
}

function numberSize(element: ElementShape, value: string): string {
  const codec = codecOf(element);
  if (codec === "fixed") return `${widthOf(element)}`;
  return codec === "bool" ? "1" : `w.varintSize(<u64>${value})`;
}

function putNumber(element: ElementShape, value: string): string {
  if (codecOf(element) !== "fixed") return `p = w.put(p, <u64>${value});`;
  return `store<${elementType(element)}>(p, ${value}); p += ${widthOf(element)};`;
}

/** proto3 leaves a zero out, where zero means all bits zero. */
function unlessZero({ field, value }: Slot, element: ElementShape): string {
  if (hasPresence(field)) return "";
  if (codecOf(element) !== "fixed") return `if (${value}) `;
  return `if (reinterpret<u${widthOf(element) * 8}>(${value})) `;
}

function tagBytes({ field }: Slot): number {
  let bytes = 1;
  for (let rest = tagOf(field, wireTypeOf(field)); rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

function writeTag({ field }: Slot): string {
  const tag = tagOf(field, wireTypeOf(field));
  return tag < 0x80 ? `store<u8>(p++, ${tag});` : `p = w.put(p, ${tag});`;
}
