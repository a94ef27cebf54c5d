import { describe, expect, it } from "vitest";
import type { Figure } from "../../../bench/harness.ts";
import {
  reportDetails,
  reportFigure,
  reportJson,
  reportSummary,
  type Result,
} from "../../../bench/report/report.ts";
import { machine } from "../../support/bench-results.ts";

function setup(ratio: number, better: Figure["better"] = "higher"): Result & { kind: "measured" } {
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
  return { kind: "measured", figure, outcome };
}

const { figure } = setup(1);
const skipped: Result = { kind: "skipped", figure, why: "no redis-server: apt-get install redis-server" };
const failed: Result = { kind: "failed", figure, why: "wrong reply" };

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

  it("does not say that a figure holds which was not measured", () => {
    expect(reportFigure(skipped).holds).toBe(null);
    expect(reportFigure(failed).holds).toBe(false);
  });
});

describe("reportJson", () => {
  const run = {
    plan: "full",
    measuredAt: "2026-01-02T03:04:05.000Z",
    machine,
    versions: { node: "26.10.0" },
    results: [setup(4.2), skipped, failed],
  } as const;
  const of = {
    name: "invoke.throughput",
    about: "one ÷ the other",
    unit: "calls/s",
    target: 4,
    better: "higher",
  };
  const none = { value: null, baseline: null, ratio: null };

  it("has these keys and no others, also for figures that were not measured", () => {
    expect(JSON.parse(reportJson(run))).toEqual({
      plan: "full",
      measuredAt: "2026-01-02T03:04:05.000Z",
      machine,
      versions: { node: "26.10.0" },
      figures: [
        { ...of, value: 41_234.5, baseline: 10_300, ratio: 4.2, holds: true },
        { ...of, ...none, holds: null, skipped: "no redis-server: apt-get install redis-server" },
        { ...of, ...none, holds: false, failed: "wrong reply" },
      ],
    });
  });

  it("is one line", () => {
    expect(reportJson(run)).not.toContain("\n");
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

  it("lists the settings of what was compared with below it", () => {
    const { outcome, ...result } = setup(4.2);
    const settings = { "redis-server": "7.0.15", connections: "4" };
    expect(reportDetails({ ...result, outcome: { ...outcome, settings } })).toMatch(
      /10300\n\nredis-server: 7\.0\.15\nconnections: 4\n$/,
    );
  });

  it("says why there is none", () => {
    expect(reportDetails(skipped)).toContain("skipped: no redis-server: apt-get install redis-server");
  });
});

describe("reportSummary", () => {
  it("has a line for each figure, with its verdict", () => {
    const all = [setup(4.2), setup(3), skipped, failed].map(reportFigure);
    const [header, first, ...more] = reportSummary(all).split("\n");
    expect(header?.split(/\s+/)).toEqual(["figure", "heddle", "baseline", "unit", "ratio", "target"]);
    expect(first?.split(/\s+/)).toEqual([
      "invoke.throughput",
      "41235",
      "10300",
      "calls/s",
      "4.2",
      "≥",
      "4",
      "holds",
    ]);
    expect(more).toEqual([
      expect.stringMatching(/ 3 .*missed$/),
      expect.stringMatching(/ - .* - .*skipped$/),
      expect.stringMatching(/ - .* - .*failed$/),
    ]);
  });
});
