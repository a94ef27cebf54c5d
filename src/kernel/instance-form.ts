/**
 * The forms in which a kernel's code can run, and which of them an instance should have. Without a mark of what was
 * written all of its memory is cleared after each call; with it code is some percent slower (`watched-module.ts`). So
 * short calls want the mark and long ones do not, and how long calls are is seen, not foretold: single times are taken
 * now and then, and the form changes when they agree for a while. A thread that had to wait for a processor makes one
 * time long and not all of them.
 */
import { limits } from "../base/limits.ts";
import type { InstancePlan } from "./call-plan.ts";
import { pageBytes } from "./module-manifest.ts";

/** Compiled code with what belongs to it. */
export interface InstanceForm {
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
}

export class FormChoice {
  /** The form that is the better one so far. */
  form: InstanceForm;
  readonly #plain: InstanceForm;
  #watched: InstanceForm | undefined;
  /** How many times more were short than long; never beyond the number that decides. */
  #short = 0;

  constructor(plain: InstanceForm, watched: InstanceForm | undefined) {
    this.form = this.#plain = plain;
    this.#watched = watched;
  }

  /** The form with the mark was made meanwhile. */
  offer(watched: InstanceForm): void {
    this.#watched ??= watched;
  }

  /** Takes the time of one call, its reset included, in ms. */
  observe(callMs: number, memoryBytes: number): void {
    if (this.#watched === undefined) return;
    const shortMs = (limits.watchedCallMaxUs / 1000) * (memoryBytes / pageBytes);
    const samples = limits.watchedSamples;
    this.#short = Math.max(-samples, Math.min(samples, this.#short + (callMs < shortMs ? 1 : -1)));
    if (this.#short === samples) this.form = this.#watched;
    else if (this.#short === -samples) this.form = this.#plain;
  }
}
