import type { NodeId } from "../base/ids.ts";
import { workKind } from "./capacity.ts";
import { placeByAffinity } from "./placement/by-affinity.ts";
import type { Room } from "./placement/placement.ts";
import type { BatchState, NodeState, SchedulerState } from "./state.ts";

/** A range that looks for a node. */
export interface Wanted {
  readonly batch: BatchState;
  readonly estimatedMs: number;
  readonly count: number;
  readonly bytes: number;
  readonly failedNodes: readonly NodeId[];
  readonly room: Room;
}

/** Where a range goes. Nodes that failed it are avoided while any other node is there, be it busy. */
export function chooseNode(state: SchedulerState, wanted: Wanted): NodeState | undefined {
  const { capacity, placement, random, options } = state;
  const { batch, estimatedMs, count, bytes, failedNodes, room } = wanted;
  const { function: fn, affinity } = batch;
  const avoid = failedNodes.length > 0 && hasOther(state, failedNodes) ? failedNodes : noNodes;
  const { nodeQueueMs, wayBytesPerMs, hastyTargetMs: briefMs } = options;
  const work = { function: fn, estimatedMs, kind: workKind(estimatedMs, count, options), bytes, affinity };
  const demand = { ...work, avoid, room, nodeQueueMs, wayBytesPerMs, briefMs };
  const liked = affinity === "" ? undefined : placeByAffinity(capacity, demand);
  return liked ?? placement(capacity, demand, random);
}

const noNodes: readonly NodeId[] = [];

function hasOther(state: SchedulerState, failedNodes: readonly NodeId[]): boolean {
  let failed = 0;
  for (const id of failedNodes) {
    const node = state.nodes.get(id);
    if (node?.phase === "joined" && node.health.phase !== "ejected") failed++;
  }
  return state.capacity.joined - state.capacity.ejected > failed;
}
