/**
 * A progress bar for work that comes in items: done and total, items per second, time left. On a terminal one line is
 * drawn over and over; anywhere else (a log, a pipe) a line is written for every tenth of the work.
 */
import type { Clock } from "../base/clock.ts";
import { formatCount } from "./table.ts";

/** Starts a bar; its time begins now. */
export function createProgress(options: ProgressOptions): Progress {
  const { total, output, clock, intervalMs = 100 } = options;
  return output.isTTY === true
    ? new TerminalProgress(total, output, clock, intervalMs)
    : new LineProgress(total, output, clock);
}

/** Where a bar is drawn: the part of a stream that it needs. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Settings of a bar. */
export interface ProgressOptions {
  readonly total: number;
  readonly output: ProgressOutput;
  readonly clock: Clock;
  /** Shortest time between two drawings on a terminal, in ms; default 100. */
  readonly intervalMs?: number;
}

/** A bar at work. */
export interface Progress {
  /** Says how many items are done in all; draws when it is time. Cheap enough for every item. */
  update(done: number): void;
  /** Draws the last state and ends the line. Called again it does nothing. */
  stop(): void;
}

/** What a bar shows. */
export interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** The text of a bar: `[████████░░░░░░░░░░░░] 40 %  40,000/100,000  8,000/s  8 s left`. */
export function progressText(state: ProgressState, barCells = 20): string {
  const { done, total, elapsedMs } = state;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const full = Math.floor(share * barCells);
  const bar = "█".repeat(full) + "░".repeat(barCells - full);
  const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  const parts = [`[${bar}] ${Math.floor(share * 100)} %`, `${formatCount(done)}/${formatCount(total)}`];
  parts.push(`${formatCount(perSecond)}/s`);
  parts.push(share < 1 ? timeLeft(total - done, perSecond) : `done in ${(elapsedMs / 1000).toFixed(1)} s`);
  return parts.join("  ");
}

/** One line, drawn over and over. */
class TerminalProgress implements Progress {
  #done = 0;
  #drawnMs = -Infinity;
  #stopped = false;
  readonly #startMs: number;
  readonly #total: number;
  readonly #output: ProgressOutput;
  readonly #clock: Clock;
  readonly #intervalMs: number;

  constructor(total: number, output: ProgressOutput, clock: Clock, intervalMs: number) {
    this.#total = total;
    this.#output = output;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#startMs = clock.now();
  }

  update(done: number): void {
    this.#done = done;
    const now = this.#clock.now();
    if (now - this.#drawnMs < this.#intervalMs || this.#stopped) return;
    this.#drawnMs = now;
    this.#draw(now);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#draw(this.#clock.now());
    this.#output.write("\n");
  }

  #draw(now: number): void {
    const state = { done: this.#done, total: this.#total, elapsedMs: now - this.#startMs };
    // A line that wraps could not be drawn over; the bar gives way first, then the end of the text. A terminal that does
    // not know its width says 0.
    const columns = (this.#output.columns || 80) - 1;
    const cells = Math.max(0, Math.min(20, columns - progressText(state, 0).length));
    this.#output.write(`\r\u001b[2K${progressText(state, cells).slice(0, columns)}`);
  }
}

/** A line for every tenth of the work. */
class LineProgress implements Progress {
  #done = 0;
  #tenth = 0;
  #stopped = false;
  readonly #startMs: number;
  readonly #total: number;
  readonly #output: ProgressOutput;
  readonly #clock: Clock;

  constructor(total: number, output: ProgressOutput, clock: Clock) {
    this.#total = total;
    this.#output = output;
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  update(done: number): void {
    this.#done = done;
    const tenth = this.#total > 0 ? Math.floor((done * 10) / this.#total) : 10;
    if (tenth <= this.#tenth || this.#stopped) return;
    this.#tenth = tenth;
    this.#write();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#tenth < 10) this.#write();
  }

  #write(): void {
    const elapsedMs = this.#clock.now() - this.#startMs;
    this.#output.write(`${progressText({ done: this.#done, total: this.#total, elapsedMs }, 10)}\n`);
  }
}

function timeLeft(items: number, perSecond: number): string {
  if (perSecond <= 0) return "– left";
  const seconds = Math.ceil(items / perSecond);
  if (seconds < 60) return `${seconds} s left`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s left`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min left`;
}
