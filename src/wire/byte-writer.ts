import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { varintLength } from "./varint.ts";

/** A growing buffer that is written from front to back. It never exceeds the payload limit. */
export class ByteWriter {
  #bytes: Buffer<ArrayBuffer>;
  #length = 0;

  /** `capacity` is how many bytes fit before the first growth. */
  constructor(capacity = 256) {
    this.#bytes = Buffer.alloc(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` bytes and gives the index of the first. */
  #claim(count: number): number {
    const start = this.#length;
    const needed = start + count;
    if (needed > this.#bytes.length) {
      if (needed > limits.payloadMaxBytes) {
        const most = `the limit is ${limits.payloadMaxBytes} bytes`;
        throw new HeddleError(
          "PAYLOAD_TOO_LARGE",
          `a message of at least ${needed} bytes is too large; ${most}`,
        );
      }
      const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, start));
      this.#bytes = grown;
    }
    this.#length = needed;
    return start;
  }

  /** An unsigned 32-bit integer as a varint. */
  varint(value: number): void {
    let at = this.#claim(varintLength(value));
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[at++] = (rest & 0x7f) | 0x80;
    this.#bytes[at] = rest;
  }

  /** A signed 32-bit integer as protobuf writes an int32 or an enum: negative numbers take ten bytes. */
  int32(value: number): void {
    if (value >= 0) return this.varint(value);
    const at = this.#claim(10);
    for (let index = 0; index < 4; index++) this.#bytes[at + index] = ((value >>> (7 * index)) & 0x7f) | 0x80;
    this.#bytes[at + 4] = (value >>> 28) | 0xf0;
    this.#bytes.fill(0xff, at + 5, at + 9);
    this.#bytes[at + 9] = 1;
  }

  /** The tag of a field. */
  tag(field: number, wireType: number): void {
    this.varint(((field << 3) | wireType) >>> 0);
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    const at = this.#claim(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Length-delimited bytes. */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** A length-delimited string; a lone surrogate is written as U+FFFD. */
  string(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint(length);
    const at = this.#claim(length);
    this.#bytes.write(text, at, length, "utf8");
  }

  /** What `write` writes, with its length before it. */
  delimited(write: (writer: ByteWriter) => void): void {
    const start = this.#length;
    write(this);
    const size = this.#length - start;
    const prefix = varintLength(size);
    this.#claim(prefix);
    this.#bytes.copyWithin(start + prefix, start, start + size);
    this.#length = start;
    this.varint(size);
    this.#length += size;
  }

  /** A copy of everything written, exactly as long as it is. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    out.set(this.#bytes.subarray(0, this.#length));
    return out;
  }
}
