/** The choice of a node for a range. What all ways of choosing share is here; they differ in whom they prefer. */
import type { NodeId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { Random } from "../../base/random.ts";
import { wayMs, type Capacity } from "../capacity.ts";
import type { FunctionState, NodeState } from "../state.ts";

/** What is to be placed. */
export interface Demand {
  readonly function: FunctionState;
  /** Infinity when nobody has timed the function yet. */
  readonly estimatedMs: number;
  /** Of one item. */
  readonly itemMs: number;
  /** Only a thread for short work is left to it: everything else is spoken for. */
  readonly laneOnly: boolean;
  readonly bytes: number;
  /** Nodes that must not get it. */
  readonly avoid: readonly NodeId[];
  /** Estimated work a busy node may hold per worker. */
  readonly nodeQueueMs: number;
  /** See the options of the scheduler. */
  readonly wayBytesPerMs: number;
  readonly lateItemMs: number;
}

/** Chooses among the candidates one that accepts the demand, or undefined when none of those looked at does. */
export type Pick = (
  candidates: readonly NodeState[],
  demand: Demand,
  random: Random,
) => NodeState | undefined;

/** Chooses a node, or undefined: the range waits. */
export type Placement = (capacity: Capacity, demand: Demand, random: Random) => NodeState | undefined;

/** A placement that prefers idle nodes to busy ones and these to a lane, and among each those that `pick` prefers. */
export function placeBy(pick: Pick): Placement {
  return ({ idle, open, lane }, demand, random) => {
    const node = demand.laneOnly ? undefined : (pick(idle, demand, random) ?? pick(open, demand, random));
    return node ?? (lane.length > 0 ? pick(lane, demand, random) : undefined);
  };
}

/**
 * May this candidate take it? A free worker takes work of any length, else nothing long would ever run; behind other
 * work only goes what keeps the node below its bound, so that long work waits for whichever worker is free first.
 */
export function accepts(node: NodeState, demand: Demand): boolean {
  if (demand.avoid.length > 0 && demand.avoid.includes(node.id)) return false;
  if (node.outstandingBytes + demand.bytes > node.creditBytes) return false;
  if (node.pool === "idle") return true;
  if (node.pool === "lane") return mayUseLane(node, demand);
  const afterwardsMs = node.outstandingMs + demand.estimatedMs - wayMs(node, demand.bytes, demand);
  return afterwardsMs < demand.nodeQueueMs * node.workers && afterwardsMs <= node.creditMs;
}

/**
 * Short work may. What nobody has timed may as well, or a short function that was never called would have to wait until
 * long items are over; but one attempt of a function only, and never so many that they take all threads of the lane.
 */
function mayUseLane(node: NodeState, { itemMs, lateItemMs, function: fn }: Demand): boolean {
  if (itemMs !== Infinity) return itemMs <= lateItemMs;
  if (node.longAttempts >= node.workers + limits.laneThreadsMax) return false;
  let alike = 0;
  for (const { batch } of node.attempts) if (batch.function === fn) alike++;
  return alike <= node.workers;
}

/** Is the first node less loaded: by estimated work per worker, then by attempts per worker? */
export function lessLoaded(first: NodeState, second: NodeState): boolean {
  const firstMs = first.outstandingMs / first.workers;
  const secondMs = second.outstandingMs / second.workers;
  if (firstMs !== secondMs) return firstMs < secondMs;
  return first.attempts.length / first.workers < second.attempts.length / second.workers;
}
