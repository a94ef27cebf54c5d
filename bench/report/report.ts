/** What the suite says of figures: tables for people, one object for scripts. */
import { table } from "../../src/cli/output.ts";
import type { Figure, Outcome } from "../harness.ts";
import type { Machine } from "./machine.ts";

/** What came of a figure. */
export type Result = {
  /** Where it was measured several times: what each came to. */ readonly runs?: readonly FigureRun[];
} & (
  | { readonly kind: "measured"; readonly figure: Figure; readonly outcome: Outcome }
  /** The machine lacks something that it needs. */
  | { readonly kind: "skipped"; readonly figure: Figure; readonly why: string }
  /** It could not be measured: a wrong reply, a process that died. */
  | { readonly kind: "failed"; readonly figure: Figure; readonly why: string }
);

/** What a figure came to in one of several runs. What was not measured has null for its numbers. */
export interface FigureRun {
  readonly measuredAt: string;
  readonly value: number | null;
  readonly baseline: number | null;
  readonly ratio: number | null;
  readonly holds: boolean | null;
}

/** What one run of the suite found. */
export interface Run {
  readonly plan: "full" | "quick";
  /** When it began, in ISO 8601. */
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

/** A figure in the JSON report. What was not measured has null for its numbers. */
export interface ReportedFigure {
  readonly name: string;
  /** What is divided by what. */
  readonly about: string;
  /** Median of Heddle. */
  readonly value: number | null;
  readonly unit: string;
  /** Median of the baseline, in the same unit. */
  readonly baseline: number | null;
  /** Median of the ratios of paired rounds. */
  readonly ratio: number | null;
  readonly target: number;
  readonly better: Figure["better"];
  /**
   * Whether the ratio reaches the target, or stays below it where less is better, and did so in every run; null for a
   * figure that was skipped.
   */
  readonly holds: boolean | null;
  /** Of several runs: all of them. The numbers above are those of the run in the middle. */
  readonly runs?: readonly FigureRun[];
  /** What the machine lacks, and how to get it. */
  readonly skipped?: string;
  /** Why it could not be measured. */
  readonly failed?: string;
}

/** The row of a figure. */
export function reportFigure(result: Result): ReportedFigure {
  const { runs } = result;
  const reported = reportOutcome(result);
  if (runs === undefined) return reported;
  return {
    ...reported,
    holds: reported.holds === null ? null : runs.every(({ holds }) => holds === true),
    runs,
  };
}

function reportOutcome(result: Result): ReportedFigure {
  const { name, about, unit, target, better } = result.figure;
  const none = { name, about, value: null, unit, baseline: null, ratio: null, target, better };
  switch (result.kind) {
    case "measured": {
      const { value, baseline, ratio } = result.outcome;
      const holds = better === "higher" ? ratio >= target : ratio <= target;
      return { name, about, value, unit, baseline, ratio, target, better, holds };
    }
    case "skipped":
      return { ...none, holds: null, skipped: result.why };
    case "failed":
      return { ...none, holds: false, failed: result.why };
    default:
      return result satisfies never;
  }
}

/** What `--json` prints: the run, its figures by what they are. */
export function reportJson({ results, ...run }: Run): string {
  return JSON.stringify({ ...run, figures: results.map(reportFigure) });
}

/** A figure's own table, under what it compares. */
export function reportDetails(result: Result): string {
  const { name, about } = result.figure;
  const said = result.kind === "measured" ? detailsOf(result.outcome) : `${result.kind}: ${result.why}`;
  return `${name}: ${about}\n\n${said}\n`;
}

function detailsOf({ details, settings = {} }: Outcome): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}`);
  const below = lines.length === 0 ? "" : `\n\n${lines.join("\n")}`;
  return table(details.headers, details.rows) + below;
}

/** All figures, a line each. */
export function reportSummary(figures: readonly ReportedFigure[]): string {
  return table(["figure", "heddle", "baseline", "unit", "ratio", "target", ""], figures.map(summaryRow));
}

/** The cells of a figure's line: name, value, baseline, unit, ratio, target, verdict. */
export function summaryRow(figure: ReportedFigure): readonly string[] {
  const { name, value, baseline, unit, ratio } = figure;
  const numbers = [shortNumber(value), shortNumber(baseline), unit, shortNumber(ratio)];
  return [name, ...numbers, targetOf(figure), verdictOf(figure)];
}

/** In a word, or in how many of several runs it holds. */
export function verdictOf({ holds, skipped, failed, runs }: ReportedFigure): string {
  if (skipped !== undefined) return "skipped";
  if (failed !== undefined) return "failed";
  const verdict = holds === true ? "holds" : "missed";
  if (runs === undefined) return verdict;
  const times = `in ${runs.filter((run) => run.holds === true).length} of ${runs.length}`;
  return holds === true ? `holds ${times}` : `missed: holds ${times}`;
}

/** `≥ 10` */
export function targetOf({ better, target }: Pick<ReportedFigure, "better" | "target">): string {
  return `${better === "higher" ? "≥" : "≤"} ${target}`;
}

/** Three digits, or all before the point when there are more. */
export function shortNumber(value: number | null): string {
  if (value === null) return "-";
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
