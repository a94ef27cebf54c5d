import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { MapProgress } from "./options.ts";

/** Counts the outcomes of a map and tells them, not too often. */
export class ProgressTeller {
  readonly #tell: ((progress: MapProgress) => void) | undefined;
  readonly #clock: Clock;
  #toldAt = -Infinity;
  #done = 0;
  #failed = 0;

  constructor(tell: ((progress: MapProgress) => void) | undefined, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  /** So many items more have their outcome. */
  count(done: number, failed: number): void {
    this.#done += done;
    this.#failed += failed;
  }

  /** Tells when it is time, or in any case for the last time. `total` is the number of items, when it is known. */
  tell(total: number | undefined, last: boolean): void {
    if (this.#tell === undefined) return;
    const now = this.#clock.now();
    if (!last && now - this.#toldAt < limits.progressMs) return;
    this.#toldAt = now;
    this.#tell({ done: this.#done, failed: this.#failed, total });
  }
}
