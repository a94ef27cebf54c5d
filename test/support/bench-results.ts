/** Results of the benchmark suite that nobody measured. */
import type { Machine } from "../../bench/report/machine.ts";
import type { SavedFigure, SavedResults } from "../../bench/report/saved-results.ts";

export const machine: Machine = {
  processor: "Loom 3000",
  cores: 2,
  memoryGiB: 24,
  system: "Linux 6.1",
  loadAverage: 0.4,
};

/** A figure that was measured, with a picture. */
export function savedFigure(name: string, ratio: number): SavedFigure {
  return {
    name,
    about: "one ÷ the other",
    value: ratio * 10_000,
    unit: "calls/s",
    baseline: 10_000,
    ratio,
    target: 10,
    better: "higher",
    holds: ratio >= 10,
    measuredAt: "2026-01-02T03:04:05.000Z",
    plan: "full",
    commit: "abc1234",
    details: { headers: ["subject", "calls/s"], rows: [["bare | echo", 10_000]] },
    charts: [
      {
        kind: "bars",
        name: "rates",
        title: "Rates",
        y: { label: "calls/s", scale: "linear" },
        bars: [{ name: "Heddle", value: ratio * 10_000 }],
      },
    ],
  };
}

/** Results with these figures. */
export function savedResults(figures: readonly SavedFigure[]): SavedResults {
  return { machine, versions: { heddle: "0.1.0", commit: "abc1234" }, figures };
}
