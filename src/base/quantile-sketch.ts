/**
 * A quantile of what has been measured lately, in constant memory: counts in buckets whose bounds grow by a constant
 * factor, so that the answer is off by no more than that factor. All counts are halved when there are many, so that
 * what is older weighs less and less.
 */

/** Bounds grow by this factor: four buckets to a doubling. */
const growth = 2 ** 0.25;
const least = 1e-3;
const buckets = 128;

/** Counts of values above 0; the answer is cached until enough is new to change it. */
export class QuantileSketch {
  readonly #counts = new Float64Array(buckets);
  readonly #quantile: number;
  readonly #memory: number;
  #total = 0;
  #fresh = 0;
  #cached: number | undefined;

  /**
   * @param quantile between 0 and 1
   * @param memory how many values are remembered in full
   */
  constructor(quantile: number, memory: number) {
    this.#quantile = quantile;
    this.#memory = memory;
  }

  /** Values that count at present. */
  get total(): number {
    return this.#total;
  }

  /** Adds a value `count` times. */
  add(value: number, count: number): void {
    const bucket = Math.ceil(Math.log(Math.max(least, value) / least) / Math.log(growth));
    const at = Math.min(buckets - 1, bucket);
    const added = Math.min(count, this.#memory); // one report must not outweigh all others for ever
    this.#counts[at] = (this.#counts[at] ?? 0) + added;
    this.#total += added;
    this.#fresh += added;
    if (this.#total > this.#memory) this.#forget();
  }

  /** The least bound that the quantile does not exceed; undefined before the first value. */
  value(): number | undefined {
    if (this.#total === 0) return undefined;
    if (this.#cached === undefined || this.#fresh * 16 >= this.#total) {
      this.#cached = this.#find();
      this.#fresh = 0;
    }
    return this.#cached;
  }

  #find(): number {
    const wanted = this.#total * this.#quantile;
    let sum = 0;
    for (let at = 0; at < buckets; at++) {
      sum += this.#counts[at] ?? 0;
      if (sum >= wanted) return least * growth ** at;
    }
    return least * growth ** (buckets - 1);
  }

  #forget(): void {
    this.#total = 0;
    for (let at = 0; at < buckets; at++) {
      const half = (this.#counts[at] ?? 0) / 2;
      this.#counts[at] = half < 0.01 ? 0 : half;
      this.#total += this.#counts[at] ?? 0;
    }
  }
}
