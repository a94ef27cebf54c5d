/**
 * Ended spans as OTLP has them: fields `spans = 2` of a `ScopeSpans`, one after another, written once when a span ends.
 * A span that waits for its export as bytes is nothing that the garbage collector has to look at; as an object with its
 * attributes it would be copied by it twice, since it lives for seconds. And the memory of what was sent is used again:
 * V8 looks through its whole heap whenever some megabytes have been taken beside it, which a few exports do.
 */
import { attributeBytes, lengthDelimited } from "./attribute-bytes.ts";
import type { AttributeSet } from "./attribute-set.ts";
import { spanContextBytes } from "./span-context.ts";
import type { SpanAttributes } from "./span-source.ts";

const initialBytes = 64 * 1024;
/** Pieces of memory that wait to be used again: one is filled while another is sent. */
const sparesMax = 2;
/** Lengths of a span and an event have three bytes, padded as protobuf permits. */
const lengthBytes = 3;
/** Tag, ids, times and flags of a span; tag and time of an event. */
const fixedBytes = 128;
const [traceIdBytes, spanIdBytes] = [16, 8];
const statusError = 2;
const [contextHasIsRemote, contextIsRemote] = [0x100, 0x200];

/** Something that happened within a span. */
export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: SpanAttributes;
}

/** An ended span. */
export interface EndedSpan {
  /** Its 25 bytes, and after them the 8 of its parent's id; those are zero in the first span of a trace. */
  readonly ids: Uint8Array;
  /** undefined: it has no parent. */
  readonly parent: "local" | "remote" | undefined;
  readonly name: string;
  /** A `SpanKind` of the API. */
  readonly kind: number;
  readonly startAt: number;
  readonly endAt: number;
  readonly attributes: SpanAttributes;
  /** Attributes that it has in common with others, besides its own. */
  readonly shared?: readonly AttributeSet[];
  readonly events: readonly SpanEvent[];
  readonly failed: boolean;
  /** Why it failed. */
  readonly message: string | undefined;
}

/** Size of `ids`. */
export const spanIdsBytes = spanContextBytes + 8;

/** Collects ended spans. */
export class SpanBytes {
  #buffer: Buffer = Buffer.allocUnsafeSlow(initialBytes);
  readonly #spares: Buffer[] = [];
  #at = 0;
  #count = 0;
  #epoch = epochOf(0);

  /** Spans so far. */
  get count(): number {
    return this.#count;
  }

  /** The fields so far; it begins anew. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#at);
    this.#buffer = this.#spares.pop() ?? Buffer.allocUnsafeSlow(this.#buffer.length);
    this.#at = 0;
    this.#count = 0;
    return taken;
  }

  /** Takes back what `take` gave: it will be written over. */
  giveBack({ buffer }: Buffer): void {
    if (this.#spares.length < sparesMax) this.#spares.push(Buffer.from(buffer));
  }

  add(span: EndedSpan): void {
    this.#reserve(fixedBytes + 3 * (span.name.length + (span.message?.length ?? 0)));
    const start = this.#open(2);
    const { ids, parent } = span;
    this.#part(1, ids, 0, traceIdBytes);
    this.#part(2, ids, traceIdBytes, spanIdBytes);
    if (parent !== undefined) this.#part(4, ids, spanContextBytes, spanIdBytes);
    this.#copy(nameBytes(span.name));
    this.#byte(6, span.kind + 1);
    this.#time(7, span.startAt);
    this.#time(8, span.endAt);
    if (span.shared !== undefined) this.#sets(span.shared);
    this.#attributes(9, span.attributes);
    for (const event of span.events) this.#event(event);
    if (span.failed) this.#status(span.message);
    const flags = (ids[spanContextBytes - 1] ?? 0) | contextHasIsRemote;
    this.#fixed32(16, parent === "remote" ? flags | contextIsRemote : flags);
    this.#close(start);
    this.#count++;
  }

  #event({ name, at, attributes }: SpanEvent): void {
    this.#reserve(fixedBytes + 3 * name.length);
    const start = this.#open(11);
    this.#time(1, at);
    this.#text(2, name);
    this.#attributes(3, attributes);
    this.#close(start);
  }

  #status(message: string | undefined): void {
    this.#reserve(fixedBytes + 3 * (message?.length ?? 0));
    const start = this.#open(15);
    if (message !== undefined) this.#text(2, message);
    this.#byte(3, statusError);
    this.#close(start);
  }

  #sets(sets: readonly AttributeSet[]): void {
    for (const { bytes } of sets) {
      this.#reserve(bytes.length);
      this.#copy(bytes);
    }
  }

  #attributes(field: number, attributes: SpanAttributes): void {
    for (const key in attributes) {
      const value = attributes[key];
      if (value === undefined) continue;
      const bytes = attributeBytes(key, value);
      this.#reserve(bytes.length + fixedBytes);
      this.#tag(field, 2);
      this.#copy(bytes);
    }
  }

  /** There must be room. */
  #copy(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Leaves room for this much, and for what has a fixed size. */
  #reserve(bytes: number): void {
    const wanted = this.#at + bytes + fixedBytes;
    if (wanted <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(2 * wanted);
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }

  #open(field: number): number {
    this.#tag(field, 2);
    this.#at += lengthBytes;
    return this.#at;
  }

  #close(start: number): void {
    const length = this.#at - start;
    this.#buffer[start - 3] = (length & 0x7f) | 0x80;
    this.#buffer[start - 2] = ((length >>> 7) & 0x7f) | 0x80;
    this.#buffer[start - 1] = length >>> 14;
  }

  #tag(field: number, type: number): void {
    const tag = (field << 3) | type;
    if (tag < 0x80) this.#buffer[this.#at++] = tag;
    else {
      this.#buffer[this.#at++] = (tag & 0x7f) | 0x80;
      this.#buffer[this.#at++] = tag >>> 7;
    }
  }

  #part(field: number, bytes: Uint8Array, from: number, count: number): void {
    this.#tag(field, 2);
    this.#buffer[this.#at++] = count;
    for (let index = 0; index < count; index++) this.#buffer[this.#at + index] = bytes[from + index] ?? 0;
    this.#at += count;
  }

  #text(field: number, text: string): void {
    const start = this.#open(field);
    this.#at += this.#buffer.write(text, this.#at, "utf8");
    this.#close(start);
  }

  #byte(field: number, value: number): void {
    this.#tag(field, 0);
    this.#buffer[this.#at++] = value;
  }

  #fixed32(field: number, value: number): void {
    this.#tag(field, 5);
    this.#word(value);
  }

  /**
   * Milliseconds as nanoseconds in 64 bits, which a number cannot hold: those up to the last whole 2¹⁶ ms, which are the
   * same for all spans of a minute, in two halves, and the rest.
   */
  #time(field: number, ms: number): void {
    if (!(ms >= this.#epoch.ms && ms < this.#epoch.ms + epochMs)) this.#epoch = epochOf(ms);
    const low = this.#epoch.low + Math.round((ms - this.#epoch.ms) * 1e6);
    this.#tag(field, 1);
    this.#word(low);
    this.#word(this.#epoch.high + Math.floor(low / 0x100000000));
  }

  /** The lowest 32 bits of an integer. */
  #word(value: number): void {
    const at = this.#at;
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
    this.#buffer[at + 2] = value >>> 16;
    this.#buffer[at + 3] = value >>> 24;
    this.#at = at + 4;
  }
}

const namesMax = 64;
const names = new Map<string, Uint8Array>();

/** The field `name = 5`. There are few names. */
function nameBytes(name: string): Uint8Array {
  const known = names.get(name);
  if (known !== undefined) return known;
  const bytes = lengthDelimited(5, Buffer.from(name));
  if (names.size < namesMax) names.set(name, bytes);
  return bytes;
}

/** A time in ms that is a multiple of 2¹⁶, and its nanoseconds in two halves of 32 bits. */
interface Epoch {
  readonly ms: number;
  readonly low: number;
  readonly high: number;
}

const epochMs = 0x10000;

function epochOf(ms: number): Epoch {
  const number = Math.floor(ms / epochMs);
  const upper = number * 1e6; // of these nanoseconds the 16 lowest bits, which are 0, are left out
  return { ms: number * epochMs, low: (upper % 0x10000) * 0x10000, high: Math.floor(upper / 0x10000) };
}
