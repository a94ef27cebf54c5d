/**
 * Times of calls. Percentiles come from Node's own HDR histogram, which keeps three digits of every time whatever its
 * size; beside it calls are counted in a few steps, for a picture that fits on a terminal.
 */
import { createHistogram } from "node:perf_hooks";

/** What is said of times, in ms. */
export interface LatencySummary {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly "p99.9": number;
  readonly max: number;
}

/** Calls that took longer than the step before and at most this. */
export interface LatencyStep {
  readonly upToMs: number;
  readonly count: number;
}

const nsPerMs = 1e6;
const longestMs = 3_600_000;
/** 1 µs, 2 µs, 5 µs, … up to an hour. */
const stepsMs: readonly number[] = [
  ...Array.from({ length: 27 }, (_, index) => Number(`${[1, 2, 5][index % 3]}e${Math.floor(index / 3) - 3}`)),
  longestMs,
];

export class LatencyHistogram {
  readonly #times = createHistogram({ lowest: 1, highest: longestMs * nsPerMs, figures: 3 });
  readonly #counts = new Float64Array(stepsMs.length);

  /** Counts a call that took this long, in ms. */
  record(ms: number): void {
    const bounded = Math.max(0, Math.min(longestMs, ms));
    this.#times.record(Math.max(1, Math.round(bounded * nsPerMs)));
    let step = 0;
    while (bounded > (stepsMs[step] ?? Infinity)) step++;
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
  }

  /** Calls counted. */
  get count(): number {
    return this.#times.count;
  }

  /** Undefined as long as nothing was counted. */
  summary(): LatencySummary | undefined {
    const times = this.#times;
    if (times.count === 0) return undefined;
    const at = (percent: number): number => inMs(Math.min(times.max, times.percentile(percent)));
    const [p50, p90, p99, most] = [at(50), at(90), at(99), at(99.9)];
    return {
      min: inMs(times.min),
      mean: inMs(times.mean),
      p50,
      p90,
      p99,
      "p99.9": most,
      max: inMs(times.max),
    };
  }

  /** From the first step that has calls to the last. */
  steps(): LatencyStep[] {
    const all = stepsMs.map((upToMs, index) => ({ upToMs, count: this.#counts[index] ?? 0 }));
    const first = all.findIndex(({ count }) => count > 0);
    const last = all.findLastIndex(({ count }) => count > 0);
    return first < 0 ? [] : all.slice(first, last + 1);
  }
}

function inMs(ns: number): number {
  return Math.round(ns) / nsPerMs;
}
