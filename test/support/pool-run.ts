import { systemClock } from "../../src/base/clock.ts";
import { admitModule } from "../../src/kernel/admission.ts";
import { loadKernel, type KernelModule } from "../../src/kernel/load.ts";
import {
  createWorkerPool,
  type BatchFailure,
  type BatchPart,
  type LogEntry,
  type PoolStats,
  type WorkerBatch,
} from "../../src/worker/pool.ts";
import { probeBytes } from "./probe-kernel.ts";

/** How one item of a batch ended. */
export type Outcome = Uint8Array | BatchFailure | "missing";

/** What became of a batch, its parts put together. */
export interface Finished {
  readonly id: number;
  readonly parts: readonly BatchPart[];
  readonly outcomes: readonly Outcome[];
  readonly rest: BatchFailure | undefined;
}

/** A running pool with what a test needs around it. */
export interface PoolRun {
  /** Submits a batch of the probe kernel; resolves with its last part. */
  run(
    fn: string,
    payloads: readonly Uint8Array[],
    options?: Partial<WorkerBatch>,
  ): Promise<Finished> & { id: number };
  /** Resolves when a part of the batch has come, or had come before. */
  firstPart(id: number): Promise<BatchPart>;
  cancel(id: number, first: number, count: number): void;
  reestimate(fn: string, msPerItem: number): void;
  /** Of the probe, unless another is given. */
  prepare(kernel?: KernelModule): Promise<void>;
  stats(): PoolStats;
  held(): boolean;
  /** Resolves when items of the batch were taken back. */
  takenBack(id: number): Promise<BatchPart>;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly log: LogEntry[];
}

/** The probe kernel, loaded as a node loads it. */
export function loadProbe(manifest: Readonly<Record<string, unknown>> = {}): Promise<KernelModule> {
  const bytes = probeBytes(manifest);
  return loadKernel(bytes, admitModule(bytes).digest);
}

/** Starts a pool. */
export async function startPool(
  workers: number,
  manifest: Readonly<Record<string, unknown>> = {},
): Promise<PoolRun> {
  const pool = await createProbePool(workers, manifest);
  await pool.start();
  return pool;
}

/** Makes a pool with the probe kernel. Parts are checked for order and gaps as they come. */
export async function createProbePool(
  workers: number,
  manifest: Readonly<Record<string, unknown>> = {},
): Promise<PoolRun> {
  const kernel = await loadProbe(manifest);
  const collectors = new Map<number, PartCollector>();
  const log: LogEntry[] = [];
  const pool = createWorkerPool({
    workers,
    spares: 1,
    clock: systemClock,
    onPart: (part) => collectors.get(part.id)?.add(part),
    onLog: (entry) => log.push(entry),
  });
  let nextId = 1;
  return {
    run(fn, payloads, options = {}) {
      const id = nextId++;
      const collector = new PartCollector(payloads.length);
      collectors.set(id, collector);
      pool.submit({
        id,
        kernel,
        function: fn,
        count: payloads.length,
        sizes: Uint32Array.from(payloads, ({ length }) => length),
        payloads: Buffer.concat(payloads),
        deadlineAt: Infinity,
        ...options,
      });
      return Object.assign(collector.done, { id });
    },
    firstPart(id) {
      return collectors.get(id)?.first ?? Promise.reject(new Error(`no batch ${id}`));
    },
    cancel: (id, first, count) => pool.cancel(id, first, count),
    reestimate: (fn, msPerItem) => pool.reestimate(kernel, fn, msPerItem),
    prepare: (other = kernel) => pool.prepare(other),
    stats: () => pool.stats(),
    held: () => pool.held,
    takenBack(id) {
      return collectors.get(id)?.takenBack ?? Promise.reject(new Error(`no batch ${id}`));
    },
    start: () => pool.start(),
    stop: () => pool.stop(),
    log,
  };
}

class PartCollector {
  readonly #done = Promise.withResolvers<Finished>();
  readonly #first = Promise.withResolvers<BatchPart>();
  readonly #takenBack = Promise.withResolvers<BatchPart>();
  readonly #parts: BatchPart[] = [];
  readonly #outcomes: Outcome[];
  #next = 0;

  constructor(count: number) {
    this.#outcomes = Array.from({ length: count }, () => "missing");
  }

  get done(): Promise<Finished> {
    return this.#done.promise;
  }

  get first(): Promise<BatchPart> {
    return this.#first.promise;
  }

  get takenBack(): Promise<BatchPart> {
    return this.#takenBack.promise;
  }

  add(part: BatchPart): void {
    if (part.takenBack !== undefined) this.#takenBack.resolve(part);
    this.#parts.push(part);
    try {
      this.#unpack(part);
    } catch (error) {
      this.#done.reject(error);
      return;
    }
    this.#first.resolve(part);
    if (part.done) {
      this.#done.resolve({ id: part.id, parts: this.#parts, outcomes: this.#outcomes, rest: part.rest });
    }
  }

  #unpack(part: BatchPart): void {
    if (part.first !== this.#next) throw new Error(`part begins at ${part.first} and not at ${this.#next}`);
    if (part.sizes.length !== part.count || part.runMs.length !== part.count)
      throw new Error("columns of other lengths");
    let at = 0;
    for (let index = 0; index < part.count; index++) {
      const size = part.sizes[index] ?? 0;
      this.#outcomes[part.first + index] = part.payloads.slice(at, at + size);
      at += size;
    }
    if (at !== part.payloads.length)
      throw new Error(`sizes say ${at} bytes and there are ${part.payloads.length}`);
    for (const { index, code, reason, message } of part.failures) {
      if (index < part.first || index >= part.first + part.count)
        throw new Error(`failure ${index} is of another part`);
      this.#outcomes[index] = { code, reason, message };
    }
    this.#next = part.first + part.count;
  }
}

/** How an outcome ended, in a word. */
export function reasonOf(outcome: Outcome | undefined): string {
  if (outcome === undefined || outcome === "missing") return "missing";
  return outcome instanceof Uint8Array ? "ok" : outcome.reason;
}

/** Bytes of a result; −1 for a failure. */
export function sizeOf(outcome: Outcome): number {
  return outcome instanceof Uint8Array ? outcome.length : -1;
}

/** A payload of four bytes. */
export function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
