/**
 * Writes a message in one of the many ways that mean the same: fields in any order, repeated fields packed, unpacked
 * or in several chunks, single fields more than once, messages in pieces, unknown fields in between.
 */
import protobuf from "protobufjs";
import type { Random } from "../../src/base/random.ts";

const packable = new Set(Object.keys(protobuf.types.packed));
const wireTypes: Readonly<Record<string, number>> = protobuf.types.basic;

type Piece = { readonly id: number; readonly bytes: Uint8Array };

/** One of the encodings of a value, which is of the kind that `type.fromObject` gives. */
export function encodeSomehow(type: protobuf.Type, value: protobuf.Message, random: Random): Uint8Array {
  return shuffle(piecesOf(type, value, random), random);
}

function piecesOf(type: protobuf.Type, value: protobuf.Message, random: Random): Piece[] {
  const pieces: Piece[] = [];
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(value, field.name)) continue;
    const content: unknown = Reflect.get(value, field.name);
    const items: unknown[] = field.repeated && Array.isArray(content) ? content : [content];
    if (field.resolvedType instanceof protobuf.Type) {
      for (const item of items) pieces.push(...messagePieces(field, field.resolvedType, item, random));
    } else if (field.repeated && (packable.has(field.type) || field.resolvedType !== null)) {
      pieces.push(...chunks(field, items, random));
    } else {
      if (!field.repeated && random.next() < 0.3) pieces.push(single(field, field.typeDefault));
      for (const item of items) pieces.push(single(field, item));
    }
  }
  if (random.next() < 0.5) pieces.push(unknownField(random));
  return pieces;
}

function messagePieces(field: protobuf.Field, type: protobuf.Type, value: unknown, random: Random): Piece[] {
  if (typeof value !== "object" || value === null) return [];
  const pieces = piecesOf(type, type.fromObject(value), random);
  const ordered = order(pieces, random);
  const cut = field.repeated ? 0 : Math.floor(random.next() * (ordered.length + 1));
  const parts = random.next() < 0.5 ? [ordered] : [ordered.slice(0, cut), ordered.slice(cut)];
  return (field.repeated ? [ordered] : parts).map((part) => {
    const writer = protobuf.Writer.create().uint32(field.id * 8 + 2);
    return { id: field.id, bytes: writer.bytes(Buffer.concat(part.map(({ bytes }) => bytes))).finish() };
  });
}

/** A repeated number in chunks of random size, some of them single values that are not packed. */
function chunks(field: protobuf.Field, items: readonly unknown[], random: Random): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < items.length;) {
    const size = random.next() < 0.3 ? 0 : random.next() < 0.5 ? items.length : Math.floor(random.next() * 5);
    const part = items.slice(from, from + size);
    if (part.length === 0 && random.next() < 0.8) {
      pieces.push(single(field, items[from]));
      from += 1;
      continue;
    }
    const inner = protobuf.Writer.create();
    for (const item of part) write(inner, field, item);
    const writer = protobuf.Writer.create().uint32(field.id * 8 + 2);
    pieces.push({ id: field.id, bytes: writer.bytes(inner.finish()).finish() });
    from += part.length;
  }
  return pieces;
}

function single(field: protobuf.Field, value: unknown): Piece {
  const wireType = field.resolvedType instanceof protobuf.Enum ? 0 : (wireTypes[field.type] ?? 0);
  const writer = protobuf.Writer.create().uint32(field.id * 8 + wireType);
  write(writer, field, value);
  return { id: field.id, bytes: writer.finish() };
}

function write(writer: protobuf.Writer, field: protobuf.Field, value: unknown): void {
  const method: unknown = Reflect.get(
    writer,
    field.resolvedType instanceof protobuf.Enum ? "int32" : field.type,
  );
  if (typeof method !== "function") throw new Error(`no writer for ${field.type}`);
  method.call(writer, value);
}

function unknownField(random: Random): Piece {
  const id = 5000 + Math.floor(random.next() * 1000);
  const writer = protobuf.Writer.create();
  const kind = Math.floor(random.next() * 4);
  if (kind === 0) writer.uint32(id * 8).uint32(1e9);
  if (kind === 1) writer.uint32(id * 8 + 1).double(1.5);
  if (kind === 2) writer.uint32(id * 8 + 2).string("unknown");
  if (kind === 3) writer.uint32(id * 8 + 5).float(2);
  return { id, bytes: writer.finish() };
}

/** A random order that keeps that of each field, which means something. */
function order(pieces: readonly Piece[], random: Random): Piece[] {
  const slots = pieces.map(({ id }) => ({ id, at: random.next() })).sort((a, b) => a.at - b.at);
  const left = new Map<number, Piece[]>();
  for (const piece of pieces) left.set(piece.id, [...(left.get(piece.id) ?? []), piece]);
  return slots.flatMap(({ id }) => left.get(id)?.shift() ?? []);
}

function shuffle(pieces: readonly Piece[], random: Random): Uint8Array {
  return Buffer.concat(order(pieces, random).map(({ bytes }) => bytes));
}
