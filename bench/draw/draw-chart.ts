import type { Chart } from "./chart.ts";
import { drawBarChart } from "./bar-chart.ts";
import { drawLineChart } from "./line-chart.ts";

/** The picture of a chart, as an SVG document. */
export function drawChart(chart: Chart): string {
  return chart.kind === "lines" ? drawLineChart(chart) : drawBarChart(chart);
}
