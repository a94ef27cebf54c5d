/**
 * Modules of this node by digest: on disk as they were uploaded, in memory normalised and compiled once for all
 * workers. A module is fetched once, however many batches wait for it.
 */
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { loadKernel } from "../kernel/load.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { FunctionFrame } from "../wire/frame.ts";
import type { KernelModule } from "../worker/pool.ts";

/** Makes instances ready before the first call. */
export type PrepareKernel = (kernel: KernelModule) => Promise<void>;

/** Where bytes come from when the disk does not have them. */
export type FetchModule = (digest: KernelDigest) => Promise<Uint8Array>;

export class ModuleCache {
  readonly #store: ModuleStore;
  readonly #fetch: FetchModule;
  readonly #prepare: PrepareKernel;
  readonly #compiled = new Map<string, KernelModule>();
  readonly #loading = new Map<string, Promise<KernelModule>>();

  constructor(store: ModuleStore, fetch: FetchModule, prepare: PrepareKernel) {
    this.#store = store;
    this.#fetch = fetch;
    this.#prepare = prepare;
  }

  /** The module if it is compiled already. */
  ready(entry: FunctionFrame): KernelModule | undefined {
    const key = Buffer.from(entry.digest).toString("hex");
    const kernel = this.#compiled.get(key);
    if (kernel === undefined) return undefined;
    // Least recently used goes first: a Map keeps the order of insertion.
    this.#compiled.delete(key);
    this.#compiled.set(key, kernel);
    return kernel;
  }

  /** Finds, fetches, verifies and compiles. Rejects with what went wrong; a later call tries anew. */
  load(entry: FunctionFrame): Promise<KernelModule> {
    const digest = toKernelDigest(Buffer.from(entry.digest).toString("hex"));
    if (digest === undefined) {
      return Promise.reject(
        new HeddleError("PROTOCOL", `function ${entry.kernel}/${entry.function} came without a digest`),
      );
    }
    const running = this.#loading.get(digest);
    if (running !== undefined) return running;
    const loading = this.#loadNow(digest).finally(() => this.#loading.delete(digest));
    this.#loading.set(digest, loading);
    return loading;
  }

  async #loadNow(digest: KernelDigest): Promise<KernelModule> {
    const bytes = await this.#bytes(digest);
    const kernel = await loadKernel(bytes, digest);
    await this.#prepare(kernel);
    this.#compiled.set(digest, kernel);
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= limits.moduleCacheEntries) break;
      this.#compiled.delete(oldest);
    }
    return kernel;
  }

  async #bytes(digest: KernelDigest): Promise<Uint8Array> {
    try {
      const kept = await this.#store.get(digest);
      if (kept !== undefined) return kept;
    } catch (error) {
      const known = HeddleError.from(error);
      if (known.reason !== "MODULE_CORRUPT") throw known;
      await this.#store.delete(digest); // the copy here is damaged; the scheduler has a whole one
    }
    const fetched = await this.#fetch(digest);
    await this.#store.put(fetched);
    return fetched;
  }
}
