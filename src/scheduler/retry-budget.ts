/**
 * How much trying again a function may cost. Retries hide failures while these are few; when most of what is tried
 * fails they are the load that keeps a fabric from recovering. So each function has a bucket of tokens: an attempt
 * that fails takes one, an attempt that goes well gives back a fraction, and while the bucket is half empty nothing is
 * tried again (gRFC A6, "retry throttling"). What is counted is attempts, not items: a map's attempt of a thousand
 * items fails once, and a node that dies with many attempts of a function is one failure.
 */
import { reasonRow } from "../base/reason.ts";
import type { SchedulerOptions } from "./options.ts";
import type { AttemptState, FunctionState } from "./state.ts";

type BudgetOptions = Pick<SchedulerOptions, "retryTokensMax" | "retryTokenRatio">;

/** Charges an attempt's first failure of a kind that speaks of an outage; the others of that attempt are free. */
export function chargeFailure(attempt: AttemptState, reason: string): void {
  if (attempt.charged || !isBurden(reason)) return;
  attempt.charged = true;
  const fn = attempt.batch.function;
  fn.retryTokens = Math.max(0, fn.retryTokens - 1);
}

/** A node is lost with these attempts: each function is charged once, however many were its. */
export function chargeLoss(attempts: readonly AttemptState[], reason: string): void {
  const charged = new Set<FunctionState>();
  for (const attempt of attempts) {
    const fn = attempt.batch.function;
    if (attempt.unreported === 0) continue;
    if (charged.has(fn)) attempt.charged = true;
    else if (!attempt.charged) charged.add(fn);
    chargeFailure(attempt, reason);
  }
}

/** An attempt went well. */
export function creditSuccess(fn: FunctionState, { retryTokensMax, retryTokenRatio }: BudgetOptions): void {
  fn.retryTokens = Math.min(retryTokensMax, fn.retryTokens + retryTokenRatio);
}

/** May what failed for that reason be tried again, as far as the budget goes? */
export function affordsRetry(fn: FunctionState, reason: string, { retryTokensMax }: BudgetOptions): boolean {
  return !isBurden(reason) || fn.retryTokens > retryTokensMax / 2;
}

/** A node that drains or gives work back in order is no sign of an outage; one that fails or is full is. */
function isBurden(reason: string): boolean {
  const { retry, countsAgainstNode } = reasonRow(reason);
  return retry !== "final" && (countsAgainstNode || reason === "NODE_OVERLOADED");
}
