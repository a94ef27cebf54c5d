import { describe, expect, it } from "vitest";
import { mergeResults, saveRun } from "../../../bench/report/saved-results.ts";
import { machine, savedFigure, savedResults } from "../../support/bench-results.ts";

describe("saveRun", () => {
  it("keeps with each figure when and on what it was measured, and what was found", () => {
    const { name, about, unit, target, better, value, baseline, ratio, details, charts } = savedFigure(
      "a",
      12,
    );
    const outcome = { value: value ?? 0, baseline: baseline ?? 0, ratio: ratio ?? 0, details, charts };
    const figure = { name, about, unit, target, better, run: () => Promise.reject(new Error("not run")) };
    const measured = {
      kind: "measured",
      figure,
      outcome: { ...outcome, details: details ?? { headers: [], rows: [] } },
    };
    const run = {
      plan: "full",
      measuredAt: "2026-01-02T03:04:05.000Z",
      machine,
      versions: { heddle: "0.1.0", commit: "abc1234" },
      results: [{ ...measured, outcome: { ...measured.outcome, charts: charts ?? [] } }],
    } as Parameters<typeof saveRun>[0]; // the literals above would widen otherwise
    expect(saveRun(run)).toEqual(savedResults([savedFigure("a", 12)]));
  });
});

describe("mergeResults", () => {
  const before = savedResults([savedFigure("a", 1), savedFigure("b", 2), savedFigure("gone", 3)]);

  it("replaces what was measured again and keeps the rest, in the order of the suite", () => {
    const merged = mergeResults(before, savedResults([savedFigure("c", 9), savedFigure("a", 8)]), [
      "a",
      "b",
      "c",
    ]);
    expect(merged.figures.map(({ name, ratio }) => [name, ratio])).toEqual([
      ["a", 8],
      ["b", 2],
      ["c", 9],
    ]);
  });

  it("keeps what was measured when it is skipped later", () => {
    const skipped = { ...savedFigure("a", 8), ratio: null, holds: null, skipped: "no redis-server" };
    expect(mergeResults(before, savedResults([skipped]), ["a"]).figures).toEqual([savedFigure("a", 1)]);
    expect(mergeResults(undefined, savedResults([skipped]), ["a"]).figures).toEqual([skipped]);
  });

  it("keeps nothing of another machine", () => {
    const other = { ...before, machine: { ...machine, processor: "Loom 4000" } };
    expect(mergeResults(other, savedResults([savedFigure("b", 9)]), ["a", "b"]).figures).toHaveLength(1);
  });

  it("takes the first run as it is", () => {
    const latest = savedResults([savedFigure("a", 8)]);
    expect(mergeResults(undefined, latest, ["a", "b"])).toEqual(latest);
  });
});
