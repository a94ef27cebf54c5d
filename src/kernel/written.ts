import { HeddleError } from "../base/error.ts";
import { storeMaxBytes } from "./watched-stores.ts";
import type { Watch } from "./watched-module.ts";

/** What a call wrote to the memory of an instance: as much as all of it, unless the code keeps a mark of it. */
export class Written {
  /** The global in which the code keeps how far up it wrote. */
  readonly #mark: WebAssembly.Global | undefined;
  readonly #exports: WebAssembly.Exports;
  readonly #watch: Watch | undefined;
  #restore: ((hostEnd: number) => void) | undefined = undefined;
  /** How far up the host wrote. */
  #hostEnd = 0;

  constructor(exports: WebAssembly.Exports, watch: Watch | undefined) {
    this.#exports = exports;
    this.#watch = watch;
    this.#mark = watch === undefined ? undefined : markOf(exports, watch);
    this.forget();
  }

  /** The host writes below this address. */
  below(end: number): void {
    if (end > this.#hostEnd) this.#hostEnd = end;
  }

  /** Nothing was written at and above this address of a memory. */
  endIn(size: number): number {
    if (this.#mark === undefined) return size;
    const written = (Number(this.#mark.value) >>> 0) + storeMaxBytes;
    return Math.min(size, Math.max(written, this.#hostEnd));
  }

  forget(): void {
    this.#hostEnd = 0;
    if (this.#mark !== undefined) this.#mark.value = 0;
  }

  /** Has the code keep its present state, whose memory is zero from `headBytes` on, if it can; see `restore-code.ts`. */
  save(headBytes: number): void {
    if (this.#watch === undefined) return;
    const { [this.#watch.save]: save, [this.#watch.restore]: restore } = this.#exports;
    if (typeof save !== "function" || typeof restore !== "function") {
      throw new HeddleError(
        "INTERNAL",
        "the code that keeps a mark of its writes does not restore its state",
      );
    }
    save(headBytes);
    this.#restore = restore as (hostEnd: number) => void; // as it was written
  }

  /** Has the code put back what it kept; false where it did not. */
  restore(): boolean {
    if (this.#restore === undefined) return false;
    this.#restore(this.#hostEnd);
    this.#hostEnd = 0;
    return true;
  }
}

function markOf(exports: WebAssembly.Exports, watch: Watch): WebAssembly.Global {
  const mark = exports[watch.mark];
  if (mark instanceof WebAssembly.Global) return mark;
  throw new HeddleError("INTERNAL", "the code that keeps a mark of its writes does not export it");
}
