/**
 * Several runs of the suite in a row. A figure that holds once may have been lucky: with each stands what every run came
 * to, and it holds when it did in all of them. The run in the middle is the one that is shown.
 */
import { table } from "../../src/cli/output.ts";
import {
  reportFigure,
  shortNumber,
  targetOf,
  verdictOf,
  type ReportedFigure,
  type Result,
  type Run,
} from "./report.ts";

/** One run that stands for several of the same figures, in the order in which they were made. */
export function combineRuns(runs: readonly Run[]): Run {
  const [first] = runs;
  if (first === undefined) throw new Error("there is no run");
  if (runs.length === 1) return first;
  return { ...first, results: first.results.map((_, index) => combineResults(runs, index)) };
}

function combineResults(runs: readonly Run[], index: number): Result {
  const all = runs.flatMap(({ results, measuredAt }) => {
    const result = results[index];
    return result === undefined ? [] : [{ result, measuredAt, reported: reportFigure(result) }];
  });
  const outcomes = all.map(({ measuredAt, reported: { value, baseline, ratio, holds } }) => {
    return { measuredAt, value, baseline, ratio, holds };
  });
  const failed = all.find(({ result }) => result.kind === "failed");
  const measured = all
    .filter(({ result }) => result.kind === "measured")
    .toSorted((a, b) => (a.reported.ratio ?? 0) - (b.reported.ratio ?? 0));
  const shown = failed ?? measured[(measured.length - 1) >> 1] ?? all[0];
  if (shown === undefined) throw new Error(`the runs have no result number ${index}`);
  return { ...shown.result, runs: outcomes };
}

/** What each run came to, a line for each figure, and how many held every time. */
export function reportRuns(figures: readonly ReportedFigure[]): string {
  const count = Math.max(0, ...figures.map(({ runs = [] }) => runs.length));
  const headers = Array.from({ length: count }, (_, index) => `run ${index + 1}`);
  const rows = figures.map((figure) => {
    const ratios = headers.map((_, index) => shortNumber(figure.runs?.[index]?.ratio ?? null));
    return [figure.name, ...ratios, targetOf(figure), verdictOf(figure)];
  });
  const measured = figures.filter(({ holds }) => holds !== null);
  const holding = measured.filter(({ holds }) => holds === true);
  const said = `${holding.length} of ${measured.length} figures hold in ${count} of ${count} runs`;
  return `${table(["figure", ...headers, "target", ""], rows)}\n\n${said}`;
}
