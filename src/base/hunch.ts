/**
 * A guess that is acted on as long as it proves right. Each time it proved wrong it is not acted on for a while, for
 * longer when that was so the last time as well: a guess that never fits costs next to nothing.
 */
export class Hunch {
  readonly #restMax: number;
  /** Times to come at which it is not acted on. */
  #resting = 0;
  #rest = 1;

  /** `restMax`: not acted on so many times at most before it is tried again. */
  constructor(restMax: number) {
    this.#restMax = restMax;
  }

  /** Whether to act on it this time; if so, `learn` must be told what came of it. */
  follow(): boolean {
    if (this.#resting === 0) return true;
    this.#resting--;
    return false;
  }

  /** What came of acting on it. */
  learn(right: boolean): void {
    this.#resting = right ? 0 : this.#rest;
    this.#rest = right ? 1 : Math.min(2 * this.#rest, this.#restMax);
  }
}
