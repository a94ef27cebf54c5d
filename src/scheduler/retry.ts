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
  | {
      readonly kind: "fail";
      /** The failure is final, its tries are used up, the node said never, or too much of the function fails. */
      readonly why: "final" | "tries" | "pushback" | "budget";
    }
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

/** What happened to the attempt, beside its reason. */
export interface Circumstances {
  /** Other items of the attempt were run. */
  readonly progressed: boolean;
  readonly refusalsMax: number;
  /** The budget of retries has something left. */
  readonly affordable: boolean;
  /** The node's own word: ms, or negative for never. */
  readonly pushbackMs: number | undefined;
}

/** Decides about items of one attempt that ended alike. */
export function decideRetry(
  reason: string,
  policy: FunctionPolicy,
  tries: Tries,
  circumstances: Circumstances,
  random: Random,
): RetryDecision {
  const { progressed, refusalsMax, affordable, pushbackMs } = circumstances;
  if (isFinal(reason, policy)) return { kind: "fail", why: "final" };
  const { spent, refused } = tries;
  const isRefusal = isNoTry(reason);
  if (isRefusal && progressed && reason === "NOT_STARTED") {
    return { kind: "retry", spent, refused, backoffMs: 0, avoidNode: false };
  }
  const used = isRefusal ? refused + 1 : spent + 1;
  if (isRefusal ? used > refusalsMax : used >= policy.attemptsMax) return { kind: "fail", why: "tries" };
  if (pushbackMs !== undefined && pushbackMs < 0) return { kind: "fail", why: "pushback" };
  if (!affordable) return { kind: "fail", why: "budget" };
  const backoffMs = pushbackMs ?? retryBackoffMs(policy, used, random);
  if (isRefusal) return { kind: "retry", spent, refused: used, backoffMs, avoidNode: false };
  return { kind: "retry", spent: used, refused, backoffMs, avoidNode: reasonRow(reason).countsAgainstNode };
}

/** Would another try be of no use, or do harm? */
export function isFinal(reason: string, policy: FunctionPolicy): boolean {
  const { retry } = reasonRow(reason);
  return retry === "final" || (retry === "if-pure" && !policy.pure);
}

/** Did the node give the work back unstarted, for no fault of its own? */
function isNoTry(reason: string): boolean {
  const { retry, countsAgainstNode } = reasonRow(reason);
  return retry === "always" && !countsAgainstNode;
}

/** The wait before try `failures + 1`: anything up to a bound that doubles with each failure. */
export function retryBackoffMs(policy: FunctionPolicy, failures: number, random: Random): number {
  return random.next() * Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** (failures - 1));
}
