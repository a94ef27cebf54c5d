import type { BinaryReader } from "./binary-reader.ts";

/** What a parameter, a result or a global holds; the reference types are one kind, as nothing here tells them apart. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "ref";

/** The type of a function. */
export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const numeric = new Map<number, ValueType>([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
]);

/** Reads a value type. */
export function readValueType(reader: BinaryReader): ValueType {
  const start = reader.at;
  const byte = reader.byte();
  const known = numeric.get(byte);
  if (known !== undefined) return known;
  if (byte === 0x63 || byte === 0x64) {
    reader.skipLeb(); // the heap type: an index or a short negative number
    return "ref";
  }
  if (byte >= 0x65 && byte <= 0x74) return "ref"; // abbreviations: funcref, externref, anyref, exnref, …
  return reader.fail(`value type 0x${byte.toString(16)} is unknown`, start);
}

/** `(i32, i32) -> i32`, for messages. */
export function functionTypeText(type: FunctionType): string {
  const results = type.results.length === 1 ? type.results.join() : `(${type.results.join(", ")})`;
  return `(${type.parameters.join(", ")}) -> ${results}`;
}

/** Whether two function types are the same; reference types never are, since they are not told apart. */
export function sameFunctionType(one: FunctionType, other: FunctionType): boolean {
  return functionTypeText(one) === functionTypeText(other) && !functionTypeText(one).includes("ref");
}
