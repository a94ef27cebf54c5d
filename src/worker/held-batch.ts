import { limits } from "../base/limits.ts";
import type { BatchFailure, BatchPart, WorkerBatch } from "./batch.ts";

/** A batch as the pool holds it, from `submit` to its last part. */
export class HeldBatch {
  readonly batch: WorkerBatch;
  /** Position of the function in its kernel. */
  readonly functionIndex: number;
  readonly inputBytes: number;
  readonly submittedAt: number;
  readonly deliver: (part: BatchPart) => void;
  /** It is over so soon that it may go before others. */
  short: boolean;
  /** It may go to a thread of the lane. */
  shortItems: boolean;
  /** Marks of cancelled items; undefined as long as there is none. */
  cancelled: Uint8Array | undefined = undefined;
  /** Short batches that went before it. */
  overtaken = 0;
  #cancelledCount = 0;

  constructor(batch: WorkerBatch, submittedAt: number, deliver: (part: BatchPart) => void) {
    this.batch = batch;
    this.functionIndex = batch.kernel.functions.indexOf(batch.function);
    this.submittedAt = submittedAt;
    this.deliver = deliver;
    this.short = (batch.estimatedMs ?? Infinity) <= limits.shortBatchMs;
    this.shortItems = this.short || batch.shortItems === true;
    let bytes = 0;
    for (let index = 0; index < batch.count; index++) bytes += batch.sizes[index] ?? 0;
    this.inputBytes = bytes;
  }

  /** May a short batch go before it? */
  get mayBeOvertaken(): boolean {
    return !this.short && this.overtaken < limits.overtakesMax;
  }

  /** No item is wanted any more. */
  get unwanted(): boolean {
    return this.#cancelledCount > 0 && this.#cancelledCount === this.batch.count;
  }

  /**
   * Its items were found to take so long, which nobody knew when it was made. True: it holds a worker for so long that
   * it is better made anew of fewer items.
   */
  reestimate(msPerItem: number): boolean {
    const { count, divisible } = this.batch;
    this.short = msPerItem * count <= limits.shortBatchMs;
    this.shortItems = msPerItem <= limits.lateItemMs;
    return divisible === true && count > 1 && msPerItem * count > limits.lateItemMs;
  }

  /** Marks items as cancelled, as far as they exist. */
  cancel(first: number, count: number): void {
    this.cancelled ??= new Uint8Array(this.batch.count);
    const end = Math.min(first + count, this.batch.count);
    for (let index = Math.max(0, first); index < end; index++) {
      if (this.cancelled[index] === 0) this.#cancelledCount++;
      this.cancelled[index] = 1;
    }
  }

  /** The last part of a batch of which nothing was started. */
  refuse(rest: BatchFailure, worker = -1): void {
    this.deliver({ ...emptyPart, id: this.batch.id, worker, done: true, rest });
  }

  /** A part that tells of items taken back, after `first` that were reported. */
  giveBack(first: number, takenBack: number, worker: number): void {
    this.deliver({ ...emptyPart, id: this.batch.id, first, worker, done: false, takenBack });
  }
}

const emptyPart = {
  first: 0,
  count: 0,
  sizes: new Uint32Array(0),
  payloads: new Uint8Array(0),
  failures: [],
  runMs: new Float32Array(0),
  queuedMs: 0,
  coldMs: 0,
};
