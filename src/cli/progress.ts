/** Progress of a map on stderr: a line that is drawn over on a terminal, nothing elsewhere. */
import { systemClock } from "../base/clock.ts";
import type { MapProgress } from "../sdk/options.ts";

/** A progress line. */
export interface MapProgressLine {
  update(progress: MapProgress): void;
  stop(): void;
}

/** Draws on stderr if that is a terminal and nobody asked for quiet. */
export function createMapProgress(quiet: boolean): MapProgressLine {
  if (quiet || process.stderr.isTTY !== true) return { update: () => {}, stop: () => {} };
  const startedAt = systemClock.now();
  return {
    update: (progress) =>
      process.stderr.write(`\r\u001b[K${progressLine(progress, systemClock.now() - startedAt)}`),
    stop: () => process.stderr.write("\r\u001b[K"),
  };
}

/** `120,000 of 200,000 done, 31,250/s, 3 failed`. */
export function progressLine({ done, failed, total }: MapProgress, elapsedMs: number): string {
  const count = (value: number): string => Math.round(value).toLocaleString("en-US");
  const of = total === undefined ? "" : ` of ${count(total)}`;
  const rate = elapsedMs > 0 ? `, ${count((done * 1000) / elapsedMs)}/s` : "";
  return `${count(done)}${of} done${rate}${failed > 0 ? `, ${count(failed)} failed` : ""}`;
}
