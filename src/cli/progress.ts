/** Progress on stderr: a line that is drawn over on a terminal, nothing elsewhere. */
import { systemClock } from "../base/clock.ts";
import type { MapProgress } from "../sdk/options.ts";

/** A progress line. */
export interface MapProgressLine {
  update(progress: MapProgress): void;
  stop(): void;
}

/** Draws on stderr if that is a terminal and nobody asked for quiet. */
export function createMapProgress(quiet: boolean): MapProgressLine {
  if (!isShown(quiet)) return { update: () => {}, stop: () => {} };
  const startedAt = systemClock.now();
  return { update: (progress) => draw(progressLine(progress, systemClock.now() - startedAt)), stop: clear };
}

/** Draws how far a load is, several times a second, until it is stopped. */
export function createLoadProgress(
  quiet: boolean,
  durationMs: number,
  load: () => { readonly ended: number; readonly failed: number },
): { stop(): void } {
  if (!isShown(quiet)) return { stop: () => {} };
  const startedAt = systemClock.now();
  const timer = setInterval(() => {
    const elapsedMs = systemClock.now() - startedAt;
    const { ended: done, failed } = load();
    const share = Math.min(100, Math.round((elapsedMs / durationMs) * 100));
    draw(`${share} %, ${progressLine({ done, failed, total: undefined }, elapsedMs)}`);
  }, 250);
  return {
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

function isShown(quiet: boolean): boolean {
  return !quiet && process.stderr.isTTY === true;
}

function draw(text: string): void {
  process.stderr.write(`\r\u001b[K${text}`);
}

function clear(): void {
  process.stderr.write("\r\u001b[K");
}

/** `120,000 of 200,000 done, 31,250/s, 3 failed`. */
export function progressLine({ done, failed, total }: MapProgress, elapsedMs: number): string {
  const count = (value: number): string => Math.round(value).toLocaleString("en-US");
  const of = total === undefined ? "" : ` of ${count(total)}`;
  const rate = elapsedMs > 0 ? `, ${count((done * 1000) / elapsedMs)}/s` : "";
  return `${count(done)}${of} done${rate}${failed > 0 ? `, ${count(failed)} failed` : ""}`;
}
