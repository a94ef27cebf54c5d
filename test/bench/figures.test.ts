/** A very short run of every figure, with all its processes: no number that comes out is worth anything. */
import { describe, expect, it, onTestFinished } from "vitest";
import { drawChart } from "../../bench/draw/draw-chart.ts";
import { chooseFigures, figures } from "../../bench/figures.ts";
import { Unavailable } from "../../bench/harness.ts";
import { reportFigure } from "../../bench/report/report.ts";
import { lacking } from "../support/prerequisite.ts";
import { expectWellFormed } from "../support/well-formed.ts";

describe("chooseFigures", () => {
  it("gives all without a name", () => {
    expect(chooseFigures([])).toEqual(figures);
  });

  it.each([
    [["invoke.latency"], ["invoke.latency"]],
    [["invoke"], ["invoke.throughput", "invoke.latency"]],
    [
      ["invoke.latency", "invoke"],
      ["invoke.throughput", "invoke.latency"],
    ],
  ])("gives for %j %j", (names, chosen) => {
    expect(chooseFigures(names).map((figure) => figure.name)).toEqual(chosen);
  });

  it.each(["invok", "latency", ""])("refuses %j and names what there is", (name) => {
    expect(() => chooseFigures([name])).toThrow(/no figure is named ".*"; there are: invoke.throughput, /);
  });
});

describe("figures", () => {
  it("have names of their own", () => {
    expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
  });

  it.for(figures.map((figure) => [figure.name, figure] as const))(
    "%s runs",
    { timeout: 300_000 },
    async ([name, figure], { skip }) => {
      const scope = new AsyncDisposableStack();
      onTestFinished(() => scope.disposeAsync());
      const plan = { warmUpMs: 20, rounds: 1, roundMs: 20 };
      const outcome = await figure
        .run({ plan, scope, shared: scope, note: () => {} })
        .catch((error: unknown) => {
          if (!(error instanceof Unavailable)) throw error;
          lacking(`${name}: ${error.message}`);
          return skip();
        });
      const { value, baseline, ratio } = outcome;
      expect(reportFigure({ kind: "measured", figure, outcome })).toMatchObject({ value, baseline, ratio });
      expect(value).toBeGreaterThan(0);
      expect(baseline).toBeGreaterThan(0);
      expect(ratio).toBeCloseTo(value / baseline);
      expect(outcome.details.rows.length).toBeGreaterThanOrEqual(2);
      for (const chart of outcome.charts ?? []) expectWellFormed(drawChart(chart));
    },
  );
});
