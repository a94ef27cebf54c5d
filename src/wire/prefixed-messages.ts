/**
 * Messages of a gRPC stream between their prefixes: a byte that says whether the message is compressed, four for its
 * size, most significant first.
 */
import { HeddleError } from "../base/error.ts";

const prefixBytes = 5;

/** What can be written as a message: a buffer, or what puts its parts together only then. */
export interface MessageBytes {
  readonly length: number;
  /** Writes all of it into a buffer. */
  copy(target: Uint8Array, at: number): number;
}

/** A message with its prefix, not compressed. */
export function withPrefix(message: MessageBytes): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  message.copy(bytes, prefixBytes);
  return bytes;
}

/** Finds the messages in the chunks of a stream. */
export class PrefixReader {
  readonly #maxBytes: number;
  /** Chunks of a message that is not complete. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** What they must amount to before it is worth looking again. */
  #wantedBytes = 0;

  /** `maxBytes`: of a message. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Gives every message that is complete now to `take`, as parts of the chunks. Throws PROTOCOL. */
  feed(chunk: Buffer, take: (message: Buffer) => void): void {
    const data = this.#heldBytes === 0 ? chunk : this.#join(chunk);
    if (data === undefined) return;
    let at = 0;
    let wanted = prefixBytes;
    while (data.length - at >= prefixBytes) {
      wanted = prefixBytes + this.#size(data, at);
      if (data.length - at < wanted) break;
      take(data.subarray(at + prefixBytes, at + wanted));
      at += wanted;
      wanted = prefixBytes;
    }
    if (at < data.length) this.#hold(data.subarray(at), wanted);
  }

  #join(chunk: Buffer): Buffer | undefined {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#wantedBytes) return undefined;
    const data = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return data;
  }

  #hold(rest: Buffer, wantedBytes: number): void {
    this.#held = [rest];
    this.#heldBytes = rest.length;
    this.#wantedBytes = wantedBytes;
  }

  #size(data: Buffer, at: number): number {
    if (data[at] !== 0)
      throw new HeddleError("PROTOCOL", "a compressed message on a stream without an encoding");
    const size = data.readUInt32BE(at + 1);
    if (size <= this.#maxBytes) return size;
    throw new HeddleError(
      "PROTOCOL",
      `a message of ${size} bytes on a stream; the limit is ${this.#maxBytes}`,
    );
  }
}
