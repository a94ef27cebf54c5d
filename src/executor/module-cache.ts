/**
 * Modules of this node by digest: on disk as they were uploaded, in memory normalised and compiled once for all
 * workers. A module is fetched once, however many batches and peers wait for it; what is compiled and not called any
 * more goes, the least recently called first.
 */
import type { Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { toKernelDigest, type KernelDigest } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { CodeFacts } from "../kernel/code-facts.ts";
import { beginLoad, loadVerified, type BegunLoad } from "../kernel/load.ts";
import type { ModuleStore } from "../store/module-store.ts";
import type { FunctionFrame } from "../wire/frame.ts";
import type { KernelModule } from "../worker/pool.ts";
import type { EarlyBytes, FetchedModule } from "./module-fetch.ts";

/** What a cache is made of. */
export interface ModuleCacheOptions {
  readonly store: ModuleStore;
  readonly clock: Clock;
  /** Where verified bytes come from when the disk does not have them; `peers` may be asked before the scheduler. */
  fetch(digest: KernelDigest, peers: readonly string[], early: EarlyBytes): Promise<FetchedModule>;
  /** Makes instances ready before the first call. */
  prepare(kernel: KernelModule): Promise<void>;
  /** The kernel has a form for short calls now. */
  offer(kernel: KernelModule): void;
  /** The kernel is not kept any more: its instances may go. */
  forget(kernel: KernelModule): void;
  /** The disk did not take a module; it runs nevertheless. */
  notKept(digest: KernelDigest, error: HeddleError): void;
}

interface Compiled {
  readonly kernel: KernelModule;
  readonly bytes: number;
  usedAt: number;
}

/** Bytes that are there, verified; `isKept`: they come from the disk. */
interface Arrived extends FetchedModule {
  readonly isKept: boolean;
  /** What was begun when they were here and not admitted. */
  readonly begun?: BegunLoad | undefined;
}

export class ModuleCache {
  readonly #options: ModuleCacheOptions;
  /** The least recently used first: a Map keeps the order of insertion. */
  readonly #compiled = new Map<KernelDigest, Compiled>();
  readonly #loading = new Map<KernelDigest, Promise<KernelModule>>();
  /** The bytes of those that are loading. */
  readonly #arriving = new Map<KernelDigest, Promise<Uint8Array>>();
  #compiledBytes = 0;

  constructor(options: ModuleCacheOptions) {
    this.#options = options;
  }

  /** Modules that are compiled. */
  get size(): number {
    return this.#compiled.size;
  }

  /** The module if it is compiled already. */
  ready(digest: KernelDigest): KernelModule | undefined {
    const compiled = this.#compiled.get(digest);
    if (compiled === undefined) return undefined;
    compiled.usedAt = this.#options.clock.now();
    this.#compiled.delete(digest);
    this.#compiled.set(digest, compiled);
    return compiled.kernel;
  }

  /** Finds, fetches, verifies and compiles. Rejects with what went wrong; a later call tries anew. */
  load(digest: KernelDigest, peers: readonly string[]): Promise<KernelModule> {
    const running = this.#loading.get(digest);
    if (running !== undefined) return running;
    const coming = this.#coming(digest, peers);
    const arriving = coming.then(({ bytes }) => bytes);
    arriving.catch(() => {}); // told to those who load it
    const loading = this.#load(digest, coming).finally(() => {
      this.#loading.delete(digest);
      this.#arriving.delete(digest);
    });
    this.#arriving.set(digest, arriving);
    this.#loading.set(digest, loading);
    return loading;
  }

  /** The bytes for a peer, also when they are on their way here; undefined when they are not to be had. */
  async bytes(digest: KernelDigest): Promise<Uint8Array | undefined> {
    // Why they do not come is told to those who load them.
    return (await this.#arriving.get(digest)?.catch(() => undefined)) ?? (await this.#kept(digest));
  }

  /** Lets go of what was not called for long. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const [digest, { usedAt }] of this.#compiled) {
      if (now - usedAt < limits.moduleIdleMs) return;
      this.#drop(digest);
    }
  }

  /** Compiles a module and writes it to the disk at the same time. */
  async #load(digest: KernelDigest, coming: Promise<Arrived>): Promise<KernelModule> {
    const { bytes, facts, isKept, path, begun } = await coming;
    const keeping = isKept ? undefined : this.#keep(digest, bytes, path);
    keeping?.catch(() => {}); // told below
    try {
      return await this.#compile(digest, bytes, facts, begun);
    } finally {
      await keeping;
    }
  }

  async #compile(
    digest: KernelDigest,
    bytes: Uint8Array,
    facts: CodeFacts | undefined,
    begun: BegunLoad | undefined,
  ): Promise<KernelModule> {
    const { kernel, watch } = await loadVerified(bytes, digest, facts, begun);
    await this.#options.prepare(kernel);
    this.#compiled.set(digest, { kernel, bytes: bytes.length, usedAt: this.#options.clock.now() });
    this.#compiledBytes += bytes.length;
    this.#makeRoom(digest);
    setTimeout(() => void this.#watch(kernel, watch), limits.watchDelayMs).unref();
    return kernel;
  }

  /** Makes the form for short calls of a kernel that is still here. */
  async #watch(kernel: KernelModule, watch: () => Promise<void>): Promise<void> {
    const isHere = (): boolean => this.#compiled.get(kernel.digest)?.kernel === kernel;
    if (!isHere()) return;
    await watch();
    if (isHere()) this.#options.offer(kernel);
  }

  #makeRoom(newest: KernelDigest): void {
    const { moduleCacheEntries, moduleCompiledMaxBytes } = limits;
    for (const oldest of this.#compiled.keys()) {
      const fits = this.#compiled.size <= moduleCacheEntries && this.#compiledBytes <= moduleCompiledMaxBytes;
      if (fits || oldest === newest) return;
      this.#drop(oldest);
    }
  }

  #drop(digest: KernelDigest): void {
    const compiled = this.#compiled.get(digest);
    if (compiled === undefined) return;
    this.#compiled.delete(digest);
    this.#compiledBytes -= compiled.bytes;
    this.#options.forget(compiled.kernel);
  }

  async #coming(digest: KernelDigest, peers: readonly string[]): Promise<Arrived> {
    const kept = await this.#kept(digest);
    if (kept !== undefined) return { bytes: kept, facts: undefined, path: undefined, isKept: true };
    let begun: BegunLoad | undefined;
    const fetched = await this.#options.fetch(digest, peers, (bytes) => {
      begun = beginLoad(bytes);
    });
    return { ...fetched, begun, isKept: false };
  }

  async #keep(digest: KernelDigest, bytes: Uint8Array, path: string | undefined): Promise<void> {
    const { store, notKept } = this.#options;
    try {
      const inUse = (other: KernelDigest): boolean => this.#compiled.has(other) || this.#loading.has(other);
      if (path !== undefined && (await store.link(path, bytes.length, digest, inUse))) return;
      await store.put(bytes, inUse, digest);
    } catch (error) {
      notKept(digest, HeddleError.from(error));
    }
  }

  /** What the disk has; a damaged copy is removed, others have a whole one. */
  async #kept(digest: KernelDigest): Promise<Uint8Array | undefined> {
    try {
      return await this.#options.store.get(digest);
    } catch (error) {
      const known = HeddleError.from(error);
      if (known.reason !== "MODULE_CORRUPT") throw known;
      await this.#options.store.delete(digest);
      return undefined;
    }
  }
}

/** The digest a function came with. Throws PROTOCOL when it has none. */
export function moduleDigest(entry: FunctionFrame): KernelDigest {
  const digest = toKernelDigest(Buffer.from(entry.digest).toString("hex"));
  if (digest !== undefined) return digest;
  throw new HeddleError("PROTOCOL", `function ${entry.kernel}/${entry.function} came without a digest`);
}
