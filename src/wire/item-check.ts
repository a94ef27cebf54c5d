import { limits } from "../base/limits.ts";
import type { Bytes } from "../base/rope.ts";
import { broken } from "./frame-cursor.ts";

/** What the frames of a batch and of a result have in common. */
export interface ItemColumns {
  readonly id: number;
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Bytes;
  readonly bulkBytes: number;
}

/**
 * Holds the sizes of a frame against its count and its payload bytes, wherever those travel. A result may go without
 * sizes when it has no bytes. Throws PROTOCOL.
 */
export function checkItems(what: "Batch" | "Result", frame: ItemColumns): void {
  const { id, count, sizes, payloads, bulkBytes } = frame;
  if (bulkBytes !== 0 && payloads.length !== 0) {
    throw broken(
      `${what} ${id} has ${payloads.length} payload bytes and announces ${bulkBytes} in chunks as well`,
    );
  }
  const bytes = payloads.length + bulkBytes;
  if (what === "Result" && sizes.length === 0 && bytes === 0) return;
  if (sizes.length !== count) throw broken(`${what} ${id}: ${sizes.length} sizes for ${count} items`);
  if (bytes > limits.payloadMaxBytes) {
    throw broken(`${what} ${id}: ${bytes} payload bytes, the limit is ${limits.payloadMaxBytes}`);
  }
  let sum = 0;
  for (let index = 0; index < count; index++) sum += sizes[index] ?? 0;
  if (sum !== bytes) throw broken(`${what} ${id}: its sizes add up to ${sum} bytes, it has ${bytes}`);
}
