/**
 * A message of a head and a body that are never put together: the short way writes one after the other (`message-lane.ts`), and
 * the library, which copies each message into a frame of its own, copies both. What is allocated outside of V8's heap is
 * what makes it collect garbage (`payload.bandwidth`).
 *
 * It has what the library asks of a message's buffer when it neither compresses nor traces: its length, and `copy`.
 */
import { copyPieces, type Bytes } from "../base/rope.ts";

export class GatheredMessage {
  readonly length: number;
  readonly head: Buffer;
  readonly body: Bytes;

  constructor(head: Buffer, body: Bytes) {
    this.head = head;
    this.body = body;
    this.length = head.length + body.length;
  }

  /** The length under the name by which servers ask for it. */
  get byteLength(): number {
    return this.length;
  }

  /** Writes the message into a buffer. */
  copy(target: Uint8Array, at: number): number {
    target.set(this.head, at);
    copyPieces(this.body, target, at + this.head.length);
    return this.length;
  }
}
