import { TimerHeap, type HeapTimer } from "../../src/base/timer-heap.ts";

interface Appointment extends HeapTimer {
  readonly run: () => void;
}

/** Virtual time: what is to happen, in order of its time. */
export class Timeline {
  readonly #appointments = new TimerHeap<Appointment>();
  #now = 0;

  /** Virtual milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  at(at: number, run: () => void): void {
    this.#appointments.add({ at: Math.max(at, this.#now), slot: -1, run });
  }

  after(ms: number, run: () => void): void {
    this.at(this.#now + ms, run);
  }

  /** Moves on to the next appointment and keeps it; false when there is none up to `end`. */
  advance(end: number): boolean {
    const next = this.#appointments.takeDue(end);
    if (next === undefined) return false;
    this.#now = next.at;
    next.run();
    return true;
  }
}

/** A whole number in [least, most]. */
export function between(random: { next(): number }, least: number, most: number): number {
  return least + Math.floor(random.next() * (most - least + 1));
}

/** True with this probability. */
export function chance(random: { next(): number }, probability: number): boolean {
  return random.next() < probability;
}

/** One of the entries by lot. */
export function oneOf<T>(random: { next(): number }, entries: readonly T[]): T {
  const entry = entries[between(random, 0, entries.length - 1)];
  if (entry === undefined) throw new Error("nothing to choose from");
  return entry;
}
