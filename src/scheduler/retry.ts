/**
 * Whether items that failed are tried again, and when. The table of reasons decides what may be repeated; here is what
 * it costs. An outcome that may be the item's own doing, or the node's, uses up one of its tries. A refusal (the node
 * was full or draining, or gave the rest of an attempt back) says nothing about the item and uses up none, so that the
 * neighbours of items that are killed one after another never fail for it; but refusals without any progress are
 * bounded too, and always back off. Back-off is exponential with full jitter (M. Brooker, "Exponential Backoff And
 * Jitter", 2015).
 */
import type { Random } from "../base/random.ts";
import { reasonRow } from "../base/reason.ts";
import type { FunctionPolicy } from "./event.ts";

/** What to do with items that failed. */
export type RetryDecision =
  | { readonly kind: "fail" }
  | {
      readonly kind: "retry";
      /** Tries and refusals used up now. */
      readonly spent: number;
      readonly refused: number;
      readonly backoffMs: number;
      /** The node is not to get them again while there is another. */
      readonly avoidNode: boolean;
    };

/** What was used up before this failure. */
export interface Tries {
  readonly spent: number;
  readonly refused: number;
}

const fail: RetryDecision = { kind: "fail" };

/**
 * Decides about items of one attempt that ended alike.
 * @param progressed whether other items of the attempt were run
 */
export function decideRetry(
  reason: string,
  policy: FunctionPolicy,
  tries: Tries,
  progressed: boolean,
  refusalsMax: number,
  random: Random,
): RetryDecision {
  const { retry, countsAgainstNode } = reasonRow(reason);
  if (retry === "final" || (retry === "if-pure" && !policy.pure)) return fail;
  const { spent, refused } = tries;
  const isRefusal = retry === "always" && !countsAgainstNode;
  if (!isRefusal) {
    if (spent + 1 >= policy.attemptsMax) return fail;
    const backoffMs = retryBackoffMs(policy, spent + 1, random);
    return { kind: "retry", spent: spent + 1, refused, backoffMs, avoidNode: countsAgainstNode };
  }
  if (progressed && reason === "NOT_STARTED") {
    return { kind: "retry", spent, refused, backoffMs: 0, avoidNode: false };
  }
  if (refused >= refusalsMax) return fail;
  const backoffMs = retryBackoffMs(policy, refused + 1, random);
  return { kind: "retry", spent, refused: refused + 1, backoffMs, avoidNode: false };
}

/** The wait before try `failures + 1`: anything up to a bound that doubles with each failure. */
export function retryBackoffMs(policy: FunctionPolicy, failures: number, random: Random): number {
  return random.next() * Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** (failures - 1));
}
