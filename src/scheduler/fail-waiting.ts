/** Failing what a batch has waiting, wherever it waits: untried, to be tried again, or backing off. */
import { advance } from "./batching.ts";
import { fail, untried } from "./settlement.ts";
import type { BatchState, Failure, SchedulerState } from "./state.ts";
import { queueBatch } from "./waiting.ts";

/** Fails all items of the batch that no attempt runs. */
export function failWaiting(
  state: SchedulerState,
  batch: BatchState,
  failure: Failure,
  retryAfterMs: number,
): void {
  for (let range = batch.ready.popFront(); range !== undefined; range = batch.ready.popFront()) {
    const { first, count, tries: attempts, node } = range;
    fail(state, batch, first, first + count, failure, { attempts, node, retryAfterMs });
  }
  for (const range of batch.backingOff ?? []) {
    const { first, count, tries: attempts, node } = range;
    fail(state, batch, first, first + count, failure, { attempts, node, retryAfterMs });
    state.timers.remove(range);
  }
  batch.backingOff?.clear();
  if (batch.cursor < batch.count) {
    fail(state, batch, batch.cursor, batch.count, failure, { ...untried, retryAfterMs });
    advance(batch, batch.count);
  }
  queueBatch(state, batch);
}
