import type { Clock } from "./clock.ts";

/** One timer for many times: it rings at the earliest of those it was set to, once. It keeps no process running. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #state: "on" | "stopped" = "on";

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this time of the clock, never before it; does nothing when it rings earlier anyway. */
  set(at: number): void {
    if (this.#state === "stopped" || at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    const waitMs = Math.min(timerMaxMs, Math.max(0, Math.ceil(at - this.#clock.now())));
    this.#timer = setTimeout(this.#due, waitMs).unref();
  }

  /** Never rings again. */
  stop(): void {
    this.#state = "stopped";
    clearTimeout(this.#timer);
  }

  readonly #due = (): void => {
    this.#at = Infinity;
    this.#ring();
  };
}

/** A longer wait would end at once; whoever is rung too early sets it again. */
const timerMaxMs = 2 ** 31 - 1;
