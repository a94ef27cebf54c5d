/**
 * The inputs of a batch while any of its items is unsettled. They stay in the slices they came in: a range is cut out
 * without touching the items, and a slice is let go as soon as its last item has settled.
 */
import { assert } from "../base/assert.ts";
import { ropeOf, type Bytes } from "../base/rope.ts";

interface Segment {
  readonly first: number;
  readonly count: number;
  readonly sizes: Uint32Array;
  readonly payloads: Bytes;
  /** Start of each item in `payloads`, made when a part of the segment is first asked for. */
  offsets: Uint32Array | undefined;
  unsettled: number;
}

/** Items [first, first + count) as columns. */
export interface PayloadRange {
  readonly sizes: Uint32Array;
  readonly payloads: Bytes;
}

export class Payloads {
  /** By first index; contiguous but for those that are settled. */
  #segments: Segment[] = [];
  #bytes = 0;
  #count = 0;

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Items that came so far. */
  get count(): number {
    return this.#count;
  }

  append(sizes: Uint32Array, payloads: Bytes): void {
    if (sizes.length === 0) return;
    const count = sizes.length;
    this.#segments.push({ first: this.#count, count, sizes, payloads, offsets: undefined, unsettled: count });
    this.#count += count;
    this.#bytes += payloads.length;
  }

  /** Cuts a range out; its items must be unsettled. */
  slice(first: number, count: number): PayloadRange {
    let index = this.#indexOf(first);
    const parts: PayloadRange[] = [];
    let at = first;
    const end = first + count;
    while (at < end) {
      const segment = this.#segments[index++];
      assert(segment !== undefined && segment.first <= at, `item ${at} of the batch is still held`);
      const until = Math.min(end, segment.first + segment.count);
      parts.push(cut(segment, at - segment.first, until - segment.first));
      at = until;
    }
    const only = parts[0];
    return parts.length === 1 && only !== undefined ? only : join(parts, count);
  }

  /** Items settled: lets go of what nobody needs any more. Gives the bytes that became free. */
  settle(first: number, count: number): number {
    let index = this.#indexOf(first);
    const start = index;
    let at = first;
    const end = first + count;
    let done = 0;
    while (at < end) {
      const segment = this.#segments[index++];
      if (segment === undefined) break;
      const from = Math.max(at, segment.first);
      const until = Math.min(end, segment.first + segment.count);
      segment.unsettled -= Math.max(0, until - from);
      if (segment.unsettled === 0) done++;
      at = segment.first + segment.count;
    }
    return done === 0 ? 0 : this.#release(start, index);
  }

  #release(from: number, to: number): number {
    let freed = 0;
    for (let index = to - 1; index >= from; index--) {
      const segment = this.#segments[index];
      if (segment === undefined || segment.unsettled > 0) continue;
      freed += segment.payloads.length;
      if (index === 0) this.#segments.shift();
      else this.#segments.splice(index, 1);
    }
    this.#bytes -= freed;
    return freed;
  }

  /** Position of the segment that holds the item, or of the first after it. */
  #indexOf(item: number): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.#segments[middle];
      if (segment !== undefined && segment.first + segment.count <= item) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function cut(segment: Segment, from: number, to: number): PayloadRange {
  if (from === 0 && to === segment.count) return segment;
  segment.offsets ??= offsetsOf(segment.sizes);
  const start = segment.offsets[from] ?? 0;
  const end = segment.offsets[to] ?? segment.payloads.length;
  return { sizes: segment.sizes.subarray(from, to), payloads: segment.payloads.subarray(start, end) };
}

function join(parts: readonly PayloadRange[], count: number): PayloadRange {
  const sizes = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    sizes.set(part.sizes, at);
    at += part.sizes.length;
  }
  return { sizes, payloads: ropeOf(parts.map((part) => part.payloads)) };
}

/** Start of each item and, last, the end of all: `sizes.length + 1` elements. */
export function offsetsOf(sizes: Uint32Array): Uint32Array {
  const offsets = new Uint32Array(sizes.length + 1);
  let sum = 0;
  for (let index = 0; index < sizes.length; index++) {
    sum += sizes[index] ?? 0;
    offsets[index + 1] = sum;
  }
  return offsets;
}
