/**
 * A message of two parts that are put together only when the library frames it. It copies each message once into a
 * frame of its own (`output.copy`), so a chunk that was put together before would be copied, and allocated, twice on
 * every hop; and what is allocated outside of V8's heap is what makes it collect garbage (`payload.bandwidth`).
 *
 * It has what the library asks of a message's buffer when it neither compresses nor traces: its length, and `copy`.
 */
export class GatheredMessage {
  readonly length: number;
  readonly #head: Buffer;
  readonly #body: Uint8Array;

  constructor(head: Buffer, body: Uint8Array) {
    this.#head = head;
    this.#body = body;
    this.length = head.length + body.length;
  }

  /** The length under the name by which servers ask for it. */
  get byteLength(): number {
    return this.length;
  }

  /** Writes the message into a buffer. */
  copy(target: Uint8Array, at: number): number {
    target.set(this.#head, at);
    target.set(this.#body, at + this.#head.length);
    return this.length;
  }
}
