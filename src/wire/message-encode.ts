/**
 * JavaScript values to protobuf bytes, by the plan of their type. One pass from the last field to the first, into a
 * buffer that is filled from its end (see backward-writer.ts), checks and writes at once.
 */
import { BackwardWriter } from "./backward-writer.ts";
import {
  getOwn,
  planOf,
  type FieldPlan,
  type MessagePlan,
  type NestedPlan,
  type ScalarPlan,
} from "./message-plan.ts";
import { mapEntries, mapExpected, readMapKey } from "./map-field.ts";
import { conflict, mismatch, tooDeep, unknownField } from "./payload-error.ts";
import { isList } from "./scalar-codec.ts";
import type { Field, MessageType } from "./schema.ts";
import { ValuePath } from "./value-path.ts";

/** What one encoding needs: the bytes so far, and where in the value it stands. */
export interface Run {
  readonly writer: BackwardWriter;
  readonly path: ValuePath;
}

/** What the last encoding needed, for the next one; a getter in a value may encode meanwhile, and finds nothing. */
let idleRun: Run | undefined;

/**
 * Encodes a value as a message of the type. Keys are JSON names, proto names are accepted; `undefined`, `null` and
 * what is missing is the default. Throws BAD_PAYLOAD, naming the path, for an unknown field, a wrong type, a number out
 * of range, two members of one oneof, or a value that is cyclic or nested too deep; PAYLOAD_TOO_LARGE beyond the limit.
 * Small results are views of memory they share with others, as small Buffers are: copy one before transferring it.
 */
export function encodeMessage(type: MessageType, value: unknown): Uint8Array<ArrayBuffer> {
  const run = idleRun ?? { writer: new BackwardWriter(), path: new ValuePath(type) };
  idleRun = undefined;
  try {
    run.path.restart(type);
    run.writer.reset(); // somebody may have transferred its memory with an earlier result
    writeMessage(run, planOf(type), value);
    return run.writer.finish();
  } finally {
    run.writer.reset();
    idleRun = run;
  }
}

/** Writes a value in front of what was written. Throws as `encodeMessage` does. */
export function writeMessage(run: Run, plan: MessagePlan, value: unknown): void {
  if (!isRecord(value)) throw mismatch(run.path, "an object", value);
  const plain = isPlain(value);
  if (!plain && !isInstance(value)) throw mismatch(run.path, "an object", value);
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
  if (keys !== present || !plain) checkKeys(run, plan, value);
  if (plan.hasOneofs) checkOneofs(run, plan, value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Instances of classes; lists, maps, promises and the like are mistakes. */
function isInstance(value: object): boolean {
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
  if (!codec.write(writer, item)) throw mismatch(path, codec.expected, item, field.field);
  writer.varint(field.tag);
}

function writeList(run: Run, field: ScalarPlan, list: unknown): void {
  const { writer } = run;
  const { codec, packed, tag } = field;
  const end = writer.length;
  if (!packed || field.block === undefined || !field.block.write(writer, list)) {
    if (!isList(list)) throw mismatch(run.path, "an array", list, field.field);
    for (let index = list.length - 1; index >= 0; index--) {
      if (!codec.write(writer, list[index]))
        throw mismatch(run.path, codec.expected, list[index], field.field, index);
      if (!packed) writer.varint(tag);
    }
  }
  if (!packed || writer.length === end) return;
  writer.varint(writer.length - end);
  writer.varint(tag);
}

function writeNested(run: Run, field: NestedPlan, item: unknown): void {
  const plan = planOf(field.message);
  if (field.message.mapEntry) return writeMap(run, field, plan, item);
  if (!field.repeated) return writeElement(run, field, plan, item, -1);
  if (!isList(item)) throw mismatch(run.path, "an array", item, field.field);
  for (let index = item.length - 1; index >= 0; index--) writeElement(run, field, plan, item[index], index);
}

function writeMap(run: Run, field: NestedPlan, plan: MessagePlan, item: unknown): void {
  const entries = mapEntries(item);
  if (entries === undefined) throw mismatch(run.path, mapExpected, item, field.field);
  for (let index = entries.length - 1; index >= 0; index--) {
    const [given, value] = entries[index] ?? [];
    const key = readMapKey(field.field, given);
    if (key === undefined) throw mismatch(run.path, "a key of the map's type", given, field.field, index);
    if (value == null)
      throw mismatch(run.path, `a value for the key ${String(given)}`, value, field.field, index);
    writeElement(run, field, plan, { key, value }, index);
  }
}

function writeElement(run: Run, field: NestedPlan, plan: MessagePlan, item: unknown, index: number): void {
  const { writer, path } = run;
  if (!path.enter(field.field, index)) throw tooDeep(path);
  const end = writer.length;
  writeMessage(run, plan, item);
  writer.varint(writer.length - end);
  writer.varint(field.tag);
  path.leave();
}

/** Called when keys and values found differ in number: a key is too many or undefined, or a value is inherited. */
function checkKeys(run: Run, plan: MessagePlan, value: Readonly<Record<string, unknown>>): void {
  const { type } = plan;
  for (const key of Object.keys(value)) {
    const field = type.fieldsByName.get(key);
    if (field === undefined) throw unknownField(run.path, type, key);
    const twice = key === field.name && key !== field.jsonName && getOwn(value, field.jsonName) != null;
    if (twice && value[key] != null) throw conflict(run.path, field, field);
  }
}

function checkOneofs(run: Run, plan: MessagePlan, value: Readonly<Record<string, unknown>>): void {
  const taken = new Map<string, Field>();
  for (const member of plan.fields) {
    const { field } = member;
    if (field.oneof === "" || valueOf(member, value) == null) continue;
    const other = taken.get(field.oneof);
    if (other !== undefined) throw conflict(run.path, other, field);
    taken.set(field.oneof, field);
  }
}
