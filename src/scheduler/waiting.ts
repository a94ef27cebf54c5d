/** Batches that wait for their turn. */
import type { BatchState, FunctionState, PendingRange, SchedulerState } from "./state.ts";

/** Puts a batch where it belongs: into the queue while it has work that may be placed, and out of it otherwise. */
export function queueBatch(state: SchedulerState, batch: BatchState): void {
  const hasWork = batch.ready.length > 0 || batch.cursor < batch.count;
  if (!hasWork || batch.paused) {
    state.queue.remove(batch);
    return;
  }
  state.queue.add(batch, waitingMs(state, batch));
  if (state.capacity.joined === 0) awaitNodes(state, batch, state.now);
}

/** Estimated work that waits; of a map, which goes on and on, a turn's. */
function waitingMs({ options }: SchedulerState, batch: BatchState): number {
  const itemMs = batch.function.msPerItem.value ?? 0;
  const workMs = itemMs * (batch.count - batch.cursor);
  return batch.policy.rerunStragglers ? Math.min(workMs, options.batchTargetMs) : workMs;
}

/** Its function may run no more at present: the batch waits, out of everybody's way, until some of it has ended. */
export function park(state: SchedulerState, batch: BatchState): void {
  state.queue.remove(batch);
  batch.function.parked.add(batch);
  state.parking.add(batch.function);
}

/** As many of the function's parked batches queue again as may place something now. */
export function unpark(state: SchedulerState, fn: FunctionState): void {
  let places = 0;
  for (const batch of fn.parked) {
    if (places >= roomOf(batch)) break;
    fn.parked.delete(batch);
    queueBatch(state, batch);
    if (batch.lane !== undefined) places++;
  }
  if (fn.parked.size === 0) state.parking.delete(fn);
}

/** Items of the batch's function that may be placed now. */
export function roomOf({ function: fn, policy }: BatchState): number {
  if (fn.breaker.phase === "open") return 0;
  const runningMax = fn.breaker.phase === "half-open" ? 1 : policy.concurrencyMax;
  return Math.max(0, runningMax - fn.running);
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
