/**
 * The functions one scheduler has numbered on its link, and what became of the module of each: it loads while attempts
 * wait, it is compiled, or it could not be had.
 *
 * Numbers are given once and in ascending order. The scheduler never uses one that is `limits.linkFunctionsMax` below
 * its latest (it gives the function another one then), so both sides forget it without a word; an old version of a
 * kernel leaves the table that way, however often kernels are deployed.
 */
import { HeddleError } from "../base/error.ts";
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { BatchFrame, CancelFrame, FunctionFrame } from "../wire/frame.ts";
import type { KernelModule } from "../worker/pool.ts";
import { moduleDigest, type ModuleCache } from "./module-cache.ts";

/** What a table needs of its session. */
export interface FunctionTableOptions {
  readonly modules: Pick<ModuleCache, "ready" | "load">;
  /** The function's module is compiled. */
  ready(entry: FunctionFrame): void;
  /** An attempt whose module is there. */
  run(frame: BatchFrame, kernel: KernelModule, entry: FunctionFrame): void;
  /** An attempt that cannot be taken. */
  refuse(
    frame: BatchFrame,
    reason: "MODULE_UNAVAILABLE" | "NODE_OVERLOADED" | "CANCELLED",
    message: string,
  ): void;
}

type State =
  | { readonly kind: "loading"; readonly waiting: BatchFrame[] }
  | { readonly kind: "ready" }
  | { readonly kind: "broken"; readonly error: HeddleError };

interface NumberedFunction {
  readonly entry: FunctionFrame;
  readonly digest: KernelDigest;
  state: State;
}

export class FunctionTable {
  readonly #options: FunctionTableOptions;
  readonly #functions = new Map<number, NumberedFunction>();
  #latest = 0;
  #state: "open" | "closed" = "open";

  constructor(options: FunctionTableOptions) {
    this.#options = options;
  }

  /** How many functions have a number. */
  get size(): number {
    return this.#functions.size;
  }

  /** Takes a function into the table. Throws PROTOCOL. */
  name(entry: FunctionFrame): void {
    if (entry.number <= this.#latest) {
      const said = `function ${entry.number} is named after ${this.#latest}; numbers ascend and are given once`;
      throw new HeddleError("PROTOCOL", said);
    }
    const digest = moduleDigest(entry);
    if (entry.number - this.#latest >= limits.linkFunctionsMax) this.#functions.clear();
    for (let number = this.#latest + 1; number <= entry.number && this.#functions.size > 0; number++)
      this.#functions.delete(number - limits.linkFunctionsMax);
    this.#latest = entry.number;
    const fn: NumberedFunction = { entry, digest, state: { kind: "ready" } };
    this.#functions.set(entry.number, fn);
    if (this.#options.modules.ready(digest) === undefined) this.#load(fn, []);
    else this.#options.ready(entry);
  }

  /** Runs an attempt, now or when its module is there. Throws PROTOCOL for a number that names nothing. */
  batch(frame: BatchFrame): void {
    const fn = this.#functions.get(frame.function);
    if (fn === undefined)
      throw new HeddleError("PROTOCOL", `batch ${frame.id} uses the unknown function ${frame.function}`);
    const { state } = fn;
    switch (state.kind) {
      case "ready": {
        const kernel = this.#options.modules.ready(fn.digest);
        // Compiled once, but not called for so long that it was let go of.
        if (kernel === undefined) this.#load(fn, [frame]);
        else this.#options.run(frame, kernel, fn.entry);
        return;
      }
      case "loading":
        if (state.waiting.length < limits.nodeBatchesMax) state.waiting.push(frame);
        else this.#options.refuse(frame, "NODE_OVERLOADED", "the module is still being loaded");
        return;
      case "broken":
        // A scheduler that asks again later finds the module loading anew, not this answer for ever.
        this.#load(fn, []);
        this.#options.refuse(frame, "MODULE_UNAVAILABLE", state.error.rawMessage);
        return;
      default:
        state satisfies never;
    }
  }

  /** Cancels an attempt that waits for its module; false when none of that id does. */
  cancel(frame: CancelFrame): boolean {
    for (const { state } of this.#functions.values()) {
      if (state.kind !== "loading") continue;
      const at = state.waiting.findIndex((waiting) => waiting.id === frame.id);
      const waiting = state.waiting[at];
      if (waiting === undefined) continue;
      // Of a part of it nothing is remembered: those items run and their outcomes are dropped.
      if (!covers(frame, waiting)) return true;
      state.waiting.splice(at, 1);
      this.#options.refuse(waiting, "CANCELLED", "cancelled before it started");
      return true;
    }
    return false;
  }

  /** The scheduler has gone: nothing is told any more. */
  close(): void {
    this.#state = "closed";
    this.#functions.clear();
  }

  #load(fn: NumberedFunction, waiting: BatchFrame[]): void {
    fn.state = { kind: "loading", waiting };
    this.#options.modules.load(fn.digest, fn.entry.peers).then(
      (kernel) => this.#loaded(fn, kernel, waiting),
      (error: unknown) => this.#failed(fn, HeddleError.from(error), waiting),
    );
  }

  #loaded(fn: NumberedFunction, kernel: KernelModule, waiting: readonly BatchFrame[]): void {
    if (this.#state === "closed") return;
    fn.state = { kind: "ready" };
    this.#options.ready(fn.entry);
    for (const frame of waiting) this.#options.run(frame, kernel, fn.entry);
  }

  #failed(fn: NumberedFunction, error: HeddleError, waiting: readonly BatchFrame[]): void {
    if (this.#state === "closed") return;
    fn.state = { kind: "broken", error };
    for (const frame of waiting) this.#options.refuse(frame, "MODULE_UNAVAILABLE", error.rawMessage);
  }
}

function covers(cancel: CancelFrame, batch: BatchFrame): boolean {
  const end = cancel.count === 0 ? Infinity : cancel.first + cancel.count;
  return cancel.first <= batch.first && end >= batch.first + batch.count;
}
