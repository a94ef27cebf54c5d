import type { NodeState } from "../state.ts";
import { accepts, placeBy, type Demand } from "./placement.ts";

/** Places on the candidate that has waited longest for work, whatever its load: a baseline to compare with. */
export const roundRobin = placeBy(pickInTurn);

function pickInTurn(candidates: readonly NodeState[], demand: Demand): NodeState | undefined {
  let first: NodeState | undefined;
  for (const node of candidates) {
    if (!accepts(node, demand)) continue;
    if (first === undefined || node.placedAt < first.placedAt) first = node;
  }
  return first;
}
