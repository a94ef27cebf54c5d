import { inOnePiece } from "../../src/base/rope.ts";
import type { BatchWorkers } from "../../src/executor/batches.ts";
import type { BatchFailure, BatchPart, KernelModule, WorkerBatch } from "../../src/worker/pool.ts";

/** Workers that hold what they are given until a test lets them report it. */
export class HeldWorkers implements BatchWorkers {
  readonly batches: WorkerBatch[] = [];
  readonly cancels: (readonly [id: number, first: number, count: number])[] = [];
  readonly found: (readonly [functionName: string, msPerItem: number])[] = [];
  readonly #report: (part: BatchPart) => void;
  #waiting: (() => void)[] = [];

  constructor(report: (part: BatchPart) => void) {
    this.#report = report;
  }

  submit(batch: WorkerBatch): void {
    this.batches.push(batch);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  cancel(id: number, first: number, count: number): void {
    this.cancels.push([id, first, count]);
  }

  reestimate(_: KernelModule, functionName: string, msPerItem: number): void {
    this.found.push([functionName, msPerItem]);
  }

  /** Resolves when so many batches have come. */
  async held(count: number): Promise<void> {
    while (this.batches.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Reports items [from, to) with their payloads as results. */
  echo(batch: WorkerBatch, from = 0, to = batch.count, done = to === batch.count): void {
    const before = batch.sizes.subarray(0, from).reduce((sum, size) => sum + size, 0);
    const sizes = batch.sizes.slice(from, to);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const payloads = inOnePiece(batch.payloads.subarray(before, before + bytes));
    this.#report({ ...reported(batch.id, from, to - from, done), sizes, payloads });
  }

  /** Ends a batch whose other items were not started. */
  end(batch: WorkerBatch, rest: BatchFailure): void {
    this.#report({ ...reported(batch.id, 0, 0, true), rest });
  }
}

function reported(id: number, first: number, count: number, done: boolean): BatchPart {
  const none = { sizes: new Uint32Array(0), payloads: new Uint8Array(0), failures: [] };
  return {
    id,
    first,
    count,
    ...none,
    runMs: new Float32Array(count).fill(1),
    queuedMs: 2,
    coldMs: 3,
    worker: 0,
    done,
  };
}
