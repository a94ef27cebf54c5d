import { limits } from "../base/limits.ts";
import { frameField } from "./frame.ts";

/** Most bytes of a chunk, so that with what goes before them they fit a message. */
export const chunkMaxBytes = limits.bulkMessageMaxBytes - 64;

/** What goes before the bytes of a chunk of a frame, so that both together are a message that holds the chunk. */
export function chunkHead(id: number, bytes: number): Buffer {
  const inner = [tagOf(1, 0), ...varint(id), tagOf(2, 2), ...varint(bytes)];
  return Buffer.from([tagOf(frameField.chunk, 2), ...varint(inner.length + bytes), ...inner]);
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
