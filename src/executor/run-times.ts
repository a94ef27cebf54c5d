import { limits } from "../base/limits.ts";
import { MovingAverage } from "../base/moving-average.ts";

/** Share of a new sample in the average. */
const sampleWeight = 0.2;

/** How long items of functions take on this node lately. */
export class RunTimes {
  readonly #averages = new Map<string, MovingAverage>();

  /** Estimated run of so many items of a function; Infinity while nothing of it has run. */
  estimateMs(key: string, count: number): number {
    return (this.#averages.get(key)?.value ?? Infinity) * count;
  }

  /** Nothing of the function was found to run long. */
  isShort(key: string): boolean {
    return (this.#averages.get(key)?.value ?? 0) <= limits.lateItemMs;
  }

  /** Takes the times of items that have run; gives the time of one if it was taken to be far shorter so far. */
  learn(key: string, runMs: Float32Array): number | undefined {
    if (runMs.length === 0) return undefined;
    let sum = 0;
    for (let index = 0; index < runMs.length; index++) sum += runMs[index] ?? 0;
    const average = this.#averageOf(key);
    return average.add(sum / runMs.length) ? average.value : undefined;
  }

  #averageOf(key: string): MovingAverage {
    let average = this.#averages.get(key);
    if (average === undefined) {
      for (const oldest of this.#averages.keys()) {
        if (this.#averages.size < limits.estimatesMax) break;
        this.#averages.delete(oldest);
      }
      average = new MovingAverage(sampleWeight);
      this.#averages.set(key, average);
    }
    return average;
  }
}
