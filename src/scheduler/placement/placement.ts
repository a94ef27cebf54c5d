/** The choice of a node for a range. What all ways of choosing share is here; they differ in whom they prefer. */
import type { NodeId } from "../../base/ids.ts";
import type { Random } from "../../base/random.ts";
import { wayMs, type Capacity } from "../capacity.ts";
import type { NodeState } from "../state.ts";

/** What is to be placed. */
export interface Demand {
  /** Infinity when nobody has timed the function yet. */
  readonly estimatedMs: number;
  readonly bytes: number;
  /** Work with the same key likes the same node; empty for none. */
  readonly affinity: string;
  /** Nodes that must not get it. */
  readonly avoid: readonly NodeId[];
  /** Estimated work a busy node may hold per worker. */
  readonly nodeQueueMs: number;
  /** See the options of the scheduler. */
  readonly wayBytesPerMs: number;
}

/** Chooses among the candidates one that accepts the demand, or undefined when none of those looked at does. */
export type Pick = (
  candidates: readonly NodeState[],
  demand: Demand,
  random: Random,
) => NodeState | undefined;

/** Chooses a node, or undefined: the range waits. */
export type Placement = (capacity: Capacity, demand: Demand, random: Random) => NodeState | undefined;

/**
 * A placement that prefers idle nodes to busy ones, among either those of the scheduler's own zone, and among these
 * those that `pick` prefers.
 */
export function placeBy(pick: Pick): Placement {
  return ({ near, idle, open }, demand, random) =>
    pick(near.idle, demand, random) ??
    pick(idle, demand, random) ??
    pick(near.open, demand, random) ??
    pick(open, demand, random);
}

/**
 * May this candidate take it? A free worker takes work of any length, else nothing long would ever run; behind other
 * work only goes what keeps the node below its bound, so that long work waits for whichever worker is free first.
 */
export function accepts(node: NodeState, demand: Demand): boolean {
  if (demand.avoid.length > 0 && demand.avoid.includes(node.id)) return false;
  if (node.outstandingBytes + demand.bytes > node.creditBytes) return false;
  if (node.pool === "idle") return true;
  const afterwardsMs = node.outstandingMs + demand.estimatedMs - wayMs(node, demand.bytes, demand);
  return afterwardsMs < demand.nodeQueueMs * node.workers && afterwardsMs <= node.creditMs;
}

/** Is the first node less loaded: by estimated work per worker, then by attempts per worker? */
export function lessLoaded(first: NodeState, second: NodeState): boolean {
  const firstMs = first.outstandingMs / first.workers;
  const secondMs = second.outstandingMs / second.workers;
  if (firstMs !== secondMs) return firstMs < secondMs;
  return first.attempts.length / first.workers < second.attempts.length / second.workers;
}
