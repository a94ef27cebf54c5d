import type { Field, MessageType } from "../wire/schema.ts";
import { UsageError } from "./exit-code.ts";

/** Bytes of an element of a packed list, by its type. */
const elementBytes: Readonly<Record<string, number>> = {
  ...{ double: 8, fixed64: 8, sfixed64: 8, float: 4, fixed32: 4, sfixed32: 4, bool: 1 },
  ...{ int32: 1, uint32: 1, sint32: 1, int64: 1, uint64: 1, sint64: 1 },
};

/**
 * A request in proto3 JSON with a payload of about so many bytes: the first field that holds bytes, text or a list of
 * numbers is filled. Throws UsageError for a request without such a field.
 */
export function filledRequest(type: MessageType, bytes: number): Record<string, unknown> {
  for (const field of type.fields) {
    const value = filling(field, bytes);
    if (value !== undefined) return { [field.jsonName]: value };
  }
  const has = type.fields.map(({ jsonName }) => jsonName).join(", ") || "none";
  throw new UsageError(
    `--payload-bytes fills a field of bytes, text or numbers, of which ${type.fullName} has none (its fields: ${has}); give --payload`,
  );
}

function filling(field: Field, bytes: number): unknown {
  if (field.kind !== "scalar") return undefined;
  if (field.type === "bytes" && !field.repeated) return Buffer.from(pattern(bytes)).toString("base64");
  if (field.type === "string" && !field.repeated) return "x".repeat(bytes);
  const size = elementBytes[field.type];
  if (!field.repeated || size === undefined) return undefined;
  return Array.from({ length: Math.floor(bytes / size) }, (_, index) =>
    field.type === "bool" ? index % 2 === 0 : 1,
  );
}

/** Bytes that differ, since some functions are quicker on those that do not. */
function pattern(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 31) % 256);
}
