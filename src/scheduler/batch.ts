/**
 * The life of a batch: open while items may still come, closed, and forgotten when all of them have settled. Its time
 * may run out or its client may cancel, which settles what is unsettled at once; items that still come then settle as
 * they arrive.
 */
import { Code } from "../base/code.ts";
import { Deque } from "../base/deque.ts";
import { IndexSet } from "../base/index-set.ts";
import { withdrawAttempts } from "./attempt.ts";
import { advance } from "./batching.ts";
import { brokenFailure, retryAfterMs } from "./breaker.ts";
import { estimateMs } from "./estimate.ts";
import type { Appended, Cancelled, Expired, Paused, Submitted } from "./event.ts";
import { functionOf } from "./function-state.ts";
import { queueFull, shed } from "./queue-bounds.ts";
import { checkComplete, fail, untried } from "./settlement.ts";
import type { BatchState, ClientState, Failure, PendingRange, SchedulerState } from "./state.ts";
import { queueBatch } from "./waiting.ts";

/** A batch or the first frame of a map. */
export function submit(state: SchedulerState, event: Submitted): void {
  const batch = createBatch(state, event);
  state.batches.set(batch.id, batch);
  if (!event.open) batch.refusal = shed(state, batch, event.count);
  addItems(state, batch, event.count, event.bytes);
  if (batch.unsettled > 0 || batch.phase === "open") armDeadline(state, batch);
  const short = !event.open && estimateMs(batch.function, event.count) <= state.options.batchMinMs;
  if (short) state.hasteUntil = state.now + state.options.hasteMs;
  checkComplete(state, batch);
}

/** The next frame of a map. One of a batch that is settled and forgotten brings items that nobody wants. */
export function append(state: SchedulerState, event: Appended): void {
  const batch = state.batches.get(event.batch);
  if (batch === undefined) return;
  if (batch.phase !== "open")
    batch.refusal ??= { code: Code.INTERNAL, reason: "PROTOCOL", message: afterTheLast };
  else if (!event.open) batch.phase = "closed";
  addItems(state, batch, event.count, event.bytes);
  checkComplete(state, batch);
}

/** The caller does not want some or all of its items any more. */
export function cancel(state: SchedulerState, event: Cancelled): void {
  const batch = state.batches.get(event.batch);
  if (batch === undefined) return;
  const failure = { code: Code.CANCELLED, reason: "CANCELLED", message: "the caller cancelled" };
  if (event.count === Infinity) {
    if (batch.phase === "open") batch.phase = "closed";
    batch.refusal ??= failure;
  }
  failItems(state, batch, event.first, Math.min(batch.count, event.first + event.count), failure);
  checkComplete(state, batch);
}

/** The caller stops or goes on reading its results. */
export function pause(state: SchedulerState, event: Paused): void {
  const batch = state.batches.get(event.batch);
  if (batch === undefined || batch.paused === event.paused) return;
  batch.paused = event.paused;
  if (!event.paused) batch.resumedAt = state.now;
  queueBatch(state, batch);
}

/** The batch's time is over. */
export function expire(state: SchedulerState, batch: BatchState): void {
  batch.refusal = tooLate;
  failItems(state, batch, 0, batch.count, tooLate);
}

/** The time of some of its items is over before the batch's own. */
export function expireItems(state: SchedulerState, event: Expired): void {
  const batch = state.batches.get(event.batch);
  if (batch === undefined) return;
  failItems(state, batch, event.first, Math.min(batch.count, event.first + event.count), tooLate);
  checkComplete(state, batch);
}

const tooLate: Failure = {
  code: Code.DEADLINE_EXCEEDED,
  reason: "DEADLINE",
  message: "the deadline passed before the invocation settled",
};

function createBatch(state: SchedulerState, event: Submitted): BatchState {
  return {
    id: event.batch,
    function: functionOf(state.functions, event.function.key, state.options),
    policy: event.function,
    client: event.client,
    affinity: event.affinity,
    clientState: clientOf(state, event.client),
    priority: event.priority,
    deadlineAt: event.deadlineAt,
    phase: event.open ? "open" : "closed",
    paused: false,
    refusal: undefined,
    count: 0,
    unsettled: 0,
    bytes: 0,
    settled: new IndexSet(),
    cursor: 0,
    segments: new Deque(),
    ready: new Deque(),
    backingOff: undefined,
    attempts: [],
    copied: 0,
    deadline: undefined,
    nodeWait: undefined,
    resumedAt: state.now,
    lane: undefined,
    waitingMs: 0,
    passedOver: false,
    list: undefined,
    previous: undefined,
    next: undefined,
  };
}

/** What the client of a new batch has under way. */
function clientOf(state: SchedulerState, key: string): ClientState {
  let client = state.clients.get(key);
  if (client === undefined) {
    client = { batches: 0, items: 0, bytes: 0 };
    state.clients.set(key, client);
  }
  client.batches++;
  return client;
}

function armDeadline(state: SchedulerState, batch: BatchState): void {
  if (batch.deadlineAt === Infinity) return;
  batch.deadline = { kind: "deadline", at: batch.deadlineAt, slot: -1, batch };
  state.timers.add(batch.deadline);
}

function addItems(state: SchedulerState, batch: BatchState, count: number, bytes: number): void {
  if (count === 0) return;
  const first = batch.count;
  const end = first + count;
  const full = queueFull(state, batch.clientState, count, bytes);
  batch.count = end;
  batch.unsettled += count;
  batch.bytes += bytes;
  for (const load of [state, batch.clientState]) {
    load.items += count;
    load.bytes += bytes;
  }
  batch.segments.pushBack({ end, count, bytes, at: state.now });
  if (batch.refusal !== undefined) {
    const { pushbackMs: retryAfterMs = 0 } = batch.refusal;
    fail(state, batch, first, end, batch.refusal, { ...untried, retryAfterMs });
  } else if (full !== undefined) {
    fail(state, batch, first, end, full, { ...untried, retryAfterMs: state.options.queueFullRetryMs });
  } else if (batch.function.breaker.phase === "open") {
    const facts = { ...untried, retryAfterMs: retryAfterMs(state, batch.function) };
    fail(state, batch, first, end, brokenFailure(state, batch.function), facts);
  }
  advance(batch, batch.cursor);
  queueBatch(state, batch);
}

const afterTheLast = "the batch was closed; an item came after its last";

/** Settles all of [first, end) that is unsettled with a failure, wherever it is at present. */
function failItems(
  state: SchedulerState,
  batch: BatchState,
  first: number,
  end: number,
  failure: Failure,
): void {
  withdrawAttempts(state, batch, first, end, failure);
  for (let left = batch.ready.length; left > 0; left--) {
    const range = batch.ready.popFront();
    if (range !== undefined && failPending(state, range, first, end, failure)) batch.ready.pushBack(range);
  }
  for (const range of batch.backingOff ?? []) {
    if (failPending(state, range, first, end, failure)) continue;
    batch.backingOff?.delete(range);
    state.timers.remove(range);
  }
  fail(state, batch, first, end, failure, untried);
  advance(batch, batch.cursor);
  queueBatch(state, batch);
}

/** Fails the part of a range that lies in [first, end); false when nothing of it is left. */
function failPending(
  state: SchedulerState,
  range: PendingRange,
  first: number,
  end: number,
  failure: Failure,
): boolean {
  const { batch, tries: attempts, node } = range;
  const rangeEnd = range.first + range.count;
  const facts = { attempts, node, retryAfterMs: 0 };
  fail(state, batch, Math.max(first, range.first), Math.min(end, rangeEnd), failure, facts);
  return batch.settled.nextAbsent(range.first, rangeEnd) < rangeEnd;
}
