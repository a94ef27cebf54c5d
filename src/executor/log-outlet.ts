/**
 * One scheduler's way of kernels' lines: each goes into the stream of results before the outcome of its call. Lines
 * that the budget or the connection does not take are dropped, and how many is said in a line of the same attempt.
 */
import { limits } from "../base/limits.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import type { BatchFrame, LogFrame } from "../wire/frame.ts";
import type { LogEntry } from "../worker/pool.ts";
import type { LogBudget } from "./log-budget.ts";

export class LogOutlet {
  readonly #link: FrameLink;
  readonly #budget: LogBudget;
  /** Lines that were dropped, by attempt; the last of them stands for all. */
  readonly #dropped = new Map<number, { lines: number; last: LogFrame }>();

  constructor(link: FrameLink, budget: LogBudget) {
    this.#link = link;
    this.#budget = budget;
  }

  /** Sends a line of an attempt, or counts it. */
  line(attempt: BatchFrame, { index, level, text, timeMs }: LogEntry): void {
    const line = { id: attempt.id, index: attempt.first + index, level: levelNumbers[level], text, timeMs };
    if (this.#link.smallWaitingBytes > limits.logBacklogMaxBytes || !this.#budget.pay(text)) {
      const lines = (this.#dropped.get(attempt.id)?.lines ?? 0) + 1;
      this.#dropped.set(attempt.id, { lines, last: line });
      return;
    }
    this.end(attempt);
    this.#link.writer?.log(line);
    this.#link.flush();
  }

  /** Says what was dropped of an attempt, before its outcome. */
  end(attempt: BatchFrame): void {
    const dropped = this.#dropped.get(attempt.id);
    if (dropped === undefined) return;
    this.#dropped.delete(attempt.id);
    const text = `${dropped.lines} lines were dropped here: the node has more than it may send`;
    this.#link.writer?.log({ ...dropped.last, level: levelNumbers.warn, text });
  }
}

const levelNumbers = { debug: 0, info: 1, warn: 2, error: 3 } as const;
