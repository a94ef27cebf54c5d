/**
 * Where items settle: the one place that adds to a batch's set of settled items, so that each settles exactly once.
 * Whoever has an outcome for a range offers all of it; what was settled before is left out.
 */
import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { AttemptState, BatchState, Failure, SchedulerState } from "./state.ts";

/** Results of [first, end) came with event number `event`. False when all of them had settled before. */
export function accept(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  event: number,
): boolean {
  const { batch } = attempt;
  const { unsettled } = batch;
  for (let at = batch.settled.nextAbsent(first, end); at < end; at = batch.settled.nextAbsent(at, end)) {
    const until = batch.settled.nextPresent(at, end);
    const { id, number } = attempt;
    settle(state, batch, at, until);
    state.actions.push({
      kind: "accept",
      event,
      batch: batch.id,
      attempt: id,
      first: at,
      count: until - at,
      number,
      node: attempt.node.id,
    });
    at = until;
  }
  return batch.unsettled < unsettled;
}

/** What a failure says beside its reason. */
export interface FailureFacts {
  readonly attempts: number;
  readonly node: NodeId | undefined;
  readonly retryAfterMs: number;
}

/** Items that were never tried. */
export const untried: FailureFacts = { attempts: 0, node: undefined, retryAfterMs: 0 };

/** Items [first, end) failed for good. */
export function fail(
  state: SchedulerState,
  batch: BatchState,
  first: number,
  end: number,
  failure: Failure,
  facts: FailureFacts,
): void {
  for (let at = batch.settled.nextAbsent(first, end); at < end; at = batch.settled.nextAbsent(at, end)) {
    const until = batch.settled.nextPresent(at, end);
    settle(state, batch, at, until);
    const { code, reason, message } = failure;
    const { attempts, node, retryAfterMs } = facts;
    const range = { batch: batch.id, first: at, count: until - at };
    state.actions.push({ kind: "fail", ...range, code, reason, message, attempts, node, retryAfterMs });
    at = until;
  }
}

/** Notes that a batch may be complete: to be called when items settled and when it closed. */
export function checkComplete(state: SchedulerState, batch: BatchState): void {
  if (batch.phase !== "closed" || batch.unsettled > 0) return;
  batch.phase = "settling";
  state.settling.push(batch);
}

/** Tells of the batches that are complete, after all else of the step has been told, and forgets them. */
export function endSettled(state: SchedulerState): void {
  for (const batch of state.settling) {
    assert(batch.unsettled === 0, "a complete batch has no unsettled items");
    state.queue.remove(batch);
    batch.function.parked.delete(batch);
    if (batch.deadline !== undefined) state.timers.remove(batch.deadline);
    if (batch.nodeWait !== undefined) state.timers.remove(batch.nodeWait);
    for (const range of batch.backingOff ?? []) state.timers.remove(range);
    state.batches.delete(batch.id);
    if (--batch.clientState.batches === 0) state.clients.delete(batch.client);
    state.actions.push({ kind: "settled", batch: batch.id });
  }
  while (state.settling.length > 0) state.settling.pop();
}

function settle(state: SchedulerState, batch: BatchState, first: number, end: number): void {
  const count = end - first;
  // Bytes are known of whole frames only: each settled item frees its share of what the batch still holds.
  const freed = Math.floor((batch.bytes * count) / batch.unsettled);
  batch.settled.add(first, end);
  batch.unsettled -= count;
  batch.bytes -= freed;
  state.items -= count;
  state.bytes -= freed;
  batch.clientState.items -= count;
  batch.clientState.bytes -= freed;
  checkComplete(state, batch);
}
