/** Batches that wait for their turn. */
import type { BatchState, PendingRange, SchedulerState } from "./state.ts";

/** Puts a batch where it belongs: into the queue while it has work that may be placed, and out of it otherwise. */
export function queueBatch(state: SchedulerState, batch: BatchState): void {
  const hasWork = batch.ready.length > 0 || batch.cursor < batch.count;
  if (!hasWork || batch.paused) {
    state.queue.remove(batch);
    return;
  }
  state.queue.add(batch);
  if (state.capacity.joined === 0) awaitNodes(state, batch, state.now);
}

/** A range is to be tried again now. The first items of a batch go first: who reads in order waits for them. */
export function makeReady(state: SchedulerState, range: PendingRange): void {
  const { batch } = range;
  batch.backingOff?.delete(range);
  batch.ready.insert(range, ({ first }) => range.first < first, state.options.passedMax);
  queueBatch(state, batch);
}

/** There is no node for the batch: its patience is checked when it would end for work that waits since `since`. */
export function awaitNodes(state: SchedulerState, batch: BatchState, since: number): void {
  batch.nodeWait ??= { kind: "nodeWait", at: Infinity, slot: -1, batch };
  if (batch.nodeWait.slot !== -1) return;
  batch.nodeWait.at = since + state.options.nodeWaitMs;
  state.timers.add(batch.nodeWait);
}
