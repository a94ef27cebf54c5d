/** What becomes of items whose attempt failed them: they are tried again, now or later, or fail for good. */
import { blame } from "./health.ts";
import { retryPiece } from "./batching.ts";
import { brokenFailure, retryAfterMs } from "./breaker.ts";
import { affordsRetry, chargeFailure } from "./retry-budget.ts";
import { decideRetry, isFinal, type RetryDecision } from "./retry.ts";
import { fail } from "./settlement.ts";
import type { AttemptState, Failure, PendingRange, SchedulerState } from "./state.ts";
import { forUncovered, relieveTwin, triesOf } from "./twin.ts";
import { makeReady } from "./waiting.ts";

/** Items [first, end) of the attempt failed alike: they are tried again, fail, or are left to the attempt's twin. */
export function conclude(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  failure: Failure,
): void {
  const { batch } = attempt;
  chargeFailure(attempt, failure.reason);
  blame(attempt, failure.reason);
  if (batch.settled.nextAbsent(first, end) === end) return;
  attempt.reason = failure.reason;
  if (isFinal(failure.reason, batch.policy)) {
    concludeRun(state, attempt, first, end, failure);
    relieveTwin(state, attempt, first, end);
    return;
  }
  forUncovered(attempt, first, end, (from, until) => concludeRun(state, attempt, from, until, failure));
}

function concludeRun(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  failure: Failure,
): void {
  const { batch } = attempt;
  const { settled } = batch;
  for (let at = settled.nextAbsent(first, end); at < end; at = settled.nextAbsent(at, end)) {
    const until = settled.nextPresent(at, end);
    const decision = decide(state, attempt, failure);
    if (decision.kind === "retry" && batch.function.breaker.phase === "open")
      giveUpStopped(state, attempt, at, until);
    else if (decision.kind === "retry") retryLater(state, attempt, at, until, decision);
    else giveUp(state, attempt, at, until, failure, decision.why);
    at = until;
  }
}

function decide(state: SchedulerState, attempt: AttemptState, failure: Failure): RetryDecision {
  const { options, random } = state;
  const { reason, pushbackMs } = failure;
  const { function: fn, policy } = attempt.batch;
  const affordable = affordsRetry(fn, reason, options);
  const { progressed } = attempt;
  const { refusalsMax } = options;
  return decideRetry(reason, policy, attempt, { progressed, refusalsMax, affordable, pushbackMs }, random);
}

function giveUp(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  failure: Failure,
  why: (RetryDecision & { readonly kind: "fail" })["why"],
): void {
  const { batch, node } = attempt;
  const attempts = triesOf(attempt);
  const retryAfterMs = Math.max(0, failure.pushbackMs ?? 0);
  const said = why === "budget" ? { ...failure, message: `${failure.message}; ${heldBack}` } : failure;
  fail(state, batch, first, end, said, { attempts, node: node.id, retryAfterMs });
}

/** The function was stopped meanwhile: what is left of it is not tried again. */
function giveUpStopped(state: SchedulerState, attempt: AttemptState, first: number, end: number): void {
  const { batch, node } = attempt;
  const { function: fn } = batch;
  const facts = { attempts: triesOf(attempt), node: node.id, retryAfterMs: retryAfterMs(state, fn) };
  fail(state, batch, first, end, brokenFailure(state, fn), facts);
}

const heldBack = "it is not tried again, since too many attempts of this function fail";

function retryLater(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  decision: RetryDecision & { readonly kind: "retry" },
): void {
  const { batch, node, failedNodes, bytes } = attempt;
  const { spent, refused, backoffMs, avoidNode } = decision;
  attempt.retried += end - first;
  attempt.backoffMs = Math.max(attempt.backoffMs, backoffMs);
  const range: PendingRange = {
    kind: "retry",
    at: state.now + backoffMs,
    slot: -1,
    batch,
    first,
    count: end - first,
    piece: spent > attempt.spent ? retryPiece(end - first, batch.policy.attemptsMax - spent) : Infinity,
    bytes,
    tries: triesOf(attempt),
    spent,
    refused,
    failedNodes: avoidNode && !failedNodes.includes(node.id) ? [...failedNodes, node.id] : failedNodes,
    node: node.id,
  };
  if (backoffMs > 0) {
    batch.backingOff ??= new Set();
    batch.backingOff.add(range);
    state.timers.add(range);
  } else {
    makeReady(state, range);
  }
}
