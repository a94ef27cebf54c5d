/** Pictures of single calls. */
import type { LineChart } from "../draw/chart.ts";
import { median, type Plan } from "../harness.ts";
import { rateOf, type LoadSubject } from "./invoke-subjects.ts";
import { shownPercentiles, type Round } from "../load/load.ts";

/** Calls in flight that are tried. */
const counts: readonly number[] = [1, 4, 16, 64, 256, 1024];
/** A round takes so much of one of the figure's: these are for the eye. */
const roundShare = 1 / 3;

/** Measures the subjects with few and with many calls in flight, in turns. */
export async function concurrencyChart(
  subjects: readonly LoadSubject[],
  { roundMs }: Plan,
  note: (text: string) => void,
): Promise<LineChart> {
  const points: [number, number][][] = subjects.map(() => []);
  for (const count of counts) {
    note(`${count} in flight`);
    for (const [index, subject] of subjects.entries()) {
      points[index]?.push([count, rateOf(await subject.measureWith(count, roundMs * roundShare))]);
    }
  }
  return {
    kind: "lines",
    name: "concurrency",
    title: "Throughput by calls in flight",
    x: { label: "calls in flight", scale: "log" },
    y: { label: "calls/s", scale: "log" },
    series: subjects.map(({ name }, index) => ({ name, points: points[index] ?? [] })),
  };
}

/** How the times of calls are spread: the median over the rounds of each percentile. */
export function percentilesChart(
  subjects: readonly LoadSubject[],
  samples: readonly (readonly Round[])[],
): LineChart {
  return {
    kind: "lines",
    name: "percentiles",
    title: "Times of calls, one in flight",
    x: { label: "percent of calls that took no longer", scale: "percentiles" },
    y: { label: "ms", scale: "log" },
    series: subjects.map(({ name }, index) => ({
      name,
      points: shownPercentiles.map((percent, at) => [
        percent,
        median((samples[index] ?? []).map(({ percentilesMs }) => percentilesMs[at] ?? Number.NaN)),
      ]),
    })),
  };
}
