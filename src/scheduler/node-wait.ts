/**
 * Work without any node to run it waits for a while, since nodes may be about to come back, and then fails with
 * NO_NODES. The while of an item starts when it could be placed and there was no node, whichever is later. A timer per
 * waiting batch is armed while there is no node and left to itself when nodes come; it then finds nothing to do.
 */
import { Code } from "../base/code.ts";
import { advance } from "./batching.ts";
import { fail, untried } from "./settlement.ts";
import type { BatchState, Failure, SchedulerState } from "./state.ts";
import { awaitNodes, queueBatch } from "./waiting.ts";

/** The last node has gone: every batch with work to place starts to wait. */
export function startNodeWait(state: SchedulerState): void {
  for (const batch of state.batches.values()) {
    if (batch.function.parked.delete(batch)) queueBatch(state, batch);
    else if (batch.lane !== undefined) awaitNodes(state, batch, state.now);
  }
}

/** Fails what has waited too long, and looks again when the next would have. */
export function endNodeWait(state: SchedulerState, batch: BatchState): void {
  if (state.capacity.joined > 0 || batch.paused) return;
  const { nodeWaitMs } = state.options;
  const start = Math.max(state.capacity.noneSince, batch.resumedAt);
  if (start + nodeWaitMs <= state.now) {
    failReady(state, batch);
    failFresh(state, batch);
  }
  const since = oldestWait(batch);
  if (since !== undefined) awaitNodes(state, batch, Math.max(start, since));
  queueBatch(state, batch);
}

function failReady(state: SchedulerState, batch: BatchState): void {
  for (let left = batch.ready.length; left > 0; left--) {
    const range = batch.ready.popFront();
    if (range === undefined) break;
    if (range.at + state.options.nodeWaitMs > state.now) {
      batch.ready.pushBack(range);
      continue;
    }
    const { first, count, tries: attempts, node } = range;
    fail(state, batch, first, first + count, noNodes(state), { attempts, node, retryAfterMs: 0 });
  }
}

function failFresh(state: SchedulerState, batch: BatchState): void {
  for (let segment = batch.segments.front(); segment !== undefined; segment = batch.segments.front()) {
    if (segment.at + state.options.nodeWaitMs > state.now) break;
    fail(state, batch, batch.cursor, segment.end, noNodes(state), untried);
    advance(batch, segment.end);
  }
}

/** Since when the oldest of the items that can be placed waits, as far as they go themselves. */
function oldestWait(batch: BatchState): number | undefined {
  let oldest = batch.segments.front()?.at;
  for (let place = 0; place < batch.ready.length; place++) {
    const at = batch.ready.at(place)?.at;
    if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
  }
  return oldest;
}

function noNodes(state: SchedulerState): Failure {
  const { size } = state.nodes;
  const why = size === 0 ? "none is connected" : `all ${size} that are connected drain`;
  const message = `no node could take the work for ${state.options.nodeWaitMs} ms: ${why}`;
  return { code: Code.UNAVAILABLE, reason: "NO_NODES", message };
}
