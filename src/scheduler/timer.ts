/** What the scheduler waits for. */
import type { NodeId } from "../base/ids.ts";
import type { HeapTimer } from "../base/timer-heap.ts";
import type { AttemptState, BatchState, FunctionState, PendingRange } from "./state.ts";

/** What waits for its time. */
export type Timer = LeaseTimer | BatchTimer | PendingRange | LateTimer | BreakerTimer | ProbeTimer;

/** A node's lease. Renewals are not entered here: when it comes up, `seenAt` says whether the node has been silent. */
export interface LeaseTimer extends HeapTimer {
  readonly kind: "lease";
  readonly node: NodeId;
}

/** The end of a batch's time, or of its patience while there is no node. */
export interface BatchTimer extends HeapTimer {
  readonly kind: "deadline" | "nodeWait";
  readonly batch: BatchState;
}

/** When to look whether an attempt takes too long. */
export interface LateTimer extends HeapTimer {
  readonly kind: "late";
  readonly attempt: AttemptState;
}

/** The end of the time for which a node is ejected. */
export interface ProbeTimer extends HeapTimer {
  readonly kind: "probe";
  readonly node: NodeId;
}

/** The end of the time for which a function is stopped. */
export interface BreakerTimer extends HeapTimer {
  readonly kind: "breaker";
  readonly function: FunctionState;
}
