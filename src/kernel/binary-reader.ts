import { HeddleError } from "../base/error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the parts of a WebAssembly binary from a range of bytes. Whatever does not fit the range throws BAD_MODULE
 * with the offset in the module.
 */
export class BinaryReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  at: number;
  /** Offset after the last byte that may be read. */
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Throws BAD_MODULE with the offset. */
  fail(said: string, at: number = this.at): never {
    throw new HeddleError("BAD_MODULE", `module: ${said} at byte ${at}`);
  }

  byte(): number {
    if (this.at >= this.end) this.fail("the bytes end in the middle of something");
    return this.bytes[this.at++] ?? 0;
  }

  skip(count: number): void {
    if (count > this.end - this.at) {
      this.fail(`${count} bytes are announced and ${this.end - this.at} are left`);
    }
    this.at += count;
  }

  /** An unsigned LEB128 of 32 bits. */
  u32(): number {
    const start = this.at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && (byte & 0xf0) !== 0) this.fail("a number has more than 32 bits", start);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    return this.fail("a number has more than 32 bits", start);
  }

  /** A number of 32 bits in an unsigned LEB128 of up to 64 bits: what is above them is not looked at. */
  wideU32(): number {
    const from = this.at;
    this.skipLeb();
    const end = Math.min(this.at, from + 5);
    let value = 0;
    for (let at = from; at < end; at++) value |= ((this.bytes[at] ?? 0) & 0x7f) << (7 * (at - from));
    return value >>> 0;
  }

  /** Steps over a LEB128 of up to 64 bits, signed or not. */
  skipLeb(): void {
    const start = this.at;
    for (let count = 0; count < 10; count++) {
      if (this.byte() < 0x80) return;
    }
    this.fail("a number has more than 64 bits", start);
  }

  /** How many entries follow; each takes a byte at least, which bounds the loop over them. */
  count(what: string): number {
    const start = this.at;
    const count = this.u32();
    if (count > this.end - this.at) {
      this.fail(`${count} ${what} are announced and ${this.end - this.at} bytes are left`, start);
    }
    return count;
  }

  /** A name: a length and UTF-8. */
  name(): string {
    const size = this.u32();
    const start = this.at;
    this.skip(size);
    try {
      return utf8.decode(this.bytes.subarray(start, this.at));
    } catch {
      return this.fail("a name is not UTF-8", start); // the decoder's own error says no more than this
    }
  }
}
