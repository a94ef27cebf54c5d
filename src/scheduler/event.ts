/**
 * What comes into the scheduler. An event speaks of a batch or of a range of it, never of one item of a map, so that
 * a million items cost as many steps as they make frames.
 *
 * A **batch** here is invocations of one function with the same options: those a client sent in one turn (`open:
 * false`, its items are known), or a map whose items still come in (`open: true`, grown by `appended`). Items are
 * numbered from 0. Times are milliseconds on one monotonic scale.
 */
import type { AttemptId, BatchId, Incarnation, NodeId } from "../base/ids.ts";

export type Event =
  | NodeJoined
  | NodeCredit
  | NodeAlive
  | NodeDraining
  | NodeLost
  | Submitted
  | Appended
  | Cancelled
  | Expired
  | Paused
  | Progress
  | Ended
  | { readonly kind: "tick" };

/** The stream to a registered node is open and the node takes work. A second join with a higher incarnation replaces the first. */
export interface NodeJoined {
  readonly kind: "nodeJoined";
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly workers: number;
  readonly zone: string;
}

/** What the node will take in total, replacing what it said before: it may shrink. */
export interface NodeCredit {
  readonly kind: "nodeCredit";
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** Estimated work it may hold, running and queued, in ms over all its workers. */
  readonly queueMs: number;
  /** Input bytes it may hold. */
  readonly queueBytes: number;
  /** Attempts it may hold. */
  readonly attempts: number;
  /** Items that run long hold all its workers: it takes short ones only. Default false. */
  readonly held?: boolean;
}

/** A heartbeat, or any other proof of life. */
export interface NodeAlive {
  readonly kind: "nodeAlive";
  readonly node: NodeId;
  readonly incarnation: Incarnation;
}

/** The node finishes what it has and takes nothing new. */
export interface NodeDraining {
  readonly kind: "nodeDraining";
  readonly node: NodeId;
  readonly incarnation: Incarnation;
}

/** Its stream closed (`closed`), or it left in order (`left`). Silence is found by the core itself, from the lease. */
export interface NodeLost {
  readonly kind: "nodeLost";
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly why: "closed" | "left";
}

/** What the scheduler may do with invocations of a function. */
export interface FunctionPolicy {
  /** Identity for estimates: `digest/function`. */
  readonly key: string;
  /** Has no effects: may be run again at any time. */
  readonly pure: boolean;
  /** Tries of one item, the first included; ≥ 1. */
  readonly attemptsMax: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /**
   * What takes longer than 95 % of the function's attempts, and at least so many ms, is tried once more elsewhere, and
   * the first outcome taken. Infinity never does. Only for what may be run again.
   */
  readonly hedgeMinMs: number;
  /** Are late attempts run once more elsewhere when nothing else is left to place? For maps. */
  readonly rerunStragglers: boolean;
  /** Items of the function that may run at a time, over all nodes; Infinity for no bound. */
  readonly concurrencyMax: number;
}

export interface Submitted {
  readonly kind: "submitted";
  readonly batch: BatchId;
  readonly function: FunctionPolicy;
  /** Items so far. */
  readonly count: number;
  /** Payload bytes of these items. */
  readonly bytes: number;
  /** More items follow by `appended`. */
  readonly open: boolean;
  /** Infinity for none. */
  readonly deadlineAt: number;
  /** Higher first; 0 is normal. */
  readonly priority: number;
  /** Whose it is, for fair shares. */
  readonly client: string;
  /** Batches with the same key like the same node; empty for none. */
  readonly affinity: string;
}

/** The next items of an open batch. One event is one frame: at most `framePayloadMaxBytes`, or a single larger item. */
export interface Appended {
  readonly kind: "appended";
  readonly batch: BatchId;
  readonly count: number;
  readonly bytes: number;
  /** False closes the batch: these were the last. */
  readonly open: boolean;
}

/** The caller no longer wants these items; `count: Infinity` is all from `first` on, and closes the batch. */
export interface Cancelled {
  readonly kind: "cancelled";
  readonly batch: BatchId;
  readonly first: number;
  readonly count: number;
}

/** The time of these items is over, although that of their batch is not. */
export interface Expired {
  readonly kind: "expired";
  readonly batch: BatchId;
  readonly first: number;
  readonly count: number;
}

/** The caller does not read its results at present: nothing new of the batch is placed until it does. */
export interface Paused {
  readonly kind: "paused";
  readonly batch: BatchId;
  readonly paused: boolean;
}

/** An item of an attempt that failed on the node, or several in a row that failed alike. */
export interface ItemFailure {
  /** Index in the batch. */
  readonly index: number;
  /** How many items; 0 and none are one. */
  readonly count?: number;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Outcomes of the items [first, first + count) of an attempt: all succeeded but those listed, in ascending order. */
export interface Progress {
  readonly kind: "progress";
  readonly attempt: AttemptId;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly first: number;
  readonly count: number;
  readonly failures: readonly ItemFailure[];
  /** Time the worker spent on them, in ms. */
  readonly runMs: number;
}

/**
 * The node is done with the attempt. Items it never reported have not started (`NOT_STARTED`, `NODE_DRAINING`,
 * `NODE_OVERLOADED`, `MODULE_UNAVAILABLE`), or failed with the reason given.
 */
export interface Ended {
  readonly kind: "ended";
  readonly attempt: AttemptId;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** Why unreported items were not run; ignored when all were reported. */
  readonly rest: {
    readonly code: number;
    readonly reason: string;
    readonly message: string;
    /** When to try again, in ms; negative forbids it. Without it the back-off decides. */
    readonly pushbackMs?: number | undefined;
  };
}
