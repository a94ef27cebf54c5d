/**
 * How many items go into one attempt. Attempts of about equal estimated time hide the way to the nodes and back, and
 * spread whatever the items cost; the cost of an item is known only after some have run, so the first attempts are
 * probes. Towards the end of a batch pieces shrink with what is left (guided self-scheduling: C. Polychronopoulos and
 * D. Kuck, 1987), so that all workers finish together; not below `batchMinMs`, where the way would cost more.
 */
import { assert } from "../base/assert.ts";
import type { SchedulerOptions } from "./options.ts";
import type { BatchState, SchedulerState, Segment } from "./state.ts";

/** Items for the next attempt of a batch that has `remaining` items to place; ≥ 1. */
export function attemptSize(state: SchedulerState, batch: BatchState, remaining: number): number {
  const { options, capacity } = state;
  const msPerItem = batch.function.msPerItem.value;
  if (msPerItem === undefined) return atMost(remaining, options.probeItems, options.frameItemsMax);
  const target = Math.max(1, Math.floor(targetMs(state) / msPerItem));
  if (batch.phase === "open") return atMost(remaining, target, options.frameItemsMax);
  const untouched = remaining === batch.count;
  if (untouched && remaining <= target) return atMost(remaining, options.frameItemsMax, Infinity);
  const least = Math.max(1, Math.floor(options.batchMinMs / msPerItem));
  const guided = Math.max(least, Math.floor(remaining / (2 * Math.max(1, capacity.workers))));
  return atMost(remaining, Math.min(target, guided), options.frameItemsMax);
}

/** Estimated work of an attempt. What is short and comes in between waits on its node for one that runs. */
function targetMs({ now, hasteUntil, options }: SchedulerState): number {
  return now < hasteUntil ? Math.min(options.hastyTargetMs, options.batchTargetMs) : options.batchTargetMs;
}

/**
 * Items of one attempt when `count` that failed together are tried again with `triesLeft` tries left, ≥ 1. If one of
 * them is what kills nodes, the others must part with it before their tries are used up: pieces shrink from try to try
 * so that in its last one every item is alone.
 */
export function retryPiece(count: number, triesLeft: number): number {
  return Math.max(1, Math.round(count ** ((triesLeft - 1) / triesLeft)));
}

/** The next untried items of a batch. */
export interface FreshItems {
  first: number;
  count: number;
  /** An upper bound of their payload. */
  bytes: number;
}

/**
 * Up to `size` of the untried items from `batch.cursor` on, in one run without settled items, of as many whole segments
 * as fit a frame together. Only the bytes of whole segments are known: a part of one counts in full, and of one that
 * is larger than a frame items go singly.
 */
export function freshItems(batch: BatchState, size: number, options: SchedulerOptions): FreshItems {
  const first = batch.cursor;
  const end = batch.settled.nextPresent(first, Math.min(batch.count, first + size));
  const segment = batch.segments.front();
  assert(segment !== undefined && end > first, "a batch with untried items has them in segments");
  if (isOversized(segment, options)) return { first, count: 1, bytes: segment.bytes };
  let until = Math.min(end, segment.end);
  let { bytes } = segment;
  for (let place = 1; until < end; place++) {
    const following = batch.segments.at(place);
    if (following === undefined || bytes + following.bytes > options.framePayloadMaxBytes) break;
    bytes += following.bytes;
    until = Math.min(end, following.end);
  }
  return { first, count: until - first, bytes };
}

/** Moves past items that are settled or placed, and lets go of the segments behind. */
export function advance(batch: BatchState, next: number): void {
  batch.cursor = batch.settled.nextAbsent(next, batch.count);
  for (let front = batch.segments.front(); front !== undefined; front = batch.segments.front()) {
    if (front.end > batch.cursor) break;
    batch.segments.popFront();
  }
}

function isOversized(segment: Segment, options: SchedulerOptions): boolean {
  return segment.count > 1 && segment.bytes > options.framePayloadMaxBytes;
}

function atMost(remaining: number, size: number, bound: number): number {
  return Math.max(1, Math.min(remaining, size, bound));
}
