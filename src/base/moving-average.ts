/**
 * An exponentially weighted moving average: what something costs lately. The first sample is taken as it is; each
 * later one moves the average by its weight, so that a change shows after about 1 / weight samples.
 *
 * A sample of many times the average is doubted: a thread that was set aside for a moment gives one, too. It counts no
 * more than a doubtful sample may, but if the next one is as large the average was false, and the smaller of the two
 * takes its place at once.
 */

/** A sample of more than so many times the average is doubted. */
const doubtedRatio = 8;

export class MovingAverage {
  readonly #weight: number;
  #value: number | undefined;
  /** The last sample, if it was doubted. */
  #doubted: number | undefined;

  /** @param weight share of a new sample, above 0 and at most 1 */
  constructor(weight: number) {
    this.#weight = weight;
  }

  /** The average, or undefined before the first sample. */
  get value(): number | undefined {
    return this.#value;
  }

  /** Takes a sample; true: the average was far too low and has been replaced. */
  add(sample: number): boolean {
    const value = this.#value ?? sample;
    const most = doubtedRatio * value;
    const doubted = this.#doubted;
    this.#doubted = sample > most ? sample : undefined;
    if (sample > most && doubted !== undefined) {
      this.#value = Math.min(doubted, sample);
      this.#doubted = undefined;
      return true;
    }
    this.#value = value + this.#weight * (Math.min(sample, most) - value);
    return false;
  }
}
