/** What items of a function cost, from what nodes report. */
import { limits } from "../base/limits.ts";
import { MovingAverage } from "../base/moving-average.ts";
import type { SchedulerOptions } from "./options.ts";
import type { FunctionState } from "./state.ts";

/** Share of a new report in the average: a change of cost shows after about five of them. */
const sampleWeight = 0.2;

/** Clocks are coarse: an item is never taken to cost nothing. */
const leastMsPerItem = 1e-4;

/** The function of that key. When there are too many, the one that was met first is forgotten. */
export function functionOf(
  functions: Map<string, FunctionState>,
  key: string,
  { retryTokensMax: retryTokens }: Pick<SchedulerOptions, "retryTokensMax">,
): FunctionState {
  const known = functions.get(key);
  if (known !== undefined) return known;
  for (const oldest of functions.keys()) {
    if (functions.size < limits.estimatesMax) break;
    functions.delete(oldest);
  }
  const fresh: FunctionState = { key, msPerItem: new MovingAverage(sampleWeight), retryTokens };
  functions.set(key, fresh);
  return fresh;
}

/** Takes a report of `count` items that ran for `runMs` together; a time that cannot be is left out. */
export function learn(fn: FunctionState, count: number, runMs: number): void {
  if (count > 0 && runMs >= 0 && runMs < Infinity) fn.msPerItem.add(Math.max(leastMsPerItem, runMs / count));
}

/** Estimated run of `count` items, Infinity while the function is unknown. */
export function estimateMs(fn: FunctionState, count: number): number {
  const { value } = fn.msPerItem;
  return value === undefined ? Infinity : value * count;
}
