/** The errors of values that are not of their type, with one wording for encoding and for both ways of JSON. */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { describeValue, quote } from "./describe-value.ts";
import type { Field, MessageType } from "./schema.ts";
import type { ValuePath } from "./value-path.ts";

/** Names of fields that an error lists. */
const listedFields = 12;

function bad(path: ValuePath, said: string): HeddleError {
  return new HeddleError("BAD_PAYLOAD", `${path.describe()}: ${said}`);
}

/** A value is something else than its field wants: `linalg.Matrix.rows: expected an int32, got "x"`. */
export function mismatch(
  path: ValuePath,
  expected: string,
  value: unknown,
  field?: Field,
  index = -1,
): HeddleError {
  const said = `expected ${expected}, got ${describeValue(value)}`;
  return new HeddleError("BAD_PAYLOAD", `${path.describe(field, index)}: ${said}`);
}

/** An object has a key that its type does not know. */
export function unknownField(path: ValuePath, type: MessageType, key: string): HeddleError {
  const names = type.fields.slice(0, listedFields).map(({ jsonName }) => quote(jsonName).slice(1, -1));
  if (type.fields.length > listedFields) names.push("…");
  const has = names.length === 0 ? "it has no fields" : `it has: ${names.join(", ")}`;
  return bad(path, `unknown field ${quote(key)}; ${has}`);
}

/** Two keys exclude one another: two names of one field, or two members of one oneof. */
export function conflict(path: ValuePath, field: Field, other: Field): HeddleError {
  if (field === other) {
    return bad(path, `the field ${quote(field.jsonName)} is given twice, also as ${quote(field.name)}`);
  }
  const both = `${quote(field.jsonName)} and ${quote(other.jsonName)}`;
  return bad(path, `only one member of the oneof ${field.oneof} may be set, not ${both}`);
}

/** A value goes deeper than messages may nest. */
export function tooDeep(path: ValuePath): HeddleError {
  return bad(path, `nested deeper than ${limits.nestingMax} messages; does the value contain itself?`);
}
