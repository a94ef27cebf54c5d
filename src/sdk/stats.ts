import { HeddleError } from "../base/error.ts";
import { toCode } from "../base/code.ts";
import type { ItemErrorFrame, ResultFrame } from "../wire/frame.ts";

/** What an invocation took. */
export interface InvocationStats {
  /** The node that gave the result. */
  readonly node: string;
  /** Thread of that node. */
  readonly worker: number;
  /** Tries that were made, the one that gave the result included. */
  readonly attempts: number;
  /** The tries before that one. */
  readonly earlier: readonly EarlierAttempt[];
  /** Time on the node before it started, in ms. */
  readonly queuedMs: number;
  /** Part that went into instantiating, in ms; 0 for a warm instance. */
  readonly coldMs: number;
  /** Time it ran, in ms. */
  readonly runMs: number;
}

/** A try that did not settle. */
export interface EarlierAttempt {
  readonly number: number;
  readonly node: string;
  /** A stable reason. */
  readonly reason: string;
}

/** Stats of the item at `index` of the batch. */
export function statsOf(frame: ResultFrame, index: number): InvocationStats {
  const { node, worker, attempt: attempts, earlier, queuedMs, coldMs } = frame;
  return { node, worker, attempts, earlier, queuedMs, coldMs, runMs: frame.runMs[index - frame.first] ?? 0 };
}

/** The error of a failed item. */
export function errorOf(failed: ItemErrorFrame, traceId: string | undefined): HeddleError {
  return new HeddleError(failed.reason, failed.message, {
    code: toCode(failed.code),
    attempts: failed.attempts,
    ...(failed.node === "" ? {} : { node: failed.node }),
    ...(failed.retryAfterMs === 0 ? {} : { retryAfterMs: failed.retryAfterMs }),
    ...(traceId === undefined ? {} : { traceId }),
  });
}
