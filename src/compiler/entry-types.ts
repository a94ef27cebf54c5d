/** How the generated entry spells types and reaches into objects. */
import type { ElementShape, FieldShape, TypeShape } from "./shapes.ts";
import type { ScalarRow, Storage } from "./type-table.ts";

/** Wire types as they stand in a tag. */
export const wire = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const;

/** What the generator needs to know of a field beside its shape. */
export interface Slot {
  readonly field: FieldShape;
  /** The expression that holds the value. */
  readonly value: string;
  /** `linalg.Matrix.rows`, for messages. */
  readonly label: string;
}

/** A class in the entry: prefixed, so that a class called `Array` hides nothing. */
export function className(name: string): string {
  return `T_${name}`;
}

/** An element as AssemblyScript spells it. */
export function elementType(element: ElementShape): string {
  if (element.kind === "scalar") return element.row.as;
  return element.kind === "enum" ? "i32" : className(element.name);
}

/** A type as AssemblyScript spells it, without `| null`. */
export function typeName(type: TypeShape): string {
  if (type.kind === "bulk") return type.row.as;
  if (type.kind === "one") return elementType(type.element);
  return `${type.storage === "block" ? "StaticArray" : "Array"}<${elementType(type.element)}>`;
}

/** Whether a value of the type is an object. */
export function isReference(type: TypeShape): boolean {
  return type.kind !== "one" || isObject(type.element);
}

/** Whether an element is an object, so that an array holds its address. */
export function isObject(element: ElementShape): boolean {
  if (element.kind !== "scalar") return element.kind === "message";
  return element.row.codec === "text" || element.row.codec === "bytes";
}

/** The codec of an element that is a number. */
export function codecOf(element: ElementShape): ScalarRow["codec"] {
  return element.kind === "scalar" ? element.row.codec : "int32";
}

const widths: Readonly<Record<string, number>> = {
  f64: 8,
  i64: 8,
  u64: 8,
  i16: 2,
  u16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/** Bytes of an element in memory. */
export function widthOf(element: ElementShape): number {
  return isObject(element) ? 4 : (widths[elementType(element)] ?? 4);
}

/** Where the bytes of a `bytes` value are. */
export function bytesStorage(row: ScalarRow): Storage {
  return row.as === "Uint8Array" ? "view" : "block";
}

/** Address of the content of an object, given its address. */
export function dataOf(storage: Storage, object: string): string {
  return storage === "block" ? object : `c.viewData(${object})`;
}

/** Bytes of the content of a container or a byte array, given its address. */
export function sizeOf(as: string, storage: Storage, width: number, object: string): string {
  if (storage === "block") return `c.byteSize(${object})`;
  if (!as.startsWith("Array<")) return `load<u32>(${object}, 8)`;
  return `(load<u32>(${object}, 12) << ${Math.log2(width)})`;
}

/** A new container that is not filled, for so many bytes. */
export function newContainer(as: string, storage: Storage, width: number, bytes: string): string {
  if (storage === "block") return `c.newBlock<${as}>(${bytes})`;
  return `c.newView<${as}>(${bytes}, <i32>(${bytes} >> ${Math.log2(width)}))`;
}

/** The tag of a field. */
export function tagOf(field: FieldShape, wireType: number): number {
  return field.number * 8 + wireType;
}

/** The wire type a field is written with. */
export function wireTypeOf({ type }: FieldShape): number {
  if (type.kind === "bulk" || (type.kind === "list" && isPackable(type.element))) return wire.length;
  return elementWireType(type.element);
}

/** Whether a repeated field of the element is packed. */
function isPackable(element: ElementShape): boolean {
  return !isObject(element);
}

/** The wire type of one element. */
function elementWireType(element: ElementShape): number {
  if (isObject(element)) return wire.length;
  if (codecOf(element) !== "fixed") return wire.varint;
  return widthOf(element) === 8 ? wire.fixed64 : wire.fixed32;
}
