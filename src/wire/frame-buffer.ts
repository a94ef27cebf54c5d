/**
 * The bytes under the frames of one stream: fields of protobuf messages one after another, cut into messages.
 *
 * Sub-messages are written in place with a length of fixed width (four bytes, padded as protobuf permits), so nothing
 * is measured beforehand and nothing is copied twice.
 */
import { limits } from "../base/limits.ts";
import { copyPieces, type Bytes } from "../base/rope.ts";

const initialBytes = 16 * 1024;
const lengthBytes = 4;
/** A message so small is a part of Node's pool of memory: it is gone soon, and memory of its own takes 1 µs to make. */
const pooledBytes = 1024;
/** Columns of so many elements are written one by one: see frame-cursor.ts. */
const fewElements = 8;
/** A tag has at most 2 bytes, a number at most 10. */
const tagAndNumberBytes = 16;

/** Collects fields into messages of at most `limits.frameMaxBytes`, a single larger frame excepted. */
export class FrameBuffer {
  #buffer: Buffer = Buffer.allocUnsafeSlow(initialBytes);
  #at = 0;
  #sealed: Buffer[] = [];

  /** True when there is nothing to send. */
  get empty(): boolean {
    return this.#at === 0 && this.#sealed.length === 0;
  }

  /** Ends the present message: what is written next goes into another. */
  seal(): void {
    if (this.#at > 0) this.#seal();
  }

  /** The messages so far; the writer starts anew. */
  take(): Buffer[] {
    if (this.#at > 0) this.#seal();
    const messages = this.#sealed;
    this.#sealed = [];
    return messages;
  }

  /** Starts a frame of about `room` bytes: seals the message before it when both would not fit into one. */
  protected open(field: number, room: number): number {
    if (this.#at > 0 && this.#at + room > limits.frameMaxBytes) this.#seal();
    return this.openInner(field, room);
  }

  /** Starts a message within a frame. */
  protected openInner(field: number, room: number): number {
    this.#reserve(room + 16);
    this.#tag(field, 2);
    this.#at += lengthBytes;
    return this.#at;
  }

  /** Ends a frame, or a message within one, that began at `start`. */
  protected close(start: number): void {
    const length = this.#at - start;
    const buffer = this.#buffer;
    buffer[start - 4] = (length & 0x7f) | 0x80;
    buffer[start - 3] = ((length >>> 7) & 0x7f) | 0x80;
    buffer[start - 2] = ((length >>> 14) & 0x7f) | 0x80;
    buffer[start - 1] = length >>> 21;
  }

  /**
   * Copies the message out, as long as it is, and keeps the buffer. Giving the buffer away costs a new one of up to
   * 64 KiB for every message, and half of the gateway's time in the garbage collector (`invoke.throughput`).
   */
  #seal(): void {
    const small = this.#at <= pooledBytes;
    const message = small ? Buffer.allocUnsafe(this.#at) : Buffer.allocUnsafeSlow(this.#at);
    this.#buffer.copy(message, 0, 0, this.#at);
    this.#sealed.push(message);
    this.#at = 0;
  }

  #reserve(bytes: number): void {
    const wanted = this.#at + bytes;
    if (wanted <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(wanted, Math.min(this.#buffer.length * 4, limits.frameMaxBytes + 4096)),
    );
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }

  /** Writes a tag; leaves room for it and for any number after it, whatever was estimated. */
  #tag(field: number, type: number): void {
    if (this.#at + tagAndNumberBytes > this.#buffer.length) this.#reserve(tagAndNumberBytes);
    const tag = (field << 3) | type;
    if (tag < 0x80) {
      this.#buffer[this.#at++] = tag;
    } else {
      this.#buffer[this.#at++] = (tag & 0x7f) | 0x80;
      this.#buffer[this.#at++] = tag >>> 7;
    }
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#buffer[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  protected uint(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 0);
    this.#varint(value);
  }

  protected sint(field: number, value: number): void {
    if (value === 0) return;
    this.uint(field, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  protected bool(field: number, value: boolean): void {
    if (value) this.uint(field, 1);
  }

  protected float(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 5);
    this.#at = this.#buffer.writeFloatLE(value, this.#at);
  }

  protected double(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 1);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  protected string(field: number, value: string): void {
    if (value.length === 0) return;
    const length = Buffer.byteLength(value);
    this.#reserve(length + 16);
    this.#tag(field, 2);
    this.#varint(length);
    this.#at += this.#buffer.write(value, this.#at, length, "utf8");
  }

  protected bytes(field: number, value: Bytes): void {
    if (value.length === 0) return;
    this.#reserve(value.length + 16);
    this.#tag(field, 2);
    this.#varint(value.length);
    copyPieces(value, this.#buffer, this.#at);
    this.#at += value.length;
  }

  /** A packed column of four-byte elements, as it lies in memory (all platforms of Node are little-endian). */
  protected column(field: number, value: Uint32Array | Float32Array): void {
    const count = value.length;
    if (count === 0) return;
    if (count > fewElements)
      return this.bytes(field, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    this.#reserve(4 * count + 16);
    this.#tag(field, 2);
    this.#varint(4 * count);
    const integers = value instanceof Uint32Array;
    for (let index = 0; index < count; index++) {
      const element = value[index] ?? 0;
      this.#at = integers
        ? this.#buffer.writeUInt32LE(element, this.#at)
        : this.#buffer.writeFloatLE(element, this.#at);
    }
  }
}
