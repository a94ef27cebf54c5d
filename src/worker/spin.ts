/**
 * Looking out for another thread instead of sleeping until it wakes this one. To be woken takes a thread some 20 µs,
 * which is more than most calls of a kernel, so it pays to look for a moment where something is about to come. That it
 * does is a hunch: where looking was in vain, or others needed the processor meanwhile, it is left off for a while, and for
 * longer when that was so the last time as well. One such time says little: V8's own threads need the processor for a
 * moment in any process, and on two cores a call goes twice as fast while the worker looks out for the next one, since
 * all the others then pass it on within one core.
 */
import type { Clock } from "../base/clock.ts";
import { Hunch } from "../base/hunch.ts";
import { limits } from "../base/limits.ts";

/** Looks between two readings of the clock. */
const looksPerReading = 32;

/** One thread's looking out for one kind of thing. */
export class Spin {
  readonly #hunch = new Hunch(limits.spinRestMax);
  readonly #clock: Clock;
  readonly #maxMs: number;

  constructor(clock: Clock, maxMs: number) {
    this.#clock = clock;
    this.#maxMs = maxMs;
  }

  /** Whether to look this time; if so, `look` must be called. */
  worthwhile(): boolean {
    return this.#hunch.follow();
  }

  /** Looks until it has come, or for as long as that takes at most. */
  look(hasCome: () => boolean): void {
    let now = this.#clock.now();
    const end = now + this.#maxMs;
    for (;;) {
      for (let looks = 0; looks < looksPerReading; looks++) if (hasCome()) return this.#hunch.learn(true);
      const before = now;
      now = this.#clock.now();
      if (now >= end || now - before > limits.spinGapMs) return this.#hunch.learn(false);
    }
  }
}
