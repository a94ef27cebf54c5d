import type { Incarnation, NodeId } from "../base/ids.ts";
import { countWanted } from "./wanted-items.ts";
import type { AttemptState, NodeState, SchedulerState } from "./state.ts";
import { forUncovered } from "./twin.ts";

/** What a scheduler holds at present. */
export interface SchedulerSnapshot {
  /** In the order in which they joined. */
  readonly nodes: readonly NodeSnapshot[];
  /** Batches that are not settled. */
  readonly batches: number;
  /** Attempts on nodes. */
  readonly attempts: number;
  /** Unsettled items, and the payload bytes of them. */
  readonly items: number;
  readonly bytes: number;
  /** Those of the items that are on no node: waiting for their turn, a node, their client or the end of a back-off. */
  readonly waitingItems: number;
}

/** A node as the scheduler sees it. */
export interface NodeSnapshot {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly zone: string;
  readonly state: "joined" | "draining";
  readonly workers: number;
  /** Attempts on it. */
  readonly attempts: number;
  /** Estimated work of these that is not reported yet. */
  readonly outstandingMs: number;
  readonly outstandingBytes: number;
  /** Why it gets nothing at present, and until when by the scheduler's clock; undefined while it is not ejected. */
  readonly ejected: { readonly why: string; readonly until: number } | undefined;
}

/** A copy of the figures, at the cost of a look at every node and attempt. */
export function takeSnapshot(state: SchedulerState): SchedulerSnapshot {
  let running = 0;
  for (const attempt of state.attempts.values()) running += countAlone(attempt);
  return {
    nodes: [...state.nodes.values()].map(nodeSnapshot),
    batches: state.batches.size,
    attempts: state.attempts.size,
    items: state.items,
    bytes: state.bytes,
    waitingItems: state.items - running,
  };
}

/** Items that run in this attempt; those of two attempts are counted in the older one. */
function countAlone(attempt: AttemptState): number {
  const { twin } = attempt;
  if (twin === undefined || twin.id > attempt.id) return countWanted(attempt);
  let count = 0;
  forUncovered(attempt, attempt.first, attempt.end, (first, end) => {
    count += countWanted(attempt, first, end);
  });
  return count;
}

function nodeSnapshot(node: NodeState): NodeSnapshot {
  const { id, incarnation, zone, phase, workers, attempts, outstandingMs, outstandingBytes } = node;
  const { phase: health, why, ejectedUntil: until } = node.health;
  const ejected = health === "ejected" ? { why, until } : undefined;
  const figures = { workers, attempts: attempts.length, outstandingMs, outstandingBytes };
  return { node: id, incarnation, zone, state: phase, ...figures, ejected };
}
