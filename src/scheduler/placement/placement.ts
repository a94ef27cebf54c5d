/** The choice of a node for a range. What all ways of choosing share is here; they differ in whom they prefer. */
import type { NodeId } from "../../base/ids.ts";
import { limits } from "../../base/limits.ts";
import type { Random } from "../../base/random.ts";
import { wayMs, type Capacity } from "../capacity.ts";
import type { FunctionState, NodeState, WorkKind } from "../state.ts";

/** What is to be placed. */
export interface Demand {
  readonly function: FunctionState;
  /** Infinity when nobody has timed the function yet. */
  readonly estimatedMs: number;
  readonly kind: WorkKind;
  /** What is left to it: any room, only what is kept for brief work, or only the lanes of nodes that long items hold. */
  readonly room: Room;
  readonly bytes: number;
  /** Work with the same key likes the same node; empty for none. */
  readonly affinity: string;
  /** Nodes that must not get it. */
  readonly avoid: readonly NodeId[];
  /** Estimated work a busy node may hold per worker. */
  readonly nodeQueueMs: number;
  /** See the options of the scheduler. */
  readonly wayBytesPerMs: number;
  /** Brief work that a node may hold per worker, whatever else it has: it goes before that. */
  readonly briefMs: number;
}

/** See `Demand`. */
export type Room = "any" | "brief" | "held";

/** Chooses among the candidates one that accepts the demand, or undefined when none of those looked at does. */
export type Pick = (
  candidates: readonly NodeState[],
  demand: Demand,
  random: Random,
) => NodeState | undefined;

/** Chooses a node, or undefined: the range waits. */
export type Placement = (capacity: Capacity, demand: Demand, random: Random) => NodeState | undefined;

/**
 * A placement that prefers idle nodes to busy ones and these to a lane, among each those of the scheduler's own zone, and
 * among these those that `pick` prefers.
 */
export function placeBy(pick: Pick): Placement {
  return ({ near, idle, open, lane }, demand, random) => {
    const { room } = demand;
    const idler = room === "any" ? nearest(pick, near.idle, idle, demand, random) : undefined;
    const node = idler ?? (room === "held" ? undefined : nearest(pick, near.open, open, demand, random));
    return node ?? (lane.length > 0 ? nearest(pick, near.lane, lane, demand, random) : undefined);
  };
}

/** Called for every range: no closure of `placeBy` for that reason. */
function nearest(
  pick: Pick,
  near: readonly NodeState[],
  all: readonly NodeState[],
  demand: Demand,
  random: Random,
): NodeState | undefined {
  const close = near.length > 0 ? pick(near, demand, random) : undefined;
  return close ?? pick(all, demand, random);
}

/**
 * May this candidate take it? A free worker takes work of any length, else nothing long would ever run; behind other
 * work only goes what keeps the node below its bound, so that long work waits for whichever worker is free first. Brief
 * work is taken above the bound as well: it goes before what a node holds, and would wait here for a result to come.
 */
export function accepts(node: NodeState, demand: Demand): boolean {
  if (demand.avoid.length > 0 && demand.avoid.includes(node.id)) return false;
  if (node.outstandingBytes + demand.bytes > node.creditBytes) return false;
  if (node.pool === "idle") return true;
  if (
    demand.kind === "brief" &&
    !node.held &&
    demand.room !== "held" &&
    node.briefMs < demand.briefMs * node.workers
  )
    return true;
  if (node.pool === "lane") return node.held && mayUseLane(node, demand);
  if (demand.room !== "any") return false;
  const afterwardsMs = node.outstandingMs + demand.estimatedMs - wayMs(node, demand.bytes, demand);
  return afterwardsMs < demand.nodeQueueMs * node.workers && afterwardsMs <= node.creditMs;
}

/**
 * Short work may use the lane of a node that long items hold, and what nobody has timed as well, or a short function that
 * was never called would have to wait until they are over; but one attempt of a function only, and never so many that they
 * take all threads of the lane.
 */
function mayUseLane(node: NodeState, { kind, estimatedMs, function: fn }: Demand): boolean {
  if (estimatedMs !== Infinity) return kind !== "long";
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
