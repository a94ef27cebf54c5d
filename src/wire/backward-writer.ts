/**
 * A buffer that is filled from its end towards its front. A protobuf message carries its length before its content;
 * written backwards the content comes first, so that its length is known when it is due, and one pass over the value
 * does both checking and writing, without measuring first and without moving bytes afterwards.
 *
 * Results are views of a slab that is cut up from its end, as Node's own buffers are: an allocation above 64 bytes costs
 * 250 ns outside the heap of V8, a view 25 ns.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { varintLength } from "./varint.ts";

/** Small results share slabs of this size; a message of more than half of it has a buffer of its own. */
const slabBytes = 8 * 1024;
/** Room beside a large field, at least: tags, lengths and small fields before it. */
const slackBytes = 4 * 1024;
/** Below this many characters a string is written by a loop of our own, which beats the call into the runtime. */
const shortTextChars = 24;

/** A buffer that messages are written into. */
export interface Room {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
}

/** Writes protobuf bytes back to front. */
export class BackwardWriter {
  #buffer: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(slabBytes);
  #view = new DataView(this.#buffer.buffer);
  #end = slabBytes;
  #pos = slabBytes;
  /** What is written stays above this index: 0 in a buffer of the writer's own. */
  #floor = 0;
  /** Where the room ends that it was aimed at; 0 in a buffer of its own. */
  #ceiling = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#end - this.#pos;
  }

  /** Makes room for `count` more bytes in front and gives the index of the first. */
  claim(count: number): number {
    if (count > this.#pos - this.#floor) this.#grow(count);
    return (this.#pos -= count);
  }

  /** The buffer as it is now, for writing at claimed indices; `claim` may replace it. */
  get view(): DataView {
    return this.#view;
  }

  /**
   * Begins a message in a part of somebody else's buffer, to end at `end`. If that proves too near to the start of the
   * part, what was written moves to the part's own end, and if the part is too short, to a buffer of the writer's own.
   */
  aim(room: Room, floor: number, end: number): void {
    this.#buffer = room.buffer;
    this.#view = room.view;
    this.#floor = floor;
    this.#ceiling = room.buffer.length;
    this.#end = end;
    this.#pos = end;
  }

  /** Moves what was written to the front of the part it was aimed at; false when it has left it, see `finish`. */
  land(): boolean {
    if (this.#ceiling === 0) return false;
    if (this.#pos > this.#floor) this.#buffer.copyWithin(this.#floor, this.#pos, this.#end);
    return true;
  }

  #grow(count: number): void {
    const used = this.length;
    const needed = used + count;
    if (needed <= this.#ceiling - this.#floor) {
      this.#buffer.copyWithin(this.#ceiling - used, this.#pos, this.#end);
      this.#end = this.#ceiling;
      this.#pos = this.#ceiling - used;
      return;
    }
    if (needed > limits.payloadMaxBytes) {
      const most = `the limit is ${limits.payloadMaxBytes} bytes`;
      throw new HeddleError(
        "PAYLOAD_TOO_LARGE",
        `a payload of at least ${needed} bytes is too large; ${most}`,
      );
    }
    const written = this.#buffer.subarray(this.#pos, this.#end);
    // Twice what was written so far, and what is to come: neither is copied often, and a large field is no more than it is.
    const room = needed + Math.max(used, slackBytes);
    this.#renew(needed <= slabBytes / 2 ? slabBytes : Math.min(room, limits.payloadMaxBytes));
    this.#pos -= used;
    this.#buffer.set(written, this.#pos);
  }

  #renew(capacity: number): void {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#buffer.buffer);
    this.#end = capacity;
    this.#pos = capacity;
    this.#floor = 0;
    this.#ceiling = 0;
  }

  /** An unsigned 32-bit integer as a varint. */
  varint(value: number): void {
    if (value < 0x80) {
      const at = this.claim(1); // first, since it may replace the buffer
      this.#buffer[at] = value;
      return;
    }
    let at = this.claim(varintLength(value));
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#buffer[at++] = (rest & 0x7f) | 0x80;
    this.#buffer[at] = rest;
  }

  /** A 64-bit integer, given as two unsigned halves, as a varint. */
  varint64(low: number, high: number): void {
    if (high === 0) return this.varint(low);
    let length = 5;
    for (let rest = (high >>> 3) >>> 0; rest !== 0; rest >>>= 7) length++;
    let at = this.claim(length);
    let lower = low;
    let upper = high;
    for (let left = length; left > 1; left--) {
      this.#buffer[at++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.#buffer[at] = lower;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const at = this.claim(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** A string with its length; a lone surrogate is written as U+FFFD. */
  string(text: string): void {
    const chars = text.length;
    if (chars < shortTextChars) {
      const at = this.claim(chars);
      let index = 0;
      for (; index < chars; index++) {
        const char = text.charCodeAt(index);
        if (char >= 0x80) break;
        this.#buffer[at + index] = char;
      }
      if (index === chars) return this.varint(chars);
      this.#pos += chars;
    }
    const length = Buffer.byteLength(text);
    const at = this.claim(length);
    this.#buffer.write(text, at, length, "utf8");
    this.varint(length);
  }

  /**
   * Gives what was written and begins anew. The result shares its memory with others and is written to by nobody;
   * who wants to transfer it to a thread must copy it first.
   */
  finish(): Uint8Array<ArrayBuffer> {
    const written = new Uint8Array(this.#buffer.buffer, this.#pos, this.length);
    this.#end = this.#pos;
    return written;
  }

  /** Forgets what is unfinished; a large buffer is left to its result, and a slab that was transferred to the thread. */
  reset(): void {
    this.#pos = this.#end;
    if (this.#buffer.length !== slabBytes) this.#renew(slabBytes);
  }
}
