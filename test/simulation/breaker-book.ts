/** The checker's own idea of when functions are stopped: written from the rules, not from the core. */
import type { SchedulerOptions } from "../../src/scheduler/options.ts";

interface Book {
  phase: "closed" | "open" | "half-open";
  windowStart: number;
  kills: number;
  good: number;
  openMs: number;
  openUntil: number;
}

export class BreakerBook {
  readonly #options: SchedulerOptions;
  readonly #books = new Map<string, Book>();
  /** Functions that were stopped in this step. */
  readonly stopped = new Set<string>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  isOpen(key: string): boolean {
    return this.#book(key).phase === "open";
  }

  /** Items that may run at a time as far as the breaker goes. */
  runningMax(key: string): number {
    const { phase } = this.#book(key);
    return phase === "closed" ? Infinity : phase === "open" ? 0 : 1;
  }

  note(key: string, good: number, kills: number, now: number): void {
    if (good + kills === 0) return;
    const book = this.#book(key);
    const { breakerWindowMs, breakerKillsMin, breakerOpenMs, breakerOpenMaxMs } = this.#options;
    if (book.phase === "open") return;
    if (book.phase === "half-open") {
      if (kills > 0) this.#open(key, book, Math.min(breakerOpenMaxMs, book.openMs * 2), now);
      else this.#books.delete(key);
      return;
    }
    if (now >= book.windowStart + breakerWindowMs) {
      book.windowStart = now;
      book.kills = 0;
      book.good = 0;
    }
    book.kills += kills;
    book.good += good;
    if (book.kills >= breakerKillsMin && book.kills >= book.good) this.#open(key, book, breakerOpenMs, now);
  }

  /** Those whose time is over let one item through. */
  pass(now: number): void {
    for (const book of this.#books.values()) {
      if (book.phase === "open" && book.openUntil <= now) book.phase = "half-open";
    }
  }

  #open(key: string, book: Book, ms: number, now: number): void {
    book.phase = "open";
    book.openMs = ms;
    book.openUntil = now + ms;
    this.stopped.add(key);
  }

  #book(key: string): Book {
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const book: Book = {
      phase: "closed",
      windowStart: -Infinity,
      kills: 0,
      good: 0,
      openMs: 0,
      openUntil: 0,
    };
    this.#books.set(key, book);
    return book;
  }
}
