/**
 * What the scheduler wants done. The shell performs actions in order; none of them fails: what goes wrong in doing
 * them comes back as an event.
 */
import type { AttemptId, BatchId, Incarnation, NodeId } from "../base/ids.ts";

export type Action =
  | Dispatch
  | CancelAttempt
  | Accept
  | Fail
  | AttemptEnded
  | Settled
  | NodeGone
  | NodeEjected
  | NodeReadmitted
  | Wake;

/** Send items [first, first + count) of the batch to the node as a new attempt. */
export interface Dispatch {
  readonly kind: "dispatch";
  readonly attempt: AttemptId;
  readonly batch: BatchId;
  readonly first: number;
  readonly count: number;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** 1 for the first try of these items. */
  readonly number: number;
  readonly cause: AttemptCause;
}

/**
 * Why there is an attempt: the first of its items; another after one failed; or, beside one that still runs, since it
 * takes longer than nearly all do (`hedge`) or holds up the end of a map (`straggler`).
 */
export type AttemptCause = "first" | "retry" | "hedge" | "straggler";

/** Tell the node that items [first, first + count) of the attempt are not wanted any more. */
export interface CancelAttempt {
  readonly kind: "cancelAttempt";
  readonly attempt: AttemptId;
  readonly node: NodeId;
  readonly first: number;
  readonly count: number;
}

/**
 * Results of the `progress` event at position `event` of this step's input that settle their items now. Items of that
 * event in no accepted range were settled before, failed, or were cancelled: their results are dropped.
 */
export interface Accept {
  readonly kind: "accept";
  readonly event: number;
  readonly batch: BatchId;
  readonly attempt: AttemptId;
  readonly first: number;
  readonly count: number;
  /** The try that brought the result. */
  readonly number: number;
  readonly node: NodeId;
}

/** Items [first, first + count) settle with this error. */
export interface Fail {
  readonly kind: "fail";
  readonly batch: BatchId;
  readonly first: number;
  readonly count: number;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** Tries that were made of them. */
  readonly attempts: number;
  /** Node of the last try, if there was one. */
  readonly node: NodeId | undefined;
  /** Wait before asking again, in ms; 0 for no advice. */
  readonly retryAfterMs: number;
}

/** An attempt is over; for traces and counters. `lost` is for nodes that died with it. */
export interface AttemptEnded {
  readonly kind: "attemptEnded";
  readonly attempt: AttemptId;
  readonly batch: BatchId;
  readonly node: NodeId;
  readonly outcome: "ok" | "failed" | "lost" | "cancelled";
  /** Items that will be tried again, and after how many ms at the earliest. */
  readonly retried: number;
  readonly backoffMs: number;
  /** Reason of the last failure; empty when all went well. */
  readonly reason: string;
}

/** Every item is settled and no more will come: forget the batch and its payloads. */
export interface Settled {
  readonly kind: "settled";
  readonly batch: BatchId;
}

/** The core gave the node up (its lease ran out): close its streams. */
export interface NodeGone {
  readonly kind: "nodeGone";
  readonly node: NodeId;
  readonly incarnation: Incarnation;
}

/** The node gets nothing for a while, since it fails what others do well; for people and counters. */
export interface NodeEjected {
  readonly kind: "nodeEjected";
  readonly node: NodeId;
  readonly until: number;
  /** In words. */
  readonly why: string;
}

/** An ejected node is taken back: it did well when it was probed, or there is no other. */
export interface NodeReadmitted {
  readonly kind: "nodeReadmitted";
  readonly node: NodeId;
}

/** Call `step` again at this time at the latest, with a tick if nothing else has happened. At most one a step, the last action. */
export interface Wake {
  readonly kind: "wake";
  readonly at: number;
}
