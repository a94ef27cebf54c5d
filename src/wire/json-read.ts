import { blocks } from "./block.ts";
import { jsonEnum, jsonScalars } from "./json-scalar.ts";
import { isMap, mapValueField, readMapKey, setMapEntry } from "./map-field.ts";
import { setOwn } from "./message-plan.ts";
import { conflict, mismatch, tooDeep, unknownField } from "./payload-error.ts";
import type { Field, MessageField, MessageType } from "./schema.ts";
import { ValuePath } from "./value-path.ts";

/**
 * Turns parsed proto3 JSON into a value for `encodeMessage`, with the types that `decodeMessage` gives. A field that is
 * missing or null is left out. Throws BAD_PAYLOAD, naming the path, for unknown fields and enum names, wrong types,
 * numbers out of range and nesting that is too deep.
 */
export function messageFromJson(type: MessageType, json: unknown): Record<string, unknown> {
  return messageIn(new ValuePath(type), type, json);
}

function messageIn(path: ValuePath, type: MessageType, json: unknown): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw mismatch(path, "an object", json);
  const out: Record<string, unknown> = {};
  const taken = new Map<Field | string, Field>();
  for (const [key, item] of Object.entries(json)) {
    const field = type.fieldsByName.get(key);
    if (field === undefined) throw unknownField(path, type, key);
    if (item === null || item === undefined) continue;
    const slot = field.oneof === "" ? field : field.oneof;
    const other = taken.get(slot);
    if (other !== undefined) throw conflict(path, other, field);
    taken.set(slot, field);
    setOwn(
      out,
      field.jsonName,
      isMap(field)
        ? mapIn(path, field, item)
        : field.repeated
          ? listIn(path, field, item)
          : elementIn(path, field, item, -1),
    );
  }
  return out;
}

/** An object whose keys are texts of the key's type. */
function mapIn(path: ValuePath, field: MessageField, json: unknown): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw mismatch(path, "an object", json, field);
  const map: Record<string, unknown> = {};
  const value = mapValueField(field);
  if (!path.enter(field, -1)) throw tooDeep(path);
  for (const [text, item] of Object.entries(json)) {
    const key = readMapKey(field, text);
    if (key === undefined) throw mismatch(path, "a key of the map's type", text);
    if (item === null) throw mismatch(path, `a value for the key ${JSON.stringify(text)}`, item, value);
    if (Object.hasOwn(map, String(key))) throw mismatch(path, "a key that is there once", text);
    setMapEntry(map, key, elementIn(path, value, item, -1));
  }
  path.leave();
  return map;
}

function listIn(path: ValuePath, field: Field, json: unknown): unknown {
  if (!Array.isArray(json)) throw mismatch(path, "an array", json, field);
  const list = Array.from(json, (item: unknown, index) => elementIn(path, field, item, index));
  const block = field.kind === "scalar" ? blocks[field.type] : undefined;
  return block === undefined ? list : block.from(list);
}

function elementIn(path: ValuePath, field: Field, json: unknown, index: number): unknown {
  if (field.kind === "message") {
    if (!path.enter(field, index)) throw tooDeep(path);
    const value = messageIn(path, field.message, json);
    path.leave();
    return value;
  }
  const scalar = field.kind === "enum" ? jsonEnum(field.enum) : jsonScalars[field.type];
  const value = scalar.read(json);
  if (value === undefined) throw mismatch(path, scalar.expected, json, field, index);
  return value;
}
