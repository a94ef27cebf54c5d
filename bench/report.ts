/** What the suite prints: tables for people, one object for scripts. */
import { table } from "../src/cli/output.ts";
import type { Figure, Outcome } from "./harness.ts";

/** A figure in the JSON report. */
export interface ReportedFigure {
  readonly name: string;
  /** Median of Heddle. */
  readonly value: number;
  readonly unit: string;
  /** Median of the baseline, in the same unit. */
  readonly baseline: number;
  /** Median of the ratios of paired rounds. */
  readonly ratio: number;
  readonly target: number;
  /** Whether the ratio reaches the target, or stays below it where less is better. */
  readonly holds: boolean;
}

/** A figure with what was found. */
export interface Result {
  readonly figure: Figure;
  readonly outcome: Outcome;
}

/** The row of a figure. */
export function reportFigure({ figure, outcome }: Result): ReportedFigure {
  const { name, unit, target, better } = figure;
  const { value, baseline, ratio } = outcome;
  const holds = better === "higher" ? ratio >= target : ratio <= target;
  return { name, value, unit, baseline, ratio, target, holds };
}

/** What `--json` prints. */
export function reportJson(results: readonly Result[]): string {
  return JSON.stringify({ figures: results.map(reportFigure) });
}

/** A figure's own table, under what it compares. */
export function reportDetails({ figure, outcome }: Result): string {
  return `${figure.name}: ${figure.about}\n\n${table(outcome.details.headers, outcome.details.rows)}\n`;
}

/** All figures, a line each. */
export function reportSummary(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { name, value, unit, baseline, ratio, target, holds } = reportFigure(result);
    const sign = result.figure.better === "higher" ? "≥" : "≤";
    const verdict = holds ? "holds" : "missed";
    return [name, short(value), short(baseline), unit, short(ratio), `${sign} ${target}`, verdict];
  });
  return table(["figure", "heddle", "baseline", "unit", "ratio", "target", ""], rows);
}

/** Three digits, or all before the point when there are more. */
function short(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
