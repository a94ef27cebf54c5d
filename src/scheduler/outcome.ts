/** What becomes of items whose attempt failed them: they are tried again, now or later, or fail for good. */
import { retryPiece } from "./batching.ts";
import { decideRetry, type RetryDecision } from "./retry.ts";
import { fail } from "./settlement.ts";
import type { AttemptState, Failure, PendingRange, SchedulerState } from "./state.ts";
import { makeReady } from "./waiting.ts";

/** Items [first, end) of the attempt failed alike: they are tried again, or fail. */
export function conclude(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  failure: Failure,
): void {
  const { batch, node, number, progressed } = attempt;
  const { settled } = batch;
  for (let at = settled.nextAbsent(first, end); at < end; at = settled.nextAbsent(at, end)) {
    const until = settled.nextPresent(at, end);
    const { refusalsMax } = state.options;
    const decision = decideRetry(
      failure.reason,
      batch.policy,
      attempt,
      progressed,
      refusalsMax,
      state.random,
    );
    attempt.reason = failure.reason;
    if (decision.kind === "retry") retryLater(state, attempt, at, until, decision);
    else fail(state, batch, at, until, failure, { attempts: number, node: node.id, retryAfterMs: 0 });
    at = until;
  }
}

function retryLater(
  state: SchedulerState,
  attempt: AttemptState,
  first: number,
  end: number,
  decision: RetryDecision & { readonly kind: "retry" },
): void {
  const { batch, node, failedNodes, number, bytes } = attempt;
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
    number,
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
