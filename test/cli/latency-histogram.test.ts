import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LatencyHistogram } from "../../src/cli/latency-histogram.ts";

function setup(times: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of times) histogram.record(ms);
  return histogram;
}

describe("LatencyHistogram", () => {
  it("says nothing of no calls", () => {
    expect(setup([]).summary()).toBe(undefined);
    expect(setup([]).steps()).toEqual([]);
  });

  it("gives percentiles to three digits", () => {
    const summary = setup(Array.from({ length: 1000 }, (_, index) => (index + 1) / 10)).summary();
    const expected = { min: 0.1, mean: 50.05, p50: 50, p90: 90, p99: 99, "p99.9": 99.9, max: 100 };
    expect(Object.keys(summary ?? {})).toEqual(Object.keys(expected));
    for (const [name, ms] of Object.entries(expected))
      expect(Math.abs((summary?.[name as keyof typeof expected] ?? 0) / ms - 1)).toBeLessThan(0.0011); // a key of it
  });

  it("counts calls in steps, from the first that has any to the last", () => {
    expect(setup([0.15, 0.2, 0.21, 3]).steps()).toEqual([
      { upToMs: 0.2, count: 2 },
      { upToMs: 0.5, count: 1 },
      { upToMs: 1, count: 0 },
      { upToMs: 2, count: 0 },
      { upToMs: 5, count: 1 },
    ]);
  });

  it("takes times of any size", () => {
    const histogram = setup([0, -1, 1e12, 3_600_000]);
    expect(histogram.count).toBe(4);
    expect(histogram.steps().reduce((sum, { count }) => sum + count, 0)).toBe(4);
  });

  it("keeps every percentile within a thousandth of the time that has that rank", () => {
    const times = fc.array(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, (all) => {
        const summary = setup(all).summary();
        const sorted = all.toSorted((a, b) => a - b);
        for (const [name, share] of [
          ["p50", 0.5],
          ["p90", 0.9],
          ["p99", 0.99],
          ["max", 1],
        ] as const) {
          // Which of two neighbours has a rank that lies between them is a matter of taste.
          const rank = sorted.length * share;
          const low = sorted[Math.max(0, Math.floor(rank) - 1)] ?? 0;
          const high = sorted[Math.max(0, Math.ceil(rank) - 1)] ?? 0;
          expect(summary?.[name]).toBeGreaterThanOrEqual(low * 0.9989 - 1e-6);
          expect(summary?.[name]).toBeLessThanOrEqual(high * 1.0011 + 1e-6);
        }
      }),
    );
  });
});
