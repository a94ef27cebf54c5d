import type { NodeId } from "../base/ids.ts";
import { placeByAffinity } from "./placement/by-affinity.ts";
import type { BatchState, NodeState, SchedulerState } from "./state.ts";

const noNodes: readonly NodeId[] = [];

/** Where a range goes. Nodes that failed it are avoided while any other node is there, be it busy. */
export function chooseNode(
  state: SchedulerState,
  { affinity }: Pick<BatchState, "affinity">,
  estimatedMs: number,
  bytes: number,
  failedNodes: readonly NodeId[] = noNodes,
): NodeState | undefined {
  const { capacity, placement, random, options } = state;
  const avoid = failedNodes.length > 0 && hasOther(state, failedNodes) ? failedNodes : noNodes;
  const { nodeQueueMs, wayBytesPerMs } = options;
  const demand = { estimatedMs, bytes, affinity, avoid, nodeQueueMs, wayBytesPerMs };
  const liked = affinity === "" ? undefined : placeByAffinity(capacity, demand);
  return liked ?? placement(capacity, demand, random);
}

function hasOther(state: SchedulerState, failedNodes: readonly NodeId[]): boolean {
  let failed = 0;
  for (const id of failedNodes) {
    const node = state.nodes.get(id);
    if (node?.phase === "joined" && node.health.phase !== "ejected") failed++;
  }
  return state.capacity.joined - state.capacity.ejected > failed;
}
