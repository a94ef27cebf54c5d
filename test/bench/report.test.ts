import { describe, expect, it } from "vitest";
import type { Figure } from "../../bench/harness.ts";
import { reportDetails, reportFigure, reportJson, reportSummary, type Result } from "../../bench/report.ts";

function setup(ratio: number, better: Figure["better"] = "higher"): Result {
  const outcome = {
    value: 41_234.5,
    baseline: 10_300,
    ratio,
    details: { headers: ["subject", "calls/s"], rows: [["bare", 10_300]] },
  };
  const figure: Figure = {
    name: "invoke.throughput",
    about: "one ÷ the other",
    unit: "calls/s",
    target: 4,
    better,
    run: () => Promise.resolve(outcome),
  };
  return { figure, outcome };
}

describe("reportFigure", () => {
  it.each([
    ["higher", 4.1, true],
    ["higher", 4, true],
    ["higher", 3.9, false],
    ["lower", 3.9, true],
    ["lower", 4, true],
    ["lower", 4.1, false],
  ] as const)("where %s is better, a ratio of %d to a target of 4: %s", (better, ratio, holds) => {
    expect(reportFigure(setup(ratio, better)).holds).toBe(holds);
  });
});

describe("reportJson", () => {
  it("has these keys and no others", () => {
    expect(JSON.parse(reportJson([setup(4.2)]))).toEqual({
      figures: [
        {
          name: "invoke.throughput",
          value: 41_234.5,
          unit: "calls/s",
          baseline: 10_300,
          ratio: 4.2,
          target: 4,
          holds: true,
        },
      ],
    });
  });

  it("is one line", () => {
    expect(reportJson([setup(4.2), setup(3)])).not.toContain("\n");
  });
});

describe("reportDetails", () => {
  it("says what is compared above the figure's own table", () => {
    expect(reportDetails(setup(4.2)).split("\n")).toEqual([
      "invoke.throughput: one ÷ the other",
      "",
      "subject  calls/s",
      "bare       10300",
      "",
    ]);
  });
});

describe("reportSummary", () => {
  it("has a line for each figure, with its verdict", () => {
    const [header, first, second] = reportSummary([setup(4.2), setup(3)]).split("\n");
    expect(header?.split(/\s+/)).toEqual(["figure", "heddle", "baseline", "unit", "ratio", "target"]);
    expect(first?.split(/\s+/)).toEqual([
      "invoke.throughput",
      "41235",
      "10300",
      "calls/s",
      "4.20",
      "≥",
      "4",
      "holds",
    ]);
    expect(second).toMatch(/3\.00 .*missed$/);
  });
});
