import { describe, expect, it } from "vitest";
import { concurrencyChart, percentilesChart } from "../../../bench/subjects/invoke-charts.ts";
import type { LoadSubject } from "../../../bench/subjects/invoke-subjects.ts";
import { shownPercentiles, type Round } from "../../../bench/load/load.ts";

const round = (calls: number): Round => ({
  calls,
  elapsedMs: 1000,
  p50Ms: 1,
  p99Ms: 2,
  percentilesMs: shownPercentiles.map((percent) => percent * calls),
});

function setup() {
  const asked: string[] = [];
  const subject = (name: string, factor: number): LoadSubject => ({
    name,
    measure: () => Promise.resolve(round(factor)),
    measureWith(inFlight, durationMs) {
      asked.push(`${name} ${inFlight} ${durationMs}`);
      return Promise.resolve(round(inFlight * factor));
    },
  });
  return { asked, subjects: [subject("A", 10), subject("B", 1)] };
}

describe("concurrencyChart", () => {
  it("has the rate of each subject with few and with many calls in flight, measured in turns", async () => {
    const { asked, subjects } = setup();
    const { series } = await concurrencyChart(subjects, { warmUpMs: 0, rounds: 1, roundMs: 30 }, () => {});
    expect(asked.slice(0, 4)).toEqual(["A 1 10", "B 1 10", "A 4 10", "B 4 10"]);
    expect(series.map(({ name, points }) => [name, points[1]])).toEqual([
      ["A", [4, 40]],
      ["B", [4, 4]],
    ]);
  });
});

describe("percentilesChart", () => {
  it("has the median of the rounds for each percentile", () => {
    const { subjects } = setup();
    const { series } = percentilesChart(subjects, [[round(1), round(5), round(2)], [round(3)]]);
    expect(series.map(({ points }) => points[3])).toEqual([
      [50, 100],
      [50, 150],
    ]);
  });
});
