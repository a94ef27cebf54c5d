/**
 * Messages of a gRPC stream between their prefixes: a byte that says whether the message is compressed, four for its
 * size, most significant first.
 */
import { HeddleError } from "../base/error.ts";
import { Pieces } from "../base/pieces.ts";

const prefixBytes = 5;
/** A message that still comes is offered in parts once so many bytes of it are there. */
const beginningBytes = 64;

/** What can be written as a message: a buffer, or what puts its parts together only then. */
export interface MessageBytes {
  readonly length: number;
  /** Writes all of it into a buffer. */
  copy(target: Uint8Array, at: number): number;
}

/** What takes a message in parts while it still comes. */
export interface MessageParts {
  /**
   * Offered the beginning of a message of so many bytes that has not come wholly. Gives how many of them are its head,
   * which come no more: what follows them comes to `part`. With 0 it will get the message when it is whole.
   */
  begin(start: Buffer, size: number): number;
  /** The next bytes, at least one. */
  part(bytes: Buffer): void;
}

/** A message with its prefix, not compressed. */
export function withPrefix(message: MessageBytes): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + message.length);
  writePrefix(bytes, message.length);
  message.copy(bytes, prefixBytes);
  return bytes;
}

/** The prefix of a message of so many bytes, and its first ones. */
export function prefixAndHead(size: number, head: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + head.length);
  writePrefix(bytes, size);
  head.copy(bytes, prefixBytes);
  return bytes;
}

function writePrefix(bytes: Buffer, size: number): void {
  bytes[0] = 0;
  bytes.writeUInt32BE(size, 1);
}

/** Finds the messages in the chunks of a stream. */
export class PrefixReader {
  readonly #maxBytes: number;
  /** What has come of a message that is not complete. */
  readonly #held = new Pieces();
  /** What they must amount to before it is worth looking again. */
  #wantedBytes = 0;
  /** Bytes to come of a message that is taken in parts. */
  #partBytes = 0;

  /** `maxBytes`: of a message. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Gives every message that is complete now to `take`, as parts of the chunks. The last one, which is not, goes to
   * `parts` as far as it has come, if there is such a thing and it wants it. Throws PROTOCOL.
   */
  feed(chunk: Buffer, take: (message: Buffer) => void, parts?: MessageParts): void {
    const next = parts === undefined ? chunk : this.#goOn(chunk, parts);
    if (next.length === 0) return;
    const data = this.#held.bytes === 0 ? next : this.#join(next);
    if (data === undefined) return;
    let at = 0;
    let wanted = prefixBytes;
    while (data.length - at >= prefixBytes) {
      const size = this.#size(data, at);
      wanted = prefixBytes + size;
      if (data.length - at < wanted) {
        if (parts === undefined) break;
        const begun = data.length - at - prefixBytes;
        if (begun < beginningBytes) wanted = prefixBytes + Math.min(size, beginningBytes);
        else if (this.#begin(data.subarray(at + prefixBytes), size, parts)) return;
        break;
      }
      take(data.subarray(at + prefixBytes, at + wanted));
      at += wanted;
      wanted = prefixBytes;
    }
    if (at < data.length) this.#hold(data.subarray(at), wanted);
  }

  /** Passes on what belongs to a message that is taken in parts, and gives what comes after it. */
  #goOn(chunk: Buffer, parts: MessageParts): Buffer {
    const count = Math.min(this.#partBytes, chunk.length);
    if (count === 0) return chunk;
    this.#partBytes -= count;
    parts.part(count === chunk.length ? chunk : chunk.subarray(0, count));
    return chunk.subarray(count);
  }

  #begin(start: Buffer, size: number, parts: MessageParts): boolean {
    const head = parts.begin(start, size);
    if (head === 0) return false;
    this.#partBytes = size - start.length;
    if (head < start.length) parts.part(start.subarray(head));
    return true;
  }

  #join(chunk: Buffer): Buffer | undefined {
    this.#held.add(chunk);
    if (this.#held.bytes < this.#wantedBytes) return undefined;
    return this.#held.take();
  }

  #hold(rest: Buffer, wantedBytes: number): void {
    this.#held.add(rest);
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
