/**
 * Spans of our own making. A sampled call has five, and at the rate of calls that a fabric takes, one in a hundred of
 * them is enough to make the general machinery of an SDK (contexts, samplers, ids as text, readable spans, a generic
 * encoding) one of the largest parts of a gateway's work. These do what the SDK does for parent-based sampling and
 * export in batches, and nothing else: ids stay bytes from the frame to the request, and a span that ends is written
 * to it at once.
 */
import { limits } from "../base/limits.ts";
import type { AttributeSet } from "./attribute-set.ts";
import { spanIdsBytes, type EndedSpan, type SpanEvent } from "./span-bytes.ts";
import { hasSpanContext, spanContextBytes } from "./span-context.ts";
import { isSampled } from "./sampling.ts";
import type { SpanOutbox } from "./span-outbox.ts";
import type { OpenSpan, SpanAttributes, SpanSource, SpanStart } from "./span-source.ts";
import type { TraceLot } from "./trace-lot.ts";

const [traceIdBytes, spanIdBytes] = [16, 8];
const sampled = 1;
const noEvents: readonly SpanEvent[] = [];
const noSets: readonly AttributeSet[] = [];

/** What its spans need. */
interface SpanParts {
  readonly lot: TraceLot;
  readonly outbox: SpanOutbox;
}

/** Samples by the parent, and new traces by lot. */
export class OwnSource implements SpanSource {
  readonly #parts: SpanParts;

  constructor(lot: TraceLot, outbox: SpanOutbox) {
    this.#parts = { lot, outbox };
  }

  wantsCall(): boolean {
    return this.#parts.lot.draw();
  }

  startCall(start: SpanStart): OpenSpan {
    const { lot } = this.#parts;
    const ids = new Uint8Array(spanIdsBytes);
    lot.fillTraceId(ids);
    lot.fillSpanId(ids, traceIdBytes);
    ids[spanContextBytes - 1] = sampled;
    return new OwnSpan(this.#parts, ids, undefined, start);
  }

  startUnder(parents: Uint8Array, offset: number, start: SpanStart): OpenSpan | undefined {
    if (!hasSpanContext(parents, offset)) return this.wantsCall() ? this.startCall(start) : undefined;
    if (!isSampled(parents, offset)) return undefined;
    return new OwnSpan(this.#parts, childIds(this.#parts, parents, offset), "remote", start);
  }
}

class OwnSpan implements OpenSpan, EndedSpan {
  readonly ids: Uint8Array;
  readonly parent: EndedSpan["parent"];
  readonly name: string;
  readonly kind: number;
  readonly startAt: number;
  readonly attributes: SpanAttributes;
  shared: readonly AttributeSet[];
  endAt = 0;
  events: readonly SpanEvent[] = noEvents;
  failed = false;
  message: string | undefined = undefined;
  readonly #parts: SpanParts;

  constructor(
    parts: SpanParts,
    ids: Uint8Array,
    parent: EndedSpan["parent"],
    { name, kind, at, shared, attributes }: SpanStart,
  ) {
    this.#parts = parts;
    this.ids = ids;
    this.parent = parent;
    this.name = name;
    this.kind = kind;
    this.startAt = at;
    this.attributes = attributes;
    this.shared = shared === undefined ? noSets : [shared];
  }

  get traceId(): string {
    return Buffer.from(this.ids.subarray(0, traceIdBytes)).toString("hex");
  }

  context(): Uint8Array {
    return this.ids.slice(0, spanContextBytes); // to share the memory of a small array costs more than to copy it
  }

  child(start: SpanStart): OpenSpan {
    return new OwnSpan(this.#parts, childIds(this.#parts, this.ids, 0), "local", start);
  }

  set(attributes: SpanAttributes): void {
    for (const key in attributes) {
      const value = attributes[key];
      if (value !== undefined) this.attributes[key] = value;
    }
  }

  share(attributes: AttributeSet): void {
    this.shared = [...this.shared, attributes];
  }

  event(name: string, attributes: SpanAttributes, at: number): void {
    this.events = [...this.events, { name, attributes, at }].slice(0, limits.spanEventsMax);
  }

  fail(message: string | undefined): void {
    this.failed = true;
    this.message = message;
  }

  end(at: number): void {
    this.endAt = at;
    this.#parts.outbox.add(this);
  }
}

/** Ids of a child of the span whose 25 bytes are at `offset`. */
function childIds({ lot }: SpanParts, parents: Uint8Array, offset: number): Uint8Array {
  const ids = new Uint8Array(spanIdsBytes);
  for (let at = 0; at < traceIdBytes; at++) ids[at] = parents[offset + at] ?? 0;
  for (let at = 0; at < spanIdBytes; at++) {
    ids[spanContextBytes + at] = parents[offset + traceIdBytes + at] ?? 0;
  }
  lot.fillSpanId(ids, traceIdBytes);
  ids[spanContextBytes - 1] = sampled;
  return ids;
}
