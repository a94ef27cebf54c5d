/**
 * Protobuf bytes to JavaScript values, by the plan of their type.
 *
 * Fields are expected in order and then found without a search; defaults are filled in on the way, so that objects of
 * a type get their keys in the same order. A list that comes in several pieces grows by doubling in a side table until
 * the whole payload is read: also hostile input costs linear time.
 */
import { limits } from "../base/limits.ts";
import type { Block, BlockArray } from "./block.ts";
import { mapValueField, setMapEntry } from "./map-field.ts";
import {
  getOwn,
  planOf,
  setOwn,
  type FieldPlan,
  type MessagePlan,
  type NestedPlan,
  type ScalarPlan,
} from "./message-plan.ts";
import { PayloadReader } from "./payload-reader.ts";
import type { MessageType } from "./schema.ts";
import { WireType } from "./varint.ts";

type Target = Record<string, unknown>;

/**
 * Decodes a message into a plain object with JSON names as keys. Absent scalars get their defaults and absent lists
 * are empty; absent messages, `optional` fields and members of oneofs have no key. Fields may come in any order, packed
 * or not; the last one wins, a message that comes again is merged, unknown fields are skipped. Throws BAD_PAYLOAD,
 * naming path and byte, for what is truncated, has a wrong wire type, is not UTF-8, is nested too deep or has too many
 * values.
 */
export function decodeMessage(type: MessageType, bytes: Uint8Array): Record<string, unknown> {
  return readMessage(new PayloadReader(type, bytes), planOf(type));
}

/** Reads a message that the reader has been put to; see `decodeMessage`. */
export function readMessage(reader: PayloadReader, plan: MessagePlan): Record<string, unknown> {
  const target: Target = {};
  readFields(reader, plan, target, 0);
  reader.settle();
  return target;
}

/** Reads until the reader's end. The first `filled` fields of the target are there already. */
function readFields(reader: PayloadReader, plan: MessagePlan, target: Target, filled: number): void {
  const { fields, indexByNumber } = plan;
  let expected = 0;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    let index = expected;
    let field = fields[index];
    if (field === undefined || field.number !== tag >>> 3) {
      index = indexByNumber.get(tag >>> 3) ?? -1;
      field = index < 0 ? undefined : fields[index];
    }
    if (field === undefined) {
      reader.skip(tag);
      continue;
    }
    const fresh = index >= filled;
    if (fresh) {
      fillDefaults(fields, target, filled, index);
      filled = index + 1;
    }
    if (field.kind === "message") readNested(reader, field, tag & 7, target, fresh);
    else if (field.repeated) readList(reader, field, tag & 7, target, fresh);
    else readScalar(reader, field, tag & 7, target);
    expected = field.repeated ? index : index + 1;
  }
  fillDefaults(fields, target, filled, fields.length);
}

function fillDefaults(fields: readonly FieldPlan[], target: Target, from: number, to: number): void {
  for (let index = from; index < to; index++) {
    const field = fields[index];
    if (field === undefined || field.presence) continue;
    set(
      target,
      field,
      field.kind === "message"
        ? emptyMessages(field)
        : field.repeated
          ? emptyList(field.block)
          : field.codec.zero(),
    );
  }
}

function emptyMessages({ message }: NestedPlan): unknown {
  return message.mapEntry ? {} : [];
}

function emptyList(block: Block | undefined): unknown {
  return block === undefined ? [] : block.create(0);
}

function set(target: Target, field: FieldPlan, value: unknown): void {
  if (field.guarded) setOwn(target, field.key, value);
  else target[field.key] = value;
}

function get(target: Target, field: FieldPlan): unknown {
  return field.guarded ? getOwn(target, field.key) : target[field.key];
}

function clearSiblings(target: Target, field: FieldPlan): void {
  for (const sibling of field.siblings) {
    if (sibling !== field && Object.hasOwn(target, sibling.key)) delete target[sibling.key];
  }
}

function readScalar(reader: PayloadReader, field: ScalarPlan, wireType: number, target: Target): void {
  const { codec } = field;
  reader.field = field.field;
  if (wireType !== codec.wireType) reader.failWireType(wireType, codec.wireType);
  if (field.siblings.length > 0) clearSiblings(target, field);
  set(target, field, codec.read(reader));
  reader.field = undefined;
}

function readNested(
  reader: PayloadReader,
  field: NestedPlan,
  wireType: number,
  target: Target,
  fresh: boolean,
): void {
  reader.field = field.field;
  if (wireType !== WireType.LENGTH) reader.failWireType(wireType, WireType.LENGTH);
  const length = reader.length();
  reader.field = undefined;
  if (field.message.mapEntry) return readMapEntry(reader, field, length, target, fresh);
  const plan = planOf(field.message);
  const known = fresh && !field.repeated ? undefined : get(target, field);
  let child: Target;
  let index = -1;
  let filled = 0;
  if (!field.repeated && known !== undefined) {
    child = known as Target; // only this function sets a message field
    filled = plan.fields.length;
  } else {
    child = {};
    reader.spend(plan.weight);
    if (!field.repeated) {
      if (field.siblings.length > 0) clearSiblings(target, field);
      set(target, field, child);
    } else if (Array.isArray(known)) index = known.push(child) - 1;
    else {
      set(target, field, [child]);
      index = 0;
    }
  }
  if (!reader.path.enter(field.field, index)) reader.fail(`nested deeper than ${limits.nestingMax} messages`);
  const { end } = reader;
  reader.end = reader.pos + length;
  readFields(reader, plan, child, filled);
  reader.end = end;
  reader.path.leave();
}

/** Reads an entry as a message of its own and puts what it says into the map. */
function readMapEntry(
  reader: PayloadReader,
  { field }: NestedPlan,
  length: number,
  target: Target,
  fresh: boolean,
): void {
  const plan = planOf(field.message);
  let map = fresh ? undefined : getOwn(target, field.jsonName);
  if (map === undefined) setOwn(target, field.jsonName, (map = {}));
  reader.spend(plan.weight);
  if (!reader.path.enter(field, -1)) reader.fail(`nested deeper than ${limits.nestingMax} messages`);
  const { end } = reader;
  reader.end = reader.pos + length;
  const entry: Target = {};
  readFields(reader, plan, entry, 0);
  reader.end = end;
  reader.path.leave();
  const value = mapValueField(field);
  const absent = value.kind === "message" && !Object.hasOwn(entry, "value");
  // The cast: only this function sets a map field.
  setMapEntry(map as Target, entry["key"], absent ? emptyOf(value.message) : entry["value"]);
}

/** A message of which nothing was said. */
function emptyOf(type: MessageType): Target {
  const target: Target = {};
  const { fields } = planOf(type);
  fillDefaults(fields, target, 0, fields.length);
  return target;
}

function readList(
  reader: PayloadReader,
  field: ScalarPlan,
  wireType: number,
  target: Target,
  fresh: boolean,
): void {
  const { codec, block } = field;
  reader.field = field.field;
  const packed = wireType === WireType.LENGTH && codec.wireType !== WireType.LENGTH;
  if (!packed && wireType !== codec.wireType) reader.failWireType(wireType, codec.wireType);
  if (block !== undefined) readBlock(reader, field, block, packed, target, fresh);
  else {
    const known = fresh ? undefined : get(target, field);
    const list: unknown[] = Array.isArray(known) ? known : [];
    if (known !== list) set(target, field, list);
    if (packed) readPacked(reader, field, list);
    else {
      reader.spend(1);
      list.push(codec.read(reader));
    }
  }
  reader.field = undefined;
}

function readPacked(reader: PayloadReader, { codec }: ScalarPlan, list: unknown[]): void {
  const length = reader.length();
  const { end } = reader;
  reader.end = reader.pos + length;
  while (reader.pos < reader.end) {
    reader.spend(1);
    list.push(codec.read(reader));
  }
  reader.end = end;
}

function readBlock(
  reader: PayloadReader,
  field: ScalarPlan,
  block: Block,
  packed: boolean,
  target: Target,
  fresh: boolean,
): void {
  const { elementBytes } = block;
  const length = packed ? reader.length() : elementBytes;
  if (length > reader.end - reader.pos) reader.fail(`truncated ${elementBytes}-byte value`);
  const count = length / elementBytes;
  if (!Number.isInteger(count)) {
    reader.fail(`a packed list of ${length} bytes, which is no multiple of ${elementBytes}`);
  }
  if (packed && fresh) {
    const array = block.create(count);
    block.read(reader, array, 0, count);
    set(target, field, array);
    return;
  }
  const known = fresh ? undefined : get(target, field);
  if (fresh) set(target, field, undefined); // keeps its place among the keys until the list is settled
  const growing = reader.growing(target, field, block, known as BlockArray | undefined); // only this function sets it
  block.read(reader, growing.claim(count), growing.count - count, count);
}
