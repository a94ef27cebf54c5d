import { HeddleError } from "../base/error.ts";

/** The error of a message that breaks the encoding. */
export function broken(message: string): HeddleError {
  return new HeddleError("PROTOCOL", message);
}

/**
 * Columns of so many elements are read one by one: the memory of a short array lies within it, until somebody asks for
 * its buffer, which then has to be made.
 */
const fewElements = 8;

/** Walks over the bytes of one message. Every read is bounded by the message and throws PROTOCOL beyond it. */
export class FrameCursor {
  at = 0;
  readonly #message: Buffer;

  constructor(message: Buffer) {
    this.#message = message;
  }

  /** An unsigned varint of at most 2^53 - 1. */
  varint(): number {
    const message = this.#message;
    let byte = message[this.at++];
    if (byte === undefined) throw broken("a message ends inside a number");
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let index = 1; index < 10; index++) {
      byte = message[this.at++];
      if (byte === undefined) throw broken("a message ends inside a number");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw broken("a number is above 2^53 - 1");
        return value;
      }
      scale *= 128;
    }
    throw broken("a number has more than ten bytes");
  }

  /** A signed number in zigzag form. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Reads a length and gives where the field ends. */
  end(): number {
    const end = this.varint() + this.at;
    if (end > this.#message.length)
      throw broken(`a field of the message ends at byte ${end} of ${this.#message.length}`);
    return end;
  }

  /** A length-delimited piece, as a slice of the message. */
  bytes(): Buffer {
    const end = this.end();
    const value = this.#message.subarray(this.at, end);
    this.at = end;
    return value;
  }

  /** A length-delimited text; what is not UTF-8 in it becomes U+FFFD. */
  string(): string {
    const end = this.end();
    const value = this.#message.toString("utf8", this.at, end);
    this.at = end;
    return value;
  }

  /** A four-byte float. */
  float(): number {
    this.#need(4);
    const value = this.#message.readFloatLE(this.at);
    this.at += 4;
    return value;
  }

  /** An eight-byte float. */
  double(): number {
    this.#need(8);
    const value = this.#message.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  /** A packed column of four-byte integers, copied. */
  sizes(): Uint32Array {
    const count = this.#columnCount();
    if (count > fewElements) return new Uint32Array(this.#column(count));
    const column = new Uint32Array(count);
    for (let index = 0; index < count; index++, this.at += 4)
      column[index] = this.#message.readUInt32LE(this.at);
    return column;
  }

  /** A packed column of floats, copied. */
  times(): Float32Array {
    const count = this.#columnCount();
    if (count > fewElements) return new Float32Array(this.#column(count));
    const column = new Float32Array(count);
    for (let index = 0; index < count; index++, this.at += 4)
      column[index] = this.#message.readFloatLE(this.at);
    return column;
  }

  #columnCount(): number {
    const bytes = this.end() - this.at;
    if (bytes % 4 !== 0) throw broken(`a column of four-byte numbers has ${bytes} bytes`);
    return bytes / 4;
  }

  #column(count: number): ArrayBuffer {
    const copy = new Uint8Array(4 * count);
    copy.set(this.#message.subarray(this.at, this.at + 4 * count));
    this.at += 4 * count;
    return copy.buffer;
  }

  /** Steps over a value of a wire type. */
  skip(type: number): void {
    if (type === 0) {
      this.#skipVarint();
    } else if (type === 1) {
      this.#need(8);
      this.at += 8;
    } else if (type === 2) {
      this.at = this.end();
    } else if (type === 5) {
      this.#need(4);
      this.at += 4;
    } else {
      throw broken(`wire type ${type} at byte ${this.at}`);
    }
  }

  /** An unknown field may hold any 64 bits, a negative number for example. */
  #skipVarint(): void {
    for (let index = 0; index < 10; index++) {
      const byte = this.#message[this.at++];
      if (byte === undefined) throw broken("a message ends inside a number");
      if (byte < 0x80) return;
    }
    throw broken("a number has more than ten bytes");
  }

  /** A frame within a message ends where its length said. Throws PROTOCOL. */
  expectEnd(end: number, what: string): void {
    if (this.at !== end) throw broken(`${what} ends at byte ${this.at}, its length says ${end}`);
  }

  #need(bytes: number): void {
    if (this.at + bytes > this.#message.length) throw broken("a message ends inside a number");
  }
}
