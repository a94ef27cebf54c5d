/**
 * What the engine does for each action of the scheduler that concerns batches and attempts: sends ranges to nodes,
 * passes results on to clients, and closes the books of attempts.
 */
import { assert } from "../base/assert.ts";
import type { AttemptId, BatchId } from "../base/ids.ts";
import type { Accept, AttemptEnded, CancelAttempt, Dispatch, Fail } from "../scheduler/action.ts";
import { emptyResult, noBytes, type ResultFrame } from "../wire/frame.ts";
import { endAttemptSpans, startAttemptSpans } from "./attempt-spans.ts";
import type { NodeLink } from "./node-link.ts";
import type { AttemptRecord, BatchRecord } from "./records.ts";
import { sliceResult } from "./result-slice.ts";
import type { Watchers } from "./watchers.ts";

/** What is under way. */
export interface Books {
  readonly batches: Map<BatchId, BatchRecord>;
  readonly attempts: Map<AttemptId, AttemptRecord>;
  /** Links that take work, by node. */
  readonly links: Map<string, NodeLink>;
  readonly watchers: Watchers;
  /** Items have their outcome; called while their inputs are still held. */
  readonly settled: (batch: BatchRecord, frame: ResultFrame) => void;
}

/** Sends a range as an attempt. */
export function dispatch(books: Books, action: Dispatch, now: number): void {
  const batch = books.batches.get(action.batch);
  assert(batch !== undefined, "the core dispatches what it was given");
  const link = books.links.get(action.node);
  // The link may have fallen while this step's earlier actions were performed: the event of its loss, which makes the
  // core try elsewhere, is in the next step.
  if (link === undefined) return;
  const { first, count, number } = action;
  const spans = startAttemptSpans(batch, action, now);
  const attempt: AttemptRecord = { id: action.attempt, batch, first, count, number, link, spans };
  books.attempts.set(action.attempt, attempt);
  const deadlineMs = batch.deadlineAt === Infinity ? 0 : Math.max(1, Math.ceil(batch.deadlineAt - now));
  link.dispatch(attempt, batch.payloads.slice(first, count), deadlineMs);
  books.watchers.attemptStarted(attempt);
}

/** Passes results that settle their items on to the client. */
export function accept(books: Books, action: Accept, frame: ResultFrame | undefined): void {
  const batch = books.batches.get(action.batch);
  assert(batch !== undefined && frame !== undefined, "an accepted range has a batch and a frame");
  const { first, count, number, node } = action;
  const earlier = number === 1 ? [] : earlierOf(batch, first, count);
  const part = sliceResult(frame, first, count);
  books.settled(batch, part);
  batch.payloads.settle(first, count);
  batch.client.result(batch, { ...part, id: batch.clientId, node, attempt: number, earlier });
}

/** Tells the client of items that failed for good. */
export function fail(books: Books, action: Fail): void {
  const batch = books.batches.get(action.batch);
  if (batch === undefined) return;
  const { first, count, code, reason, message, attempts, retryAfterMs } = action;
  const node = action.node ?? "";
  const index = first;
  const error = { index, code, reason, message, details: noBytes, attempts, node, retryAfterMs, count };
  const earlier = earlierOf(batch, first, count);
  const result = { ...emptyResult, first, count, errors: [error], node, attempt: attempts, earlier };
  books.settled(batch, result);
  batch.payloads.settle(first, count);
  batch.client.result(batch, { ...result, id: batch.clientId });
}

/** Tells the node that items of an attempt are not wanted any more. */
export function cancelAttempt(books: Books, action: CancelAttempt): void {
  const attempt = books.attempts.get(action.attempt);
  attempt?.link.cancel(attempt, action.first, action.count);
}

/** An attempt is over: its spans end, and a retry will be able to say what came before it. */
export function endAttempt(books: Books, action: AttemptEnded, now: number): void {
  const attempt = books.attempts.get(action.attempt);
  if (attempt === undefined) return;
  books.attempts.delete(action.attempt);
  if (action.retried > 0) {
    const { first, count, number, batch } = attempt;
    batch.earlier.push({ first, count, tried: { number, node: action.node, reason: action.reason } });
  }
  endAttemptSpans(attempt, action, now);
  books.watchers.attemptEnded(attempt, action);
}

/** Tries before the last that touched any of these items. */
function earlierOf(batch: BatchRecord, first: number, count: number): ResultFrame["earlier"] {
  const touching = batch.earlier.filter(
    (range) => range.first < first + count && first < range.first + range.count,
  );
  return touching.map((range) => range.tried);
}
