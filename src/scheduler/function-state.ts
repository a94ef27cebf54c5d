/** What is remembered of functions: of so many that memory stays bounded. */
import { limits } from "../base/limits.ts";
import { MovingAverage } from "../base/moving-average.ts";
import { QuantileSketch } from "../base/quantile-sketch.ts";
import { createBreaker } from "./breaker.ts";
import type { SchedulerOptions } from "./options.ts";
import type { FunctionState } from "./state.ts";

/** Share of a new report in the average: a change of cost shows after about five of them. */
const sampleWeight = 0.2;

/** Items whose time from placement to report is remembered in full. */
const reportsMax = 2_000;

/** The function of that key. When there are too many, the one that was met first is forgotten. */
export function functionOf(
  functions: Map<string, FunctionState>,
  key: string,
  options: Pick<SchedulerOptions, "retryTokensMax" | "hedgeBurstItems">,
): FunctionState {
  const known = functions.get(key);
  if (known !== undefined) return known;
  for (const [oldest, { running, parked, breaker }] of functions) {
    if (functions.size < limits.estimatesMax) break;
    const inUse = running > 0 || parked.size > 0 || breaker.phase !== "closed";
    if (!inUse) functions.delete(oldest);
  }
  const fresh: FunctionState = {
    key,
    msPerItem: new MovingAverage(sampleWeight),
    reportMs: new QuantileSketch(limits.lateQuantile, reportsMax),
    retryTokens: options.retryTokensMax,
    hedgeTokens: options.hedgeBurstItems,
    running: 0,
    parked: new Set(),
    breaker: createBreaker(),
  };
  functions.set(key, fresh);
  return fresh;
}
