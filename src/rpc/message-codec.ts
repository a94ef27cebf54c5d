/**
 * The messages of Heddle's own services, to bytes and back, by a table that `npm run generate` makes of `proto/`.
 *
 * The library that reads `.proto` files could do the same at run time, and did. Loading it, parsing, and generating code
 * for every message took a third of what a node computes until its first result, for a few messages that are read and
 * written once a second. Here a type costs something when its first message comes.
 *
 * Values are as the generated types describe them: numbers for 64-bit integers and enums (names are taken too), Buffers,
 * defaults for what is absent, `null` for an absent message, and under the name of a oneof that of its member.
 */
import { assert } from "../base/assert.ts";
import { HeddleError } from "../base/error.ts";
import { BackwardWriter } from "../wire/backward-writer.ts";
import { ByteReader } from "../wire/byte-reader.ts";
import { scalarCodecs, type ScalarCodec } from "../wire/scalar-codec.ts";
import type { ScalarType } from "../wire/schema.ts";
import { WireType } from "../wire/varint.ts";
import { serviceTable } from "./generated/service-table.ts";

/** A field as the table has it. */
export interface FieldRow {
  readonly number: number;
  readonly name: string;
  /** A scalar type, or the full name of a message or an enum. */
  readonly type: string;
  readonly repeated?: boolean;
  /** The type of the key when the field is a map. */
  readonly key?: string;
  /** The oneof that the field belongs to. */
  readonly oneof?: string;
}

/** A method as the table has it. */
export interface MethodRow {
  readonly name: string;
  readonly request: string;
  readonly response: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** What `scripts/service-table.js` writes; names are full, without a leading dot. */
export interface ServiceTable {
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Fields by ascending number. */
  readonly messages: Readonly<Record<string, readonly FieldRow[]>>;
  readonly services: Readonly<Record<string, readonly MethodRow[]>>;
}

type Message = Record<string, unknown>;

/** Reads and writes one type of message. */
export interface MessageCodec {
  readonly serialize: (value: object) => Buffer;
  readonly deserialize: (bytes: Buffer) => Message;
}

/** The codec of a message type, by its full name. What it needs is worked out at its first use. */
export function messageCodec(name: string): MessageCodec {
  return {
    serialize(value) {
      try {
        writeFields(fieldsOf(name), value as Message); // the generated types say that it is one
        const { buffer, byteOffset, length } = writer.finish();
        return Buffer.from(buffer, byteOffset, length);
      } finally {
        writer.reset();
      }
    },
    deserialize(bytes) {
      const plan = fieldsOf(name);
      return readFields(new ByteReader(bytes, "PROTOCOL", name), plan, emptyMessage(plan));
    },
  };
}

/** One for all: nothing runs between the beginning and the end of a message. */
const writer = new BackwardWriter();

interface Field extends FieldRow {
  /** Undefined for a message. */
  readonly scalar: Scalar | undefined;
}

/** A scalar in the values of the generated types, without its tag. */
interface Scalar {
  readonly codec: ScalarCodec;
  toWire(value: unknown): unknown;
  read(reader: ByteReader): unknown;
  zero(): unknown;
}

const fields = new Map<string, readonly Field[]>();

function fieldsOf(name: string): readonly Field[] {
  let known = fields.get(name);
  if (known === undefined) {
    const rows = serviceTable.messages[name];
    assert(rows !== undefined, `the table of services has the message ${name}`);
    known = rows.map((row) => ({ ...row, scalar: scalarOf(row.type) }));
    fields.set(name, known);
  }
  return known;
}

const scalars = new Map<string, Scalar | undefined>();

function scalarOf(type: string): Scalar | undefined {
  if (!scalars.has(type)) scalars.set(type, type in serviceTable.messages ? undefined : makeScalar(type));
  return scalars.get(type);
}

function makeScalar(type: string): Scalar {
  const numbers = serviceTable.enums[type];
  const codec = scalarCodecs[numbers === undefined ? (type as ScalarType) : "int32"]; // a row has nothing else
  const read = (reader: ByteReader): unknown => codec.read(reader);
  const zero = (): unknown => codec.zero();
  if (numbers !== undefined) {
    const toWire = (value: unknown): unknown => (typeof value === "string" ? numbers[value] : value);
    return { codec, toWire, read, zero };
  }
  if (type === "bytes") return { codec, toWire: same, read: readBytes, zero: () => Buffer.alloc(0) };
  if (type === "string" || type === "bool") return { codec, toWire: same, read, zero };
  if (type === "double" || type === "float") return { codec, toWire: same, read, zero };
  return { codec, toWire: whole, read: (reader) => Number(codec.read(reader)), zero: () => 0 };
}

function same(value: unknown): unknown {
  return value;
}

/** Times are measured in fractions of what an integer counts. */
function whole(value: unknown): unknown {
  return typeof value === "number" ? Math.trunc(value) : value;
}

/** A view of what was received. */
function readBytes(reader: ByteReader): Buffer {
  const length = reader.length();
  const { bytes, pos } = reader;
  reader.pos = pos + length;
  return Buffer.from(bytes.buffer, bytes.byteOffset + pos, length);
}

/** Writes a message in front of what was written, its last field first. */
function writeFields(plan: readonly Field[], message: Message): void {
  for (let index = plan.length - 1; index >= 0; index--) {
    const field = plan[index];
    const value = field && message[field.name];
    if (field === undefined || value === undefined || value === null) continue;
    if (field.key !== undefined) writeMap(field, value as Message);
    else if (field.repeated === true) writeList(field, value as readonly unknown[]);
    else if (field.oneof !== undefined || field.scalar?.codec.isZero(value) !== true) writeOne(field, value);
  }
}

function writeOne(field: Field, value: unknown): void {
  writeValue(field, value);
  writeTag(field.number, field.scalar?.codec.wireType ?? WireType.LENGTH);
}

function writeValue({ name, type, scalar }: Field, value: unknown): void {
  if (scalar === undefined) {
    const end = writer.length;
    writeFields(fieldsOf(type), value as Message);
    writer.varint(writer.length - end);
  } else if (!scalar.codec.write(writer, scalar.toWire(value))) {
    throw new HeddleError("INTERNAL", `the field ${name} got ${String(value)}, which is no ${type}`);
  }
}

function writeList(field: Field, list: readonly unknown[]): void {
  const packed = isPacked(field);
  const end = writer.length;
  for (let index = list.length - 1; index >= 0; index--) {
    if (packed) writeValue(field, list[index]);
    else writeOne(field, list[index]);
  }
  if (!packed || list.length === 0) return;
  writer.varint(writer.length - end);
  writeTag(field.number, WireType.LENGTH);
}

function isPacked({ scalar }: Field): boolean {
  return scalar !== undefined && scalar.codec.wireType !== WireType.LENGTH;
}

/** Only names are keys of maps in our services; the table's maker sees to it. */
function writeMap(field: Field, map: Message): void {
  const values: Field = { number: 2, name: field.name, type: field.type, scalar: field.scalar };
  for (const [key, value] of Object.entries(map).toReversed()) {
    const end = writer.length;
    writeOne(values, value);
    writer.string(key);
    writeTag(1, WireType.LENGTH);
    writer.varint(writer.length - end);
    writeTag(field.number, WireType.LENGTH);
  }
}

function writeTag(number: number, wireType: number): void {
  writer.varint(((number << 3) | wireType) >>> 0);
}

/** Reads to the reader's end into a message that has its defaults. */
function readFields(reader: ByteReader, plan: readonly Field[], message: Message): Message {
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    const field = plan.find(({ number }) => number === tag >>> 3);
    if (field === undefined) reader.skip(tag);
    else readField(reader, field, tag & 7, plan, message);
  }
  return message;
}

/** A message of which nothing was said. */
function emptyMessage(plan: readonly Field[]): Message {
  const message: Message = {};
  for (const field of plan) if (field.oneof === undefined) message[field.name] = emptyOf(field);
  return message;
}

function emptyOf({ key, repeated, scalar }: Field): unknown {
  if (key !== undefined) return {};
  if (repeated === true) return [];
  return scalar === undefined ? null : scalar.zero();
}

function readField(
  reader: ByteReader,
  field: Field,
  wireType: number,
  plan: readonly Field[],
  message: Message,
): void {
  const { name, oneof } = field;
  const own = field.key === undefined ? (field.scalar?.codec.wireType ?? WireType.LENGTH) : WireType.LENGTH;
  const packed = field.repeated === true && isPacked(field) && wireType === WireType.LENGTH;
  if (wireType !== own && !packed) reader.fail(`wire type ${wireType} where ${own} belongs in ${name}`);
  if (field.key !== undefined) return readMapEntry(reader, field, message[name] as Message);
  if (field.repeated === true) return readList(reader, field, packed, message[name] as unknown[]);
  if (oneof !== undefined) {
    for (const other of plan) if (other.oneof === oneof && other !== field) delete message[other.name];
    message[oneof] = name;
  }
  message[name] = readValue(reader, field, message[name]);
}

/** `known` is what a message field has got already: a message that comes in two parts is merged. */
function readValue(reader: ByteReader, { type, scalar }: Field, known: unknown): unknown {
  if (scalar !== undefined) return scalar.read(reader);
  const plan = fieldsOf(type);
  const message = (known ?? emptyMessage(plan)) as Message; // only this function sets a message field
  within(reader, () => readFields(reader, plan, message));
  return message;
}

function readList(reader: ByteReader, field: Field, packed: boolean, list: unknown[]): void {
  if (!packed) {
    list.push(readValue(reader, field, undefined));
    return;
  }
  within(reader, () => {
    while (reader.pos < reader.end) list.push(readValue(reader, field, undefined));
  });
}

function readMapEntry(reader: ByteReader, field: Field, map: Message): void {
  const { type, scalar } = field;
  const plan: readonly Field[] = [
    { number: 1, name: "key", type: "string", scalar: scalarOf("string") },
    { number: 2, name: "value", type, scalar },
  ];
  const entry = emptyMessage(plan);
  within(reader, () => readFields(reader, plan, entry));
  const value = entry["value"] ?? emptyMessage(fieldsOf(type));
  // A key may be any text, "__proto__" too.
  Object.defineProperty(map, String(entry["key"]), {
    ...{ value, writable: true, enumerable: true, configurable: true },
  });
}

/** Reads what a length before it delimits. */
function within(reader: ByteReader, read: () => void): void {
  const length = reader.length();
  const { end } = reader;
  reader.end = reader.pos + length;
  read();
  reader.end = end;
}
