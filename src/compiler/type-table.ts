/**
 * Which AssemblyScript type becomes which proto3 type, as data: one row per type. The deriver looks types up here, the
 * generator of entries switches on `codec` and `storage` only, so that a new type is a new row.
 */
import type { ScalarType } from "../wire/schema.ts";

/**
 * How one value is encoded. `fixed`: its bytes in memory. `int32`, `int64`: a varint of so many bits. `narrow`: an
 * int32 whose range is checked. `bool`, `text`, `bytes`: as named.
 */
export type Codec = "fixed" | "int32" | "int64" | "narrow" | "bool" | "text" | "bytes";

/** One type of a single value. */
export interface ScalarRow {
  /** Spelling in AssemblyScript. */
  readonly as: string;
  readonly proto: ScalarType;
  readonly codec: Codec;
}

/** How a container holds its elements: behind the object's own header, or in a buffer of its own. */
export type Storage = "block" | "view";

/** One type of many fixed-size values, copied as a whole. */
export interface BulkRow {
  /** Spelling in AssemblyScript. */
  readonly as: string;
  /** Spelling of an element. */
  readonly element: string;
  readonly proto: ScalarType;
  /** Bytes of an element. */
  readonly width: 4 | 8;
  readonly storage: Storage;
}

function scalar(as: string, proto: ScalarType, codec: Codec): ScalarRow {
  return { as, proto, codec };
}

const scalarRows: readonly ScalarRow[] = [
  scalar("f64", "double", "fixed"),
  scalar("f32", "float", "fixed"),
  scalar("i32", "int32", "int32"),
  scalar("u32", "uint32", "int32"),
  scalar("i16", "int32", "narrow"),
  scalar("u16", "uint32", "narrow"),
  scalar("i8", "int32", "narrow"),
  scalar("u8", "uint32", "narrow"),
  scalar("i64", "int64", "int64"),
  scalar("u64", "uint64", "int64"),
  scalar("bool", "bool", "bool"),
  scalar("string", "string", "text"),
  scalar("Uint8Array", "bytes", "bytes"),
  scalar("ArrayBuffer", "bytes", "bytes"),
  scalar("StaticArray<u8>", "bytes", "bytes"),
];

function bulk(
  element: string,
  proto: ScalarType,
  width: 4 | 8,
  types: Readonly<Record<string, Storage>>,
): BulkRow[] {
  return Object.entries(types).map(([as, storage]) => ({ as, element, proto, width, storage }));
}

const bulkRows: readonly BulkRow[] = [
  ...bulk("f64", "double", 8, { "StaticArray<f64>": "block", "Array<f64>": "view", Float64Array: "view" }),
  ...bulk("f32", "float", 4, { "StaticArray<f32>": "block", "Array<f32>": "view", Float32Array: "view" }),
  ...bulk("i32", "sfixed32", 4, { "StaticArray<i32>": "block", Int32Array: "view" }),
  ...bulk("u32", "fixed32", 4, { "StaticArray<u32>": "block", Uint32Array: "view" }),
  ...bulk("i64", "sfixed64", 8, { "StaticArray<i64>": "block", Int64Array: "view" }),
  ...bulk("u64", "fixed64", 8, { "StaticArray<u64>": "block", Uint64Array: "view" }),
];

/** Types of a single value by their spelling. */
export const scalars: ReadonlyMap<string, ScalarRow> = new Map(scalarRows.map((row) => [row.as, row]));

/** Types copied as a whole by their spelling; an `Array` of anything else goes element by element. */
export const bulks: ReadonlyMap<string, BulkRow> = new Map(bulkRows.map((row) => [row.as, row]));

/** What to use instead of a type that has no row; by its name without type arguments. */
export const adviceByType: ReadonlyMap<string, string> = new Map([
  ["Map", "use an array of a class with the fields key and value"],
  ["Set", "use an array, Array<T>"],
  ["usize", "use u32 or u64"],
  ["isize", "use i32 or i64"],
  ["number", "use f64"],
  ["boolean", "use bool"],
  ["String", "use string"],
  ["void", "leave it away; only a result may be void"],
  ["v128", "use StaticArray<f64> or StaticArray<f32>"],
  ["Function", "export one function for each behaviour and choose by an i32"],
  ["Date", "use i64, milliseconds since 1970"],
  ["Error", "use a class of your own, or end the invocation with fail(code, message)"],
  ["DataView", "use Uint8Array"],
  ["Uint8ClampedArray", "use Uint8Array"],
  ["Int8Array", "use Uint8Array, or Array<i32>"],
  ["Int16Array", "use Array<i16>"],
  ["Uint16Array", "use Array<u16>"],
]);
