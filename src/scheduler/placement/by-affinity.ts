import type { Capacity } from "../capacity.ts";
import type { NodeState } from "../state.ts";
import { accepts, type Demand } from "./placement.ts";

/** How much more than its share of the attempts a node may hold for the sake of affinity. */
const loadFactor = 1.25;

/**
 * Places work on the node of its affinity key, or on the next one of the ring that is not overfull; undefined when
 * none accepts it.
 */
export function placeByAffinity(capacity: Capacity, demand: Demand): NodeState | undefined {
  if (demand.room !== "any") return undefined;
  const { ring, attempts, workers } = capacity;
  return ring.find(demand.affinity, (node) => {
    if (node.pool === "full" || !accepts(node, demand)) return false;
    const share = Math.ceil((loadFactor * (attempts + 1) * node.workers) / Math.max(1, workers));
    return node.attempts.length < share;
  });
}
