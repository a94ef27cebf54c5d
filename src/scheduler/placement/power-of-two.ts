/**
 * The less loaded of two nodes drawn by lot. Choosing the least loaded of all sends everybody to the same node until
 * its load shows; one by lot leaves some far behind. Two draws keep the longest queue exponentially shorter than one
 * (M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001). Few candidates are all looked at,
 * from a place drawn by lot so that equals take turns.
 */
import { limits } from "../../base/limits.ts";
import type { Random } from "../../base/random.ts";
import type { NodeState } from "../state.ts";
import { accepts, lessLoaded, placeBy, type Demand } from "./placement.ts";

/** Places on the less loaded of two nodes drawn by lot. */
export const powerOfTwo = placeBy(pickOfTwo);

function pickOfTwo(candidates: readonly NodeState[], demand: Demand, random: Random): NodeState | undefined {
  const { length } = candidates;
  if (length === 0) return undefined;
  const start = length === 1 ? 0 : Math.floor(random.next() * length);
  if (length <= limits.placementScanMax) return leastOf(candidates, demand, start);
  const first = candidates[start];
  const second = candidates[(start + 1 + Math.floor(random.next() * (length - 1))) % length];
  const one = first !== undefined && accepts(first, demand) ? first : undefined;
  const other = second !== undefined && accepts(second, demand) ? second : undefined;
  if (one !== undefined && other !== undefined) return lessLoaded(other, one) ? other : one;
  return one ?? other ?? firstOf(candidates, demand, start);
}

function leastOf(candidates: readonly NodeState[], demand: Demand, start: number): NodeState | undefined {
  const { length } = candidates;
  let least: NodeState | undefined;
  for (let step = 0; step < length; step++) {
    const node = candidates[(start + step) % length];
    if (node === undefined || !accepts(node, demand)) continue;
    if (least === undefined || lessLoaded(node, least)) least = node;
  }
  return least;
}

/** Both draws refused: any other, so that no idle node stays idle. */
function firstOf(candidates: readonly NodeState[], demand: Demand, start: number): NodeState | undefined {
  const { length } = candidates;
  for (let step = 1; step < length; step++) {
    const node = candidates[(start + step) % length];
    if (node !== undefined && accepts(node, demand)) return node;
  }
  return undefined;
}
