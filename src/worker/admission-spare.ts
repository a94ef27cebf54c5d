/**
 * Admissions that do not wait for their thread. Starting one takes several times as long as admitting a module of a
 * mebibyte, and a thread admits one module only, so that what a module does to it ends with it. So the next one is
 * started ahead: when an upload begins, and a little after each admission for the next one, for as long as modules come.
 */
import type { KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { digestOf, type AdmittedKernel } from "../kernel/admission.ts";
import { admitInWorker, startAdmissionThread, type AdmissionThread } from "./admission.ts";

export class SpareAdmission {
  #spare: AdmissionThread | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: "open" | "closed" = "open";

  /** A module is on its way. */
  expect(): void {
    if (this.#spare !== undefined || this.#state === "closed") return;
    const spare = startAdmissionThread();
    spare.thread.unref();
    // One that ends while it waits is not used; why it did is told by the next one that does.
    spare.thread.on("error", () => {});
    spare.thread.once("exit", () => {
      if (this.#spare === spare) this.#spare = undefined;
    });
    this.#spare = spare;
    this.#after(limits.admissionSpareMs, () => this.#end());
  }

  /** As `admitInWorker`, sooner. */
  async admit(bytes: Uint8Array, digest: KernelDigest = digestOf(bytes)): Promise<AdmittedKernel> {
    try {
      return await admitInWorker(bytes, { digest }, () => this.#take());
    } finally {
      // Not at once: the deploy goes on and needs the processor itself.
      if (this.#spare === undefined) this.#after(limits.admissionSpareDelayMs, () => this.expect());
    }
  }

  /** Ends the thread that waits; from now on each is started when it is needed. */
  close(): void {
    this.#state = "closed";
    this.#end();
  }

  #take(): AdmissionThread {
    const spare = this.#spare ?? startAdmissionThread();
    this.#spare = undefined;
    spare.thread.ref();
    return spare;
  }

  #end(): void {
    clearTimeout(this.#timer);
    const { thread } = this.#spare ?? {};
    this.#spare = undefined;
    void thread?.terminate();
  }

  #after(ms: number, run: () => void): void {
    clearTimeout(this.#timer);
    if (this.#state === "open") this.#timer = setTimeout(run, ms).unref();
  }
}
