/**
 * Scalars of proto3 JSON to JavaScript values. Numbers may come as numbers or as decimal strings, whole ones also as
 * 1.0 or "1e3"; a 64-bit integer that JSON's own numbers cannot hold exactly must be a string.
 */
import type { EnumType, ScalarType } from "./schema.ts";

/** Reads the JSON of one scalar type. */
export interface JsonScalar {
  /** What the JSON must be, for errors. */
  readonly expected: string;
  /** The value, or undefined when the JSON is something else. */
  read(json: unknown): unknown;
}

const decimal = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const wholeNumber = /^-?(0|[1-9][0-9]{0,19})$/;
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** Longest decimal string that is looked at. */
const decimalCharsMax = 1_000;
const floatMax = 3.4028234663852886e38;
const specials: ReadonlyMap<unknown, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/** The number that a JSON number or a decimal string says. */
function numberOf(json: unknown): number | undefined {
  if (typeof json === "number") return json;
  const said = typeof json === "string" && json.length <= decimalCharsMax && decimal.test(json);
  return said ? Number(json) : undefined;
}

function double(json: unknown): number | undefined {
  const special = specials.get(json);
  if (special !== undefined) return special;
  const value = numberOf(json);
  return Number.isFinite(value) ? value : undefined;
}

function float(json: unknown): number | undefined {
  const special = specials.get(json);
  if (special !== undefined) return special;
  const value = numberOf(json);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) || Math.abs(value) <= floatMax ? rounded : undefined;
}

function int32(json: unknown): number | undefined {
  const value = numberOf(json);
  return value !== undefined && (value | 0) === value ? value | 0 : undefined;
}

function uint32(json: unknown): number | undefined {
  const value = numberOf(json);
  return value !== undefined && value >>> 0 === value ? value >>> 0 : undefined;
}

function integer64(json: unknown): bigint | undefined {
  if (typeof json === "string" && wholeNumber.test(json)) return BigInt(json);
  const value = numberOf(json);
  return value !== undefined && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function int64(json: unknown): bigint | undefined {
  const value = integer64(json);
  return value !== undefined && BigInt.asIntN(64, value) === value ? value : undefined;
}

function uint64(json: unknown): bigint | undefined {
  const value = integer64(json);
  return value !== undefined && BigInt.asUintN(64, value) === value ? value : undefined;
}

function bytes(json: unknown): Uint8Array | undefined {
  if (typeof json !== "string" || !base64.test(json)) return undefined;
  const padding = json.endsWith("==") ? 2 : json.endsWith("=") ? 1 : 0;
  const rest = (json.length - padding) % 4;
  if (rest === 1 || (padding > 0 && json.length % 4 !== 0)) return undefined;
  return new Uint8Array(Buffer.from(json, "base64")); // takes the URL-safe alphabet too
}

const wide = "(a string, or a number up to 2^53)";
const readers = {
  double: { expected: 'a number, "NaN", "Infinity" or "-Infinity"', read: double },
  float: { expected: 'a float, "NaN", "Infinity" or "-Infinity"', read: float },
  int32: { expected: "an int32", read: int32 },
  uint32: { expected: "a uint32", read: uint32 },
  int64: { expected: `an int64 ${wide}`, read: int64 },
  uint64: { expected: `a uint64 ${wide}`, read: uint64 },
} satisfies Record<string, JsonScalar>;

/** The reader of every scalar type. */
export const jsonScalars: Readonly<Record<ScalarType, JsonScalar>> = {
  ...readers,
  sint32: readers.int32,
  sfixed32: readers.int32,
  fixed32: readers.uint32,
  sint64: readers.int64,
  sfixed64: readers.int64,
  fixed64: readers.uint64,
  bool: { expected: "true or false", read: (json) => (typeof json === "boolean" ? json : undefined) },
  string: { expected: "a string", read: (json) => (typeof json === "string" ? json : undefined) },
  bytes: { expected: "a base64 string", read: bytes },
};

/** The reader of an enum: its names, or any int32; a number that has a name becomes the name. */
export function jsonEnum(type: EnumType): JsonScalar {
  return {
    expected: `a value of the enum ${type.fullName}`,
    read(json) {
      if (typeof json === "string") return type.numbersByName.has(json) ? json : undefined;
      const number = int32(json);
      return number === undefined ? undefined : (type.namesByNumber.get(number) ?? number);
    },
  };
}
