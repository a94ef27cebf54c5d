import { isMap, mapEntries, mapExpected, mapValueField, setMapEntry } from "./map-field.ts";
import { getOwn, setOwn } from "./message-plan.ts";
import { mismatch, tooDeep } from "./payload-error.ts";
import { isList, toBytes } from "./scalar-codec.ts";
import type { Field, MessageField, MessageType, ScalarType } from "./schema.ts";
import { ValuePath } from "./value-path.ts";

/**
 * Turns a decoded message into what `JSON.stringify` takes, by the rules of proto3 JSON: 64-bit integers are strings,
 * bytes are base64, NaN and the infinities are strings, enums are names. Fields are written when the value has them,
 * also with their default: a decoded value has them all. Throws BAD_PAYLOAD when the value is not of the type.
 */
export function messageToJson(type: MessageType, value: unknown): Record<string, unknown> {
  return messageOut(new WritePath(type, -0), type, value);
}

/** The same as text, in which a negative zero keeps its sign: `JSON.stringify` alone makes it "0". */
export function messageToJsonText(type: MessageType, value: unknown): string {
  return JSON.stringify(messageOut(new WritePath(type, rawJson.rawJSON("-0")), type, value));
}

/** Node has it, the type library of this language level does not. */
const rawJson = JSON as JSON & { rawJSON(text: string): object };

/** Where in a value writing stands, and what stands for a negative zero. */
class WritePath extends ValuePath {
  readonly minusZero: unknown;

  constructor(root: MessageType, minusZero: unknown) {
    super(root);
    this.minusZero = minusZero;
  }
}

function messageOut(path: WritePath, type: MessageType, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw mismatch(path, "an object", value);
  const given = value as Readonly<Record<string, unknown>>; // an object, by the line above
  const out: Record<string, unknown> = {};
  for (const field of type.fields) {
    const item = getOwn(given, field.jsonName) ?? getOwn(given, field.name);
    if (item === undefined || item === null) continue;
    setOwn(
      out,
      field.jsonName,
      isMap(field)
        ? mapOut(path, field, item)
        : field.repeated
          ? listOut(path, field, item)
          : elementOut(path, field, item, -1),
    );
  }
  return out;
}

function mapOut(path: WritePath, field: MessageField, value: unknown): Record<string, unknown> {
  const entries = mapEntries(value);
  if (entries === undefined) throw mismatch(path, mapExpected, value, field);
  const out: Record<string, unknown> = {};
  const valueField = mapValueField(field);
  if (!path.enter(field, -1)) throw tooDeep(path);
  for (const [key, item] of entries) setMapEntry(out, key, elementOut(path, valueField, item, -1));
  path.leave();
  return out;
}

function listOut(path: WritePath, field: Field, value: unknown): unknown[] {
  if (!isList(value)) throw mismatch(path, "an array", value, field);
  return Array.from(value, (item, index) => elementOut(path, field, item, index));
}

function elementOut(path: WritePath, field: Field, value: unknown, index: number): unknown {
  if (field.kind === "message") {
    if (!path.enter(field, index)) throw tooDeep(path);
    const out = messageOut(path, field.message, value);
    path.leave();
    return out;
  }
  if (field.kind === "enum") {
    if (typeof value === "string" || typeof value === "number") return value;
    throw mismatch(path, `a value of the enum ${field.enum.fullName}`, value, field, index);
  }
  const out = scalarOut(field.type, value);
  if (out === undefined) throw mismatch(path, `a value of the type ${field.type}`, value, field, index);
  return Object.is(out, -0) ? path.minusZero : out;
}

/** The JSON of a scalar; undefined when the value is of another type. */
function scalarOut(type: ScalarType, value: unknown): unknown {
  switch (type) {
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "string":
      return typeof value === "string" ? value : undefined;
    case "bytes": {
      const bytes = toBytes(value);
      return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
    }
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return typeof value === "bigint" || Number.isSafeInteger(value) ? String(value) : undefined;
    default:
      if (typeof value !== "number") return undefined;
      if (!Number.isFinite(value)) return String(value);
      return type === "float" ? shortestFloat(value) : value;
  }
}

/** The number with the fewest digits that is the same float: 0.1 rather than 0.10000000149011612. */
function shortestFloat(value: number): number {
  const float = Math.fround(value);
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), float)) return short;
  }
  return value;
}
