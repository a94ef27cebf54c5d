/**
 * The life of an attempt: running, perhaps cancelled, and over when its node has ended it or is lost. Its items are
 * reported in any order and, if a frame is told twice, more than once; each counts the first time. What an attempt
 * that is over still says is not heard: that fences off the earlier life of a node.
 */
import { attemptId, type NodeId } from "../base/ids.ts";
import { IndexSet } from "../base/index-set.ts";
import { reasonRow } from "../base/reason.ts";
import type { AttemptCause, AttemptEnded } from "./action.ts";
import { noteReport } from "./breaker.ts";
import { load, reclassify, workKind } from "./capacity.ts";
import { learn } from "./estimate.ts";
import type { Ended, ItemFailure, Progress } from "./event.ts";
import { noteOutcome } from "./health.ts";
import { conclude } from "./outcome.ts";
import { creditSuccess } from "./retry-budget.ts";
import { accept, fail } from "./settlement.ts";
import type { AttemptState, BatchState, Failure, NodeState, SchedulerState } from "./state.ts";
import { countWanted, forUnreported } from "./wanted-items.ts";
import { part, relieveTwin, triesOf } from "./twin.ts";

/** What an attempt is to run, and what came before it. */
export interface Assignment {
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  /** Estimated work; what is unknown is taken to fill a worker. */
  readonly estimatedMs: number;
  readonly cause: AttemptCause;
  /** What came before it: the range it was, or the attempt it is a copy of. Undefined for the first. */
  readonly before: TriesBefore | undefined;
}

type TriesBefore = Pick<AttemptState, "tries" | "spent" | "refused" | "failedNodes">;

/** Sends a range to a node. */
export function startAttempt(
  state: SchedulerState,
  batch: BatchState,
  node: NodeState,
  assignment: Assignment,
): AttemptState {
  const { first, count, bytes, estimatedMs, cause, before } = assignment;
  const chargedMs = estimatedMs === Infinity ? state.options.nodeQueueMs : estimatedMs;
  const kind = workKind(estimatedMs, count, state.options);
  const id = attemptId(state.nextAttempt++);
  const attempt: AttemptState = {
    id,
    batch,
    node,
    first,
    end: first + count,
    bytes,
    number: (before?.tries ?? 0) + 1,
    cause,
    startedAt: state.now,
    heardAt: state.now,
    spent: before?.spent ?? 0,
    refused: before?.refused ?? 0,
    failedNodes: before?.failedNodes ?? noNodes,
    tries: (before?.tries ?? 0) + 1,
    twin: undefined,
    late: undefined,
    msPerItem: chargedMs / count,
    kind,
    phase: "running",
    progressed: false,
    charged: false,
    blamed: false,
    reported: new IndexSet(first),
    unreported: count,
    retried: 0,
    backoffMs: 0,
    reason: "",
  };
  state.attempts.set(id, attempt);
  batch.attempts.push(attempt);
  node.attempts.push(attempt);
  state.capacity.attempts++;
  batch.function.running += count;
  state.placedMs += estimatedMs === Infinity ? state.options.batchTargetMs : estimatedMs;
  load(attempt, count);
  if (kind === "long") node.longAttempts++;
  node.outstandingBytes += bytes;
  node.placedAt = id;
  reclassify(state.capacity, node, state.options);
  const { id: nodeId, incarnation } = node;
  const { number } = attempt;
  state.actions.push({
    kind: "dispatch",
    attempt: id,
    batch: batch.id,
    first,
    count,
    node: nodeId,
    incarnation,
    number,
    cause,
  });
  return attempt;
}

/** Outcomes of some of its items. `position` is the event's among those of the step. */
export function progress(state: SchedulerState, event: Progress, position: number): void {
  const attempt = attemptOf(state, event);
  if (attempt === undefined) return;
  const end = Math.min(attempt.end, event.first + event.count);
  const before = attempt.unreported;
  let at = attempt.reported.nextAbsent(Math.max(attempt.first, event.first), end);
  while (at < end) {
    const until = attempt.reported.nextPresent(at, end);
    report(attempt, at, until);
    outcomes(state, attempt, event, at, until, position);
    at = attempt.reported.nextAbsent(until, end);
  }
  if (attempt.unreported === before) return;
  learn(attempt.batch.function, event.count - countUnstarted(event), event.runMs);
  attempt.batch.function.reportMs.add(state.now - attempt.startedAt, before - attempt.unreported);
  attempt.heardAt = state.now;
  noteReport(state, attempt, event);
  reclassify(state.capacity, attempt.node, state.options);
}

/** The node is done with it. */
export function end(state: SchedulerState, event: Ended): void {
  const attempt = attemptOf(state, event);
  if (attempt === undefined) return;
  concludeRest(state, attempt, event.rest);
  const outcome = attempt.phase === "cancelled" ? "cancelled" : attempt.reason === "" ? "ok" : "failed";
  if (attempt.progressed && !attempt.charged) creditSuccess(attempt.batch.function, state.options);
  noteOutcome(state, attempt);
  finish(state, attempt, outcome);
  reclassify(state.capacity, attempt.node, state.options);
}

/** Its node is lost, and with it what was not reported. The node's own books are closed by the caller. */
export function lose(state: SchedulerState, attempt: AttemptState, failure: Failure): void {
  concludeRest(state, attempt, failure);
  finish(state, attempt, attempt.phase === "cancelled" ? "cancelled" : "lost");
}

/** Fails what the attempts of a batch still run of [first, end), and tells their nodes not to. */
export function withdrawAttempts(
  state: SchedulerState,
  batch: BatchState,
  first: number,
  end: number,
  failure: Failure,
): void {
  const concerned = batch.attempts.filter((attempt) => countWanted(attempt, first, end) > 0);
  for (const attempt of concerned) {
    const from = Math.max(first, attempt.first);
    const until = Math.min(end, attempt.end);
    const { id, node } = attempt;
    const facts = { attempts: triesOf(attempt), node: node.id, retryAfterMs: 0 };
    forUnreported(attempt, from, until, (at, stop) => fail(state, batch, at, stop, failure, facts));
    const range = { first: from, count: until - from };
    state.actions.push({ kind: "cancelAttempt", attempt: id, node: node.id, ...range });
    if (countWanted(attempt) === 0) attempt.phase = "cancelled";
  }
}

const noNodes: readonly NodeId[] = [];

/** The live attempt a node speaks of, undefined when it is over or another life of the node speaks. */
function attemptOf(state: SchedulerState, event: Progress | Ended): AttemptState | undefined {
  const attempt = state.attempts.get(event.attempt);
  if (attempt === undefined) return undefined;
  const { node } = attempt;
  if (node.id !== event.node || node.incarnation !== event.incarnation) return undefined;
  node.seenAt = state.now;
  return attempt;
}

function report(attempt: AttemptState, first: number, end: number): void {
  attempt.reported.add(first, end);
  attempt.unreported -= end - first;
  attempt.batch.function.running -= end - first;
  load(attempt, first - end);
}

/** Items that the node has given back without running them. */
function countUnstarted({ failures }: Progress): number {
  let unstarted = 0;
  for (const { reason, count } of failures)
    if (reason === "NOT_STARTED") unstarted += Math.max(1, count ?? 1);
  return unstarted;
}

/** Settles or retries [first, end), which is reported for the first time. */
function outcomes(
  state: SchedulerState,
  attempt: AttemptState,
  event: Progress,
  first: number,
  end: number,
  position: number,
): void {
  const { failures } = event;
  let at = first;
  for (let place = 0; place < failures.length;) {
    const failure = failures[place];
    if (failure === undefined || failure.index >= end) break;
    const together = failure.count ?? 1;
    const alike = together > 1 ? together : countAlike(failures, place);
    place += together > 1 ? 1 : alike;
    const from = Math.max(at, failure.index);
    const until = Math.min(end, failure.index + alike);
    if (until <= from) continue; // reported before
    acceptRun(state, attempt, at, from, position);
    conclude(state, attempt, from, until, failure);
    attempt.progressed ||= reasonRow(failure.reason).retry !== "always";
    at = until;
  }
  acceptRun(state, attempt, at, end, position);
}

function acceptRun(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  position: number,
): void {
  if (first >= end) return;
  attempt.progressed = true;
  if (accept(state, attempt, first, end, position)) relieveTwin(state, attempt, first, end);
}

/** How many failures from this place on are the same one of neighbouring items. */
function countAlike(failures: readonly ItemFailure[], place: number): number {
  let last = failures[place];
  for (let at = place + 1; ; at++) {
    const next = failures[at];
    if (last === undefined || next === undefined || (next.count ?? 1) > 1 || next.index !== last.index + 1)
      return at - place;
    const alike = next.code === last.code && next.reason === last.reason && next.message === last.message;
    if (!alike) return at - place;
    last = next;
  }
}

/** What was not reported ended with this failure. */
function concludeRest(state: SchedulerState, attempt: AttemptState, failure: Failure): void {
  forUnreported(attempt, attempt.first, attempt.end, (at, stop) => {
    conclude(state, attempt, at, stop, failure);
  });
}

function finish(state: SchedulerState, attempt: AttemptState, outcome: AttemptEnded["outcome"]): void {
  const { id, batch, node, retried, backoffMs, reason } = attempt;
  state.attempts.delete(id);
  if (attempt.late !== undefined) state.timers.remove(attempt.late);
  part(attempt);
  remove(batch.attempts, attempt);
  remove(node.attempts, attempt);
  state.capacity.attempts--;
  node.outstandingBytes -= attempt.bytes;
  batch.function.running -= attempt.unreported;
  load(attempt, -attempt.unreported);
  if (attempt.kind === "long") node.longAttempts--;
  if (node.attempts.length === 0) node.outstandingMs = node.shortMs = node.briefMs = 0; // sums of floats drift
  state.actions.push({
    kind: "attemptEnded",
    attempt: id,
    batch: batch.id,
    node: node.id,
    outcome,
    retried,
    backoffMs,
    reason,
  });
}

/** Order does not matter: the last takes the place. */
function remove(attempts: AttemptState[], attempt: AttemptState): void {
  const place = attempts.indexOf(attempt);
  const last = attempts.pop();
  if (last !== undefined && last !== attempt) attempts[place] = last;
}
