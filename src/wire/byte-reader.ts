import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { Reason } from "../base/reason.ts";
import { unsignedOf, WireType } from "./varint.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Up to this many bytes a string is built character by character, which beats the call into the decoder. */
const shortTextBytes = 24;

/** Reads one protobuf message from a part of a byte array; anything outside the part or malformed throws. */
export class ByteReader {
  /** The bytes that are read; a plain `Uint8Array`, also when a `Buffer` was given. */
  readonly bytes: Uint8Array;
  /** Index of the next byte. */
  pos: number;
  /** Index after the last byte that may be read. */
  end: number;
  /** The byte that errors count from. */
  protected origin = 0;
  /** Lower half of the last 64-bit value, unsigned. */
  low = 0;
  /** Upper half of the last 64-bit value, unsigned. */
  high = 0;
  #view: DataView | undefined;
  readonly #reason: Reason;
  readonly #what: string;

  /** `reason` and `what` ("payload") go into every error; `start` and `end` bound the part that is read. */
  constructor(
    bytes: Uint8Array,
    reason: Reason = "BAD_PAYLOAD",
    what = "payload",
    start = 0,
    end = bytes.length,
  ) {
    const plain = bytes.constructor === Uint8Array;
    this.bytes = plain ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pos = start;
    this.end = Math.min(end, bytes.length);
    this.#reason = reason;
    this.#what = what;
  }

  /** A view of all the bytes, with the same indices. */
  get view(): DataView {
    return (this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength));
  }

  /** What is being read, for errors. */
  where(): string {
    return this.#what;
  }

  /** Throws a HeddleError that says what is wrong, in what and at which byte. */
  fail(said: string, at: number = this.pos): never {
    throw new HeddleError(this.#reason, `${this.where()}: ${said} at byte ${at - this.origin}`);
  }

  /** A varint's lower 32 bits, unsigned; the bits above are dropped, as protobuf wants for 32-bit fields. */
  varint(): number {
    if (this.pos < this.end) {
      const first = this.bytes[this.pos] ?? 0;
      if (first < 0x80) {
        this.pos++;
        return first;
      }
    }
    this.varint64();
    return this.low;
  }

  /** Reads a varint of up to 64 bits into `low` and `high`. */
  varint64(): void {
    const start = this.pos;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.end) this.fail("truncated varint", start);
      const byte = this.bytes[this.pos++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    this.fail("varint longer than 10 bytes", start);
  }

  /** A tag: field number times eight plus wire type. */
  tag(): number {
    const start = this.pos;
    if (this.pos < this.end) {
      const first = this.bytes[this.pos] ?? 0;
      if (first >= 8 && first < 0x80) {
        this.pos++;
        return first;
      }
    }
    this.varint64();
    if (this.high !== 0) this.fail("tag above 32 bits", start);
    if (this.low >>> 3 === 0) this.fail("field number 0", start);
    return this.low;
  }

  /** Four little-endian bytes as an unsigned integer. */
  fixed32(): number {
    const { bytes, pos } = this;
    if (this.end - pos < 4) this.fail("truncated 4-byte value");
    this.pos = pos + 4;
    const upper = (bytes[pos + 3] ?? 0) << 24;
    return ((bytes[pos] ?? 0) | ((bytes[pos + 1] ?? 0) << 8) | ((bytes[pos + 2] ?? 0) << 16) | upper) >>> 0;
  }

  /** Reads eight little-endian bytes into `low` and `high`. */
  fixed64(): void {
    if (this.end - this.pos < 8) this.fail("truncated 8-byte value");
    this.low = this.fixed32();
    this.high = this.fixed32();
  }

  /** A length prefix, checked against what is left; the bytes themselves are not consumed. */
  length(): number {
    const start = this.pos;
    this.varint64();
    if (this.high !== 0 || this.low > this.end - this.pos) {
      this.fail(
        `truncated: a length of ${unsignedOf(this.low, this.high)} with ${this.end - this.pos} bytes left`,
        start,
      );
    }
    return this.low;
  }

  /** A length-delimited piece as a copy. */
  copyBytes(): Uint8Array {
    const length = this.length();
    const start = this.pos;
    this.pos = start + length;
    return this.bytes.slice(start, this.pos);
  }

  /** A length-delimited string; bytes that are not UTF-8 throw. */
  string(): string {
    const length = this.length();
    const start = this.pos;
    const end = start + length;
    this.pos = end;
    if (length <= shortTextBytes) {
      let text = "";
      let at = start;
      for (; at < end; at++) {
        const byte = this.bytes[at] ?? 0;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (at === end) return text;
    }
    try {
      return utf8.decode(this.bytes.subarray(start, end));
    } catch {
      return this.fail("invalid UTF-8", start); // the decoder's own error says no more than this
    }
  }

  /** Skips the value after a tag, groups included. */
  skip(tag: number): void {
    let depth = 0;
    const open: number[] = [];
    for (let next = tag; ; next = this.tag()) {
      const wireType = next & 7;
      if (wireType === WireType.VARINT) this.varint64();
      else if (wireType === WireType.FIXED64) this.fixed64();
      else if (wireType === WireType.FIXED32) this.fixed32();
      else if (wireType === WireType.LENGTH) this.#skipLength();
      else if (wireType === WireType.START_GROUP) {
        if (depth >= limits.nestingMax) this.fail(`groups nested deeper than ${limits.nestingMax}`);
        open[depth++] = next >>> 3;
      } else if (wireType === WireType.END_GROUP) {
        if (depth === 0 || open[--depth] !== next >>> 3) this.fail("end of a group that was not begun");
      } else this.fail(`wire type ${wireType} does not exist`);
      if (depth === 0) return;
    }
  }

  #skipLength(): void {
    const length = this.length();
    this.pos += length;
  }
}
