/**
 * An exponentially weighted moving average: what something costs lately. The first sample is taken as it is; each
 * later one moves the average by its weight, so that a change shows after about 1 / weight samples.
 */
export class MovingAverage {
  readonly #weight: number;
  #value: number | undefined;

  /** @param weight share of a new sample, above 0 and at most 1 */
  constructor(weight: number) {
    this.#weight = weight;
  }

  /** The average, or undefined before the first sample. */
  get value(): number | undefined {
    return this.#value;
  }

  add(sample: number): void {
    this.#value = this.#value === undefined ? sample : this.#value + this.#weight * (sample - this.#value);
  }
}
