/** What items of a function cost, from what nodes report. */
import type { FunctionState } from "./state.ts";

/** Clocks are coarse: an item is never taken to cost nothing. */
const leastMsPerItem = 1e-4;

/** Takes a report of `count` items that ran for `runMs` together; a time that cannot be is left out. */
export function learn(fn: FunctionState, count: number, runMs: number): void {
  if (count > 0 && runMs >= 0 && runMs < Infinity) fn.msPerItem.add(Math.max(leastMsPerItem, runMs / count));
}

/** Estimated run of `count` items, Infinity while the function is unknown. */
export function estimateMs(fn: FunctionState, count: number): number {
  const { value } = fn.msPerItem;
  return value === undefined ? Infinity : value * count;
}
