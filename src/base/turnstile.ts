/** Lets only so many do something at the same time; the others wait for their turn, in order and within a bound. */
import { Deque } from "./deque.ts";

/** Lets `insideMax` in at once and makes up to `waitingMax` wait. */
export class Turnstile {
  readonly #insideMax: number;
  readonly #waitingMax: number;
  readonly #waiting = new Deque<() => void>();
  #inside = 0;

  constructor(insideMax: number, waitingMax: number) {
    this.#insideMax = insideMax;
    this.#waitingMax = waitingMax;
  }

  /** Does the work when it is its turn. Throws what `full` gives when too many wait already. */
  async pass<T>(work: () => Promise<T>, full: () => Error): Promise<T> {
    if (this.#inside < this.#insideMax) this.#inside++;
    else if (this.#waiting.length >= this.#waitingMax) throw full();
    // Who leaves hands its place on, so that nobody slips in between.
    else await new Promise<void>((resolve) => this.#waiting.pushBack(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.popFront();
      if (next === undefined) this.#inside--;
      else next();
    }
  }
}
