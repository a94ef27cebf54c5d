/**
 * JavaScript values to protobuf bytes, by the plan of their type. One pass from the last field to the first, into a
 * buffer that is filled from its end (see backward-writer.ts), checks and writes at once.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { BackwardWriter } from "./backward-writer.ts";
import { describeValue, quote } from "./describe-value.ts";
import {
  getOwn,
  planOf,
  type FieldPlan,
  type MessagePlan,
  type NestedPlan,
  type ScalarPlan,
} from "./message-plan.ts";
import type { MessageType } from "./schema.ts";
import { ValuePath } from "./value-path.ts";

/** Names of fields that an error lists. */
const listedFields = 12;

/** What one encoding needs: the bytes so far, and where in the value it stands. */
interface Run {
  readonly writer: BackwardWriter;
  readonly path: ValuePath;
}

/** The writer of the last encoding, for the next one; a getter in a value may encode meanwhile, and takes a new one. */
let idleWriter: BackwardWriter | undefined;

/**
 * Encodes a value as a message of the type. Keys are JSON names, proto names are accepted; `undefined`, `null` and
 * what is missing is the default. Throws BAD_PAYLOAD, naming the path, for an unknown field, a wrong type, a number out
 * of range, two members of one oneof, or a value that is cyclic or nested too deep; PAYLOAD_TOO_LARGE beyond the limit.
 */
export function encodeMessage(type: MessageType, value: unknown): Uint8Array<ArrayBuffer> {
  const writer = idleWriter ?? new BackwardWriter();
  idleWriter = undefined;
  try {
    writeMessage({ writer, path: new ValuePath(type) }, planOf(type), value);
    return writer.finish();
  } finally {
    writer.reset();
    idleWriter = writer;
  }
}

function writeMessage(run: Run, plan: MessagePlan, value: unknown): void {
  if (!isObject(value)) throw mismatch(run, "an object", value);
  const { fields } = plan;
  let present = 0;
  for (let index = fields.length - 1; index >= 0; index--) {
    const field = fields[index];
    if (field === undefined) continue;
    const item = valueOf(field, value);
    if (item === undefined) continue;
    present++;
    if (item === null) continue;
    if (field.kind === "message") writeNested(run, field, item);
    else if (field.repeated) writeList(run, field, item);
    else writeScalar(run, field, item);
  }
  let keys = 0;
  for (const _key in value) keys++;
  if (keys !== present) checkKeys(run, plan, value);
  if (plan.hasOneofs) checkOneofs(run, plan, value);
}

/** Plain objects and instances of classes; lists, maps, promises and the like are mistakes. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.prototype.toString.call(value) === "[object Object]";
}

function valueOf(field: FieldPlan, value: Readonly<Record<string, unknown>>): unknown {
  const { key, otherKey } = field;
  if (field.guarded) return getOwn(value, key) ?? getOwn(value, otherKey);
  const item = value[key];
  return item === undefined && key !== otherKey ? value[otherKey] : item;
}

function writeScalar({ writer, path }: Run, field: ScalarPlan, item: unknown): void {
  const { codec } = field;
  if (!field.presence && codec.isZero(item)) return;
  if (!codec.write(writer, item)) throw mismatch({ writer, path }, codec.expected, item, field);
  writer.varint(field.tag);
}

function writeList(run: Run, field: ScalarPlan, list: unknown): void {
  const { writer } = run;
  const { codec, packed, tag } = field;
  const end = writer.length;
  if (!packed || field.block === undefined || !field.block.write(writer, list)) {
    if (!isList(list)) throw mismatch(run, "an array", list, field);
    for (let index = list.length - 1; index >= 0; index--) {
      if (!codec.write(writer, list[index])) throw mismatch(run, codec.expected, list[index], field, index);
      if (!packed) writer.varint(tag);
    }
  }
  if (!packed || writer.length === end) return;
  writer.varint(writer.length - end);
  writer.varint(tag);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function writeNested(run: Run, field: NestedPlan, item: unknown): void {
  const plan = planOf(field.message);
  if (!field.repeated) return writeElement(run, field, plan, item, -1);
  if (!isList(item)) throw mismatch(run, "an array", item, field);
  for (let index = item.length - 1; index >= 0; index--) writeElement(run, field, plan, item[index], index);
}

function writeElement(run: Run, field: NestedPlan, plan: MessagePlan, item: unknown, index: number): void {
  const { writer, path } = run;
  if (!path.enter(field.field, index)) {
    throw bad(run, `nested deeper than ${limits.nestingMax} messages; does the value contain itself?`);
  }
  const end = writer.length;
  writeMessage(run, plan, item);
  writer.varint(writer.length - end);
  writer.varint(field.tag);
  path.leave();
}

/** Called when the number of keys is not that of the values found: there is a key too many, or one that is undefined. */
function checkKeys(run: Run, plan: MessagePlan, value: Readonly<Record<string, unknown>>): void {
  const { type } = plan;
  for (const key of Object.keys(value)) {
    const field = type.fieldsByName.get(key);
    if (field === undefined) {
      const names = type.fields.slice(0, listedFields).map(({ jsonName }) => quote(jsonName).slice(1, -1));
      if (type.fields.length > listedFields) names.push("…");
      const has = names.length === 0 ? "it has no fields" : `it has: ${names.join(", ")}`;
      throw bad(run, `unknown field ${quote(key)}; ${has}`);
    }
    const twice = field.name !== field.jsonName && value[field.name] != null && value[field.jsonName] != null;
    if (twice && Object.hasOwn(value, field.name) && Object.hasOwn(value, field.jsonName)) {
      throw bad(run, `the field ${quote(field.jsonName)} is given twice, also as ${quote(field.name)}`);
    }
  }
}

function checkOneofs(run: Run, plan: MessagePlan, value: Readonly<Record<string, unknown>>): void {
  const taken = new Map<string, FieldPlan>();
  for (const field of plan.fields) {
    const { oneof, jsonName } = field.field;
    if (oneof === "" || valueOf(field, value) == null) continue;
    const other = taken.get(oneof);
    if (other !== undefined) {
      throw bad(
        run,
        `only one member of the oneof ${oneof} may be set, not ${quote(other.key)} and ${quote(jsonName)}`,
      );
    }
    taken.set(oneof, field);
  }
}

function mismatch(run: Run, expected: string, value: unknown, field?: FieldPlan, index = -1): HeddleError {
  const where = run.path.describe(field?.field, index);
  return new HeddleError("BAD_PAYLOAD", `${where}: expected ${expected}, got ${describeValue(value)}`);
}

function bad(run: Run, said: string): HeddleError {
  return new HeddleError("BAD_PAYLOAD", `${run.path.describe()}: ${said}`);
}
