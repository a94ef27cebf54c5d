/** One picture of all figures: how far each is from its target, to which side. */
import type { Bar, BarChart } from "../draw/chart.ts";
import { targetOf, shortNumber, type ReportedFigure } from "./report.ts";

/** A bar for each figure that was measured; better than the target is right of it, whichever way the figure goes. */
export function targetsChart(figures: readonly ReportedFigure[]): BarChart {
  return {
    kind: "bars",
    name: "targets",
    title: "All figures against their targets",
    y: { label: "times better than the target (left of 1: missed)", scale: "log" },
    from: 1,
    reference: { name: "target", value: 1 },
    bars: figures.map(barOf),
  };
}

function barOf(figure: ReportedFigure): Bar {
  const { name, ratio, target, better, holds } = figure;
  if (ratio === null) return { name, value: Number.NaN, label: "not measured" };
  const value = better === "higher" ? ratio / target : target / ratio;
  const label = `${shortNumber(ratio)} (${targetOf(figure)})`;
  return { name, value, label, tone: holds === true ? "good" : "bad" };
}
