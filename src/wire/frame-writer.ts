/**
 * Writes frames into messages. One writer belongs to one stream: frames pile up during a turn of the event loop, and
 * `take` gives what is to be sent as few messages as the bound on a message allows.
 *
 * Sub-messages are written in place with a length of fixed width (four bytes, padded as protobuf permits), so nothing
 * is measured beforehand and nothing is copied twice.
 */
import { limits } from "../base/limits.ts";
import {
  frameField,
  type BatchFrame,
  type CancelFrame,
  type CreditFrame,
  type FunctionFrame,
  type HelloFrame,
  type ItemErrorFrame,
  type ResultFrame,
  type WelcomeFrame,
} from "./frame.ts";
import { earlierBytes, errorBytes, resultHeaderBytes, textBytes } from "./frame-bytes.ts";

const initialBytes = 16 * 1024;
const lengthBytes = 4;
/** A tag has at most 2 bytes, a number at most 10. */
const tagAndNumberBytes = 16;

/** Collects frames into messages of at most `limits.frameMaxBytes`, a single larger frame excepted. */
export class FrameWriter {
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

  hello(frame: HelloFrame): void {
    const start = this.#open(
      frameField.hello,
      256 + textBytes(frame.clientId, frame.namespace, frame.principal),
    );
    this.#string(1, frame.version);
    this.#string(2, frame.clientId);
    this.#bool(3, frame.bulk);
    this.#string(4, frame.namespace);
    this.#string(5, frame.principal);
    this.#uint(6, frame.epoch);
    this.#close(start);
  }

  welcome(frame: WelcomeFrame): void {
    const start = this.#open(frameField.welcome, 256 + textBytes(frame.id));
    this.#string(1, frame.version);
    this.#string(2, frame.id);
    this.#uint(3, frame.incarnation);
    this.#uint(4, frame.windowBytes);
    this.#uint(5, frame.windowItems);
    this.#uint(6, frame.workers);
    this.#close(start);
  }

  function(frame: FunctionFrame): void {
    const names = textBytes(frame.kernel, frame.function, frame.namespace);
    const start = this.#open(frameField.function, 256 + frame.digest.length + names);
    this.#uint(1, frame.number);
    this.#string(2, frame.kernel);
    this.#string(3, frame.function);
    this.#bytes(4, frame.digest);
    this.#uint(5, frame.timeLimitMs);
    this.#uint(6, frame.memoryMaxBytes);
    this.#string(7, frame.namespace);
    this.#close(start);
  }

  batch(frame: BatchFrame): void {
    const columns = 4 * (frame.sizes.length + frame.deadlinesMs.length) + frame.traces.length;
    const texts = textBytes(frame.affinity, frame.idempotencyKey, frame.principal);
    const start = this.#open(frameField.batch, 512 + frame.payloads.length + columns + texts);
    this.#uint(1, frame.id);
    this.#uint(2, frame.function);
    this.#uint(3, frame.first);
    this.#uint(4, frame.count);
    this.#column(5, frame.sizes);
    this.#bytes(6, frame.payloads);
    this.#uint(7, frame.bulkBytes);
    this.#bool(8, frame.open);
    this.#uint(9, frame.deadlineMs);
    this.#sint(10, frame.priority);
    this.#uint(11, frame.attempt);
    this.#uint(12, frame.incarnation);
    this.#string(13, frame.affinity);
    this.#string(14, frame.idempotencyKey);
    this.#bytes(15, frame.trace);
    this.#bytes(16, frame.traces);
    this.#column(17, frame.deadlinesMs);
    this.#uint(18, frame.attemptsMax);
    this.#uint(19, frame.epoch);
    this.#string(20, frame.principal);
    this.#close(start);
  }

  chunk(id: number, data: Uint8Array): void {
    const start = this.#open(frameField.chunk, data.length + 64);
    this.#uint(1, id);
    this.#bytes(2, data);
    this.#close(start);
  }

  cancel(frame: CancelFrame): void {
    const start = this.#open(frameField.cancel, 64);
    this.#uint(1, frame.id);
    this.#uint(2, frame.first);
    this.#uint(3, frame.count);
    this.#close(start);
  }

  result(frame: ResultFrame): void {
    const start = this.#open(frameField.result, resultHeaderBytes(frame) + frame.payloads.length);
    this.#uint(1, frame.id);
    this.#uint(2, frame.first);
    this.#uint(3, frame.count);
    this.#column(4, frame.sizes);
    this.#bytes(5, frame.payloads);
    this.#uint(6, frame.bulkBytes);
    for (const error of frame.errors) this.#itemError(7, error);
    this.#bool(8, frame.done);
    if (frame.rest !== undefined) this.#itemError(9, frame.rest);
    this.#column(10, frame.runMs);
    this.#float(11, frame.queuedMs);
    this.#float(12, frame.coldMs);
    this.#uint(13, frame.worker);
    this.#string(14, frame.node);
    this.#uint(15, frame.attempt);
    this.#uint(16, frame.incarnation);
    this.#uint(17, frame.memoryBytes);
    for (const tried of frame.earlier) {
      const inner = this.#openInner(18, earlierBytes(tried));
      this.#uint(1, tried.number);
      this.#string(2, tried.node);
      this.#string(3, tried.reason);
      this.#close(inner);
    }
    this.#close(start);
  }

  credit(frame: CreditFrame): void {
    const start = this.#open(frameField.credit, 64);
    this.#uint(1, frame.queueMs);
    this.#uint(2, frame.queueBytes);
    this.#uint(3, frame.attempts);
    this.#bool(4, frame.draining);
    this.#close(start);
  }

  #itemError(field: number, error: ItemErrorFrame): void {
    const start = this.#openInner(field, errorBytes(error));
    this.#uint(1, error.index);
    this.#uint(2, error.code);
    this.#string(3, error.reason);
    this.#string(4, error.message);
    this.#bytes(5, error.details);
    this.#uint(6, error.attempts);
    this.#string(7, error.node);
    this.#uint(8, error.retryAfterMs);
    this.#uint(9, error.count);
    this.#close(start);
  }

  /** Starts a frame of about `room` bytes: seals the message before it when both would not fit into one. */
  #open(field: number, room: number): number {
    if (this.#at > 0 && this.#at + room > limits.frameMaxBytes) this.#seal();
    return this.#openInner(field, room);
  }

  #openInner(field: number, room: number): number {
    this.#reserve(room + 16);
    this.#tag(field, 2);
    this.#at += lengthBytes;
    return this.#at;
  }

  #close(start: number): void {
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
    const message = Buffer.allocUnsafeSlow(this.#at);
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

  #uint(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 0);
    this.#varint(value);
  }

  #sint(field: number, value: number): void {
    if (value === 0) return;
    this.#uint(field, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  #bool(field: number, value: boolean): void {
    if (value) this.#uint(field, 1);
  }

  #float(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 5);
    this.#at = this.#buffer.writeFloatLE(value, this.#at);
  }

  #string(field: number, value: string): void {
    if (value.length === 0) return;
    const length = Buffer.byteLength(value);
    this.#reserve(length + 16);
    this.#tag(field, 2);
    this.#varint(length);
    this.#at += this.#buffer.write(value, this.#at, length, "utf8");
  }

  #bytes(field: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.#reserve(value.length + 16);
    this.#tag(field, 2);
    this.#varint(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** A packed column of four-byte elements, as it lies in memory (all platforms of Node are little-endian). */
  #column(field: number, value: Uint32Array | Float32Array): void {
    if (value.length === 0) return;
    this.#bytes(field, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
}
