/**
 * To read the clock takes as long as a short call, so items of a microsecond share a reading: a few of them in a row,
 * while the last ones were that short, and only where no deadline has to be looked at before each. All but the last
 * of such a run are taken to have lasted as long as those before them, and the last one gets what is left, so that the
 * sum is exact. If one of them should run long it has no time at which it began; the host then counts from when it saw
 * it first (`host-slot.ts`), which is later and never earlier.
 */
import { limits } from "../base/limits.ts";

export class SharedClock {
  /** The last reading, in ms. */
  now = 0;
  /** Nothing has run since the last reading. */
  fresh = true;
  #mayShare = false;
  /** Items that share the next reading, and how many of them are still to come. */
  #count = 1;
  #left = 1;
  #meanMs = 0;
  #estimatedMs = 0;

  /** Items begin to run. */
  start(now: number, deadlineAt: number): void {
    this.now = now;
    this.#mayShare = deadlineAt === Infinity;
    this.#begin(1);
  }

  /** Must the clock be read after the item that has run? Then call `read`, else `estimate`. */
  due(): boolean {
    return --this.#left === 0;
  }

  /** Takes a reading; gives the time of the last item. */
  read(now: number): number {
    const elapsedMs = now - this.now;
    const itemMs = Math.max(0, elapsedMs - this.#estimatedMs);
    this.now = now;
    this.#meanMs = elapsedMs / this.#count;
    this.#begin(this.#mayShare && this.#meanMs <= limits.sharedClockMs ? limits.sharedClockItems : 1);
    return itemMs;
  }

  /** Gives the time of an item after which the clock was not read. */
  estimate(): number {
    this.fresh = false;
    this.#estimatedMs += this.#meanMs;
    return this.#meanMs;
  }

  #begin(count: number): void {
    this.fresh = true;
    this.#count = this.#left = count;
    this.#estimatedMs = 0;
  }
}
