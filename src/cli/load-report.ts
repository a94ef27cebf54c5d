/** What `heddle bench` says: an object for scripts, from which the text for people is made. */
import type { LatencyStep, LatencySummary } from "./latency-histogram.ts";
import type { LoadFailures, LoadTally } from "./load-tally.ts";
import { table } from "./output.ts";
import { printable } from "./printable.ts";

/** How the calls were made. */
export interface LoadKind {
  readonly function: string;
  readonly mode: "calls" | "rate" | "map";
  readonly concurrency: number;
  /** Calls per second that were asked for; with mode `rate`. */
  readonly ratePerSecond?: number;
}

/** The result, as `--json` prints it. */
export interface LoadReport extends LoadKind {
  /** From the first call to the last answer. */
  readonly elapsedMs: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Calls that succeeded. */
  readonly callsPerSecond: number;
  /** Of calls that succeeded; null when none did. */
  readonly latencyMs: LatencySummary | null;
  readonly histogram: readonly LatencyStep[];
  readonly errors: readonly LoadFailures[];
  /** Calls that were due and did not start; with mode `rate`. */
  readonly notStarted?: number;
  /** Ended by Ctrl-C: what was in flight then is not counted. */
  readonly interrupted: boolean;
}

/** Sums a load up. */
export function loadReport(
  kind: LoadKind,
  tally: LoadTally,
  { elapsedMs, interrupted }: { readonly elapsedMs: number; readonly interrupted: boolean },
): LoadReport {
  const succeeded = tally.latency.count;
  return {
    ...kind,
    elapsedMs: Math.round(elapsedMs),
    succeeded,
    failed: tally.failed,
    callsPerSecond: elapsedMs > 0 ? Math.round((succeeded * 10_000) / elapsedMs) / 10 : 0,
    latencyMs: tally.latency.summary() ?? null,
    histogram: tally.latency.steps(),
    errors: tally.failures(),
    ...(kind.mode === "rate" ? { notStarted: tally.notStarted } : {}),
    interrupted,
  };
}

/** The report as text. */
export function printLoad(report: LoadReport): string {
  const { function: fn, concurrency, elapsedMs, succeeded, failed, callsPerSecond, mode } = report;
  const seconds = `${(elapsedMs / 1000).toFixed(1)} s${report.interrupted ? ", interrupted" : ""}`;
  const how = {
    calls: `${concurrency} in flight`,
    rate: `${report.ratePerSecond} calls/s asked for, at most ${concurrency} in flight`,
    map: `a map of at most ${concurrency} items under way`,
  };
  const unit = mode === "map" ? "items" : "calls";
  const parts = [
    `${fn}: ${how[mode]}, ${seconds}`,
    `${counted(succeeded)} ${unit} succeeded, ${counted(callsPerSecond)}/s; ${counted(failed)} failed`,
    latencyText(report),
    lateText(report),
    errorsText(report.errors),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function latencyText({ latencyMs, histogram, mode }: LoadReport): string {
  if (latencyMs === null) return "";
  const from = {
    calls: "from call to answer",
    rate: "from when a call was due to its answer",
    map: "from an item's input taken to its result handed out",
  };
  const values = Object.entries(latencyMs).map(([name, ms]) => `${name} ${digits(ms)}`);
  return `ms ${from[mode]}:\n${values.join("  ")}\n\n${drawSteps(histogram)}`;
}

const barWidth = 50;

/** A line per step, its bar as long as its share of the longest. */
function drawSteps(steps: readonly LatencyStep[]): string {
  const most = Math.max(...steps.map(({ count }) => count));
  const bounds = steps.map(({ upToMs }) => String(upToMs));
  const counts = steps.map(({ count }) => counted(count));
  const widthOf = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  const [boundWidth, countWidth] = [widthOf(bounds), widthOf(counts)];
  return steps
    .map(({ count }, index) => {
      // A step that has calls has something to see.
      const bar = "#".repeat(Math.ceil((count / most) * barWidth));
      const bound = (bounds[index] ?? "").padStart(boundWidth);
      return `  up to ${bound} ms  ${(counts[index] ?? "").padStart(countWidth)}  ${bar}`.trimEnd();
    })
    .join("\n");
}

function lateText({ notStarted = 0, callsPerSecond }: LoadReport): string {
  if (notStarted === 0) return "";
  return `${counted(notStarted)} calls were due and did not start: too many were in flight. The fabric answered ${counted(callsPerSecond)}/s; the times above say less than what callers at the rate asked for would see.`;
}

function errorsText(errors: readonly LoadFailures[]): string {
  if (errors.length === 0) return "";
  const rows = errors.map(({ code, reason, count, message }) => [count, code, reason, printable(message)]);
  return table(["FAILED", "CODE", "REASON", "FIRST MESSAGE"], rows);
}

/** Three digits. */
function digits(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
}

function counted(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
