import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";

/** What a line costs beside its text. */
const lineBytes = 128;

/**
 * What a node sends of kernels' lines: so many bytes a second, a burst above it, and nothing beyond. Lines share the
 * way of results, and a kernel that logs without end must not be felt in them.
 */
export class LogBudget {
  readonly #clock: Clock;
  #bytes: number = limits.logBurstBytes;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** True when a line with that text may be sent now; it has been paid for then. */
  pay(text: string): boolean {
    const now = this.#clock.now();
    const earned = (Math.max(0, now - this.#at) / 1000) * limits.logBytesPerSecond;
    this.#bytes = Math.min(limits.logBurstBytes, this.#bytes + earned);
    this.#at = now;
    const cost = lineBytes + text.length;
    if (cost > this.#bytes) return false;
    this.#bytes -= cost;
    return true;
  }
}
