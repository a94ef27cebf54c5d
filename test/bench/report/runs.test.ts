import { describe, expect, it } from "vitest";
import type { Figure } from "../../../bench/harness.ts";
import { reportFigure, reportSummary, type Result, type Run } from "../../../bench/report/report.ts";
import { combineRuns, reportRuns } from "../../../bench/report/runs.ts";
import { machine } from "../../support/bench-results.ts";

function figureOf(name: string): Figure {
  const run = (): Promise<never> => Promise.reject(new Error("not run"));
  return { name, about: "one ÷ the other", unit: "calls/s", target: 10, better: "higher", run };
}

function measured(name: string, ratio: number): Result {
  const outcome = {
    value: ratio * 100,
    baseline: 100,
    ratio,
    details: { headers: ["run"], rows: [[ratio]] },
  };
  return { kind: "measured", figure: figureOf(name), outcome };
}

function setup(...runs: readonly (readonly Result[])[]): readonly Run[] {
  return runs.map((results, index) => {
    return {
      plan: "full",
      measuredAt: `2026-01-0${index + 1}T00:00:00.000Z`,
      machine,
      versions: {},
      results,
    };
  });
}

describe("combineRuns", () => {
  it("leaves a single run as it is", () => {
    const [run] = setup([measured("a", 12)]);
    expect(combineRuns(setup([measured("a", 12)]))).toMatchObject({ results: [{ kind: "measured" }] });
    expect(combineRuns([run as Run])).toBe(run);
  });

  it("shows the run in the middle, with the ratio of each", () => {
    const { measuredAt, results } = combineRuns(
      setup([measured("a", 30)], [measured("a", 11)], [measured("a", 12)]),
    );
    expect(measuredAt).toBe("2026-01-01T00:00:00.000Z");
    const [reported] = results.map(reportFigure);
    expect(reported).toMatchObject({ ratio: 12, value: 1200, holds: true });
    expect(reported?.runs?.map(({ ratio }) => ratio)).toEqual([30, 11, 12]);
  });

  it.each([
    [[12, 9.9, 12], false],
    [[9, 9, 12], false],
    [[10, 10, 10], true],
  ])("of %j says that the figure holds: %s", (ratios, holds) => {
    const { results } = combineRuns(setup(...ratios.map((ratio) => [measured("a", ratio)])));
    expect(results.map(reportFigure)).toMatchObject([{ holds }]);
  });

  it("tells of a run that failed, and of what was skipped", () => {
    const failed: Result = { kind: "failed", figure: figureOf("a"), why: "wrong reply" };
    const skipped: Result = { kind: "skipped", figure: figureOf("b"), why: "no redis-server" };
    const runs = setup([measured("a", 12), skipped], [failed, skipped]);
    const [a, b] = combineRuns(runs).results.map(reportFigure);
    expect(a).toMatchObject({ failed: "wrong reply", holds: false });
    expect(b).toMatchObject({ skipped: "no redis-server", holds: null });
  });

  it("refuses none", () => {
    expect(() => combineRuns([])).toThrow("there is no run");
  });
});

describe("reportRuns", () => {
  const runs = setup(
    [measured("a", 12), measured("b", 8)],
    [measured("a", 13), measured("b", 10)],
    [measured("a", 14), measured("b", 11)],
  );
  const figures = combineRuns(runs).results.map(reportFigure);

  it("has a column for each run, and says how many figures hold in all", () => {
    const text = reportRuns(figures);
    expect(text).toMatch(/figure +run 1 +run 2 +run 3 +target/);
    expect(text).toMatch(/a +12 +13 +14 +≥ 10 +holds in 3 of 3/);
    expect(text).toMatch(/b +8 +10 +11 +≥ 10 +missed: holds in 2 of 3/);
    expect(text).toMatch(/1 of 2 figures hold in 3 of 3 runs$/);
  });

  it("goes with the usual table", () => {
    expect(reportSummary(figures)).toMatch(/b +1000 +100 +calls\/s +10 +≥ 10 +missed: holds in 2 of 3/);
  });
});
