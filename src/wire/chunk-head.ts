import { limits } from "../base/limits.ts";
import { FrameCursor } from "./frame-cursor.ts";
import { frameField } from "./frame.ts";

/** Most bytes of a chunk, so that with what goes before them they fit a message. */
export const chunkMaxBytes = limits.bulkMessageMaxBytes - 64;

/** What goes before the bytes of a chunk of a frame, so that both together are a message that holds the chunk. */
export function chunkHead(id: number, bytes: number): Buffer {
  const inner = [tagOf(1, 0), ...varint(id), tagOf(2, 2), ...varint(bytes)];
  return Buffer.from([tagOf(frameField.chunk, 2), ...varint(inner.length + bytes), ...inner]);
}

/** Whose chunk it is, and where its bytes begin. */
export interface ChunkHead {
  readonly id: number;
  readonly headBytes: number;
}

/**
 * Reads what goes before the bytes of a chunk at the beginning of a message of so many bytes; undefined when the message
 * is anything but a chunk alone. Throws PROTOCOL.
 */
export function readChunkHead(start: Buffer, size: number): ChunkHead | undefined {
  const cursor = new FrameCursor(start);
  if (cursor.varint() !== tagOf(frameField.chunk, 2)) return undefined;
  const length = cursor.varint();
  if (cursor.at + length !== size || cursor.varint() !== tagOf(1, 0)) return undefined;
  const id = cursor.varint();
  if (cursor.varint() !== tagOf(2, 2)) return undefined;
  const bytes = cursor.varint();
  return cursor.at + bytes === size ? { id, headBytes: cursor.at } : undefined;
}

function tagOf(field: number, type: number): number {
  return (field << 3) | type;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}
