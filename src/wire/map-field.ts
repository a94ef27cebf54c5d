/**
 * Fields of the type `map<K, V>`. On the wire they are repeated messages with a key and a value; as a value in
 * JavaScript they are an object, or on input a Map; in JSON an object. Keys of an object are texts, whatever K is.
 */
import { jsonScalars } from "./json-scalar.ts";
import { setOwn } from "./message-plan.ts";
import type { Field, MessageField, ScalarType } from "./schema.ts";

/** What a map field takes, for errors. */
export const mapExpected = "an object or a Map, keys to values";

/** Whether a field is a map. */
export function isMap(field: Field): field is MessageField {
  return field.kind === "message" && field.message.mapEntry;
}

/** The field of an entry that has its value. */
export function mapValueField({ message }: MessageField): Field {
  const value = message.fields[1];
  if (value === undefined) throw new Error(`${message.fullName} has a value, by the linker's check`);
  return value;
}

/** The entries of what was given for a map; undefined when it is none. */
export function mapEntries(given: unknown): (readonly [unknown, unknown])[] | undefined {
  if (given instanceof Map) return [...given];
  if (typeof given !== "object" || given === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === Object.prototype || prototype === null ? Object.entries(given) : undefined;
}

/** A key as its codec takes it; undefined when it is not of the type. */
export function readMapKey({ message }: MessageField, key: unknown): unknown {
  const type = keyType(message.fields[0]);
  if (type === "bool")
    return key === "true" ? true : key === "false" ? false : typeof key === "boolean" ? key : undefined;
  if (typeof key === "bigint") return jsonScalars[type].read(String(key));
  return jsonScalars[type].read(key);
}

/** Puts a decoded entry into the object that stands for the map; the last of a key wins. */
export function setMapEntry(target: Record<string, unknown>, key: unknown, value: unknown): void {
  setOwn(target, String(key), value);
}

function keyType(key: Field | undefined): ScalarType {
  if (key?.kind !== "scalar") throw new Error("the key of a map is a scalar, by the linker's check");
  return key.type;
}
