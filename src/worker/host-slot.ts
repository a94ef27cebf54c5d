/**
 * A slot of a worker as the host sees it: the shared memory of one batch, and how much of its outcome was taken. The
 * worker fills in results while the host reads: everything below FINISHED is complete and stays as it is.
 */
import { limits } from "../base/limits.ts";
import { copyOfPart, copyPieces } from "../base/rope.ts";
import type { BatchFailure, BatchPart, ItemFailure } from "./batch.ts";
import {
  BatchMemory,
  BatchState,
  ItemStatus,
  Time,
  Urgency,
  Word,
  type BatchBuffers,
} from "./batch-memory.ts";
import type { HeldBatch } from "./held-batch.ts";
import { failureOf, notStarted, parseFailure } from "./item-failures.ts";
import type { RunningWork } from "./watchdog.ts";

/** Large memory is given back after so many small batches: making it anew for each large one would cost more. */
const unneededMax = 16;

/** How the batch of a dead worker ends. */
export interface Ending {
  /** What is said of the item that ran. */
  readonly culprit: BatchFailure;
  /** What is said of those after it. */
  readonly rest: BatchFailure;
  readonly now: number;
}

/** The host's side of one of a worker's two slots. */
export class HostSlot {
  held: HeldBatch | undefined = undefined;
  #memory: BatchMemory;
  /** Items that parts have reported. */
  #reported = 0;
  /** Items that have not been taken back from the worker. */
  #kept = 0;
  /** Where the result of the next item to report begins. */
  #outputAt = 0;
  /** Batches in a row that would have fitted a smaller memory. */
  #unneeded = 0;
  /** The running item that was found cancelled, and when. */
  #unwanted = { index: -1, since: Infinity };
  /** The running item that has no time at which it began, and when it was seen first. */
  #seen = { index: -1, at: Infinity };

  constructor() {
    this.#memory = BatchMemory.allocate(limits.mapFrameItemsMax, limits.workerBufferBytes);
  }

  get buffers(): BatchBuffers {
    return this.#memory.buffers;
  }

  get state(): number {
    return Atomics.load(this.#memory.header, Word.STATE);
  }

  /** Makes the memory fit a batch; true: it is another one now, and the worker has to be told. */
  fit(held: HeldBatch): boolean {
    const { input, sizes, output } = this.#memory;
    const items = Math.max(held.batch.count, limits.mapFrameItemsMax);
    const bytes = Math.max(held.inputBytes, limits.workerBufferBytes);
    const fits = sizes.length >= items && input.length >= bytes;
    const large =
      input.length > 2 * bytes || sizes.length > 2 * items || output.length > limits.workerBufferBytes;
    const needed = !large || this.#outputAt > limits.workerBufferBytes;
    this.#unneeded = needed ? 0 : this.#unneeded + 1;
    if (fits && this.#unneeded < unneededMax) return false;
    this.#unneeded = 0;
    this.#memory = BatchMemory.allocate(items, bytes);
    return true;
  }

  /** Writes a batch into the memory; from then on the worker may take it. */
  fill(held: HeldBatch, kernelNumber: number): void {
    const { header, times, sizes, input, cancelled } = this.#memory;
    const { batch, inputBytes } = held;
    const offset = batch.offset ?? 0;
    this.held = held;
    this.#reported = 0;
    this.#kept = batch.count;
    this.#outputAt = 0;
    this.#unwanted = { index: -1, since: Infinity };
    this.#seen = { index: -1, at: Infinity };
    sizes.set(batch.count === batch.sizes.length ? batch.sizes : batch.sizes.subarray(0, batch.count));
    copyPieces(batch.payloads.subarray(offset, offset + inputBytes), input, 0);
    cancelled.fill(0, 0, batch.count);
    if (held.cancelled !== undefined) cancelled.set(held.cancelled);
    times[Time.DEADLINE_AT] = batch.deadlineAt;
    times[Time.BATCH_ID] = batch.id;
    header.fill(0);
    header[Word.KERNEL] = kernelNumber;
    header[Word.FUNCTION] = held.functionIndex;
    header[Word.COUNT] = batch.count;
    header[Word.URGENT] = held.short ? Urgency.SHORT : Urgency.NONE;
    Atomics.store(header, Word.STATE, BatchState.READY);
  }

  /** The worker is at it and does not wait for anything. */
  get goesOn(): boolean {
    return this.state === BatchState.RUNNING && !this.waiting;
  }

  /** It was run in the middle of the other, and there is something to take of it. */
  get interposed(): boolean {
    const first = Atomics.load(this.#memory.header, Word.URGENT) === Urgency.FIRST;
    return first && (this.waiting || this.hasEnded());
  }

  /** The worker has done all it will do of the batch. */
  readonly hasEnded = (): boolean => this.state === BatchState.DONE;

  /** Takes a batch back that the worker has not begun. */
  revoke(): HeldBatch | undefined {
    const { header } = this.#memory;
    const found = Atomics.compareExchange(header, Word.STATE, BatchState.READY, BatchState.EMPTY);
    return found === BatchState.READY ? this.empty() : undefined;
  }

  /** Forgets the batch. */
  empty(): HeldBatch | undefined {
    const { held } = this;
    this.held = undefined;
    Atomics.store(this.#memory.header, Word.STATE, BatchState.EMPTY);
    return held;
  }

  /** Lets no further item start. */
  halt(): void {
    Atomics.store(this.#memory.header, Word.HALT, 1);
  }

  /** Takes back what the worker has not started of the batch that it runs, if there is anything, and tells so. */
  takeBack(worker: number): void {
    const { held } = this;
    if (held?.batch.divisible !== true || this.state !== BatchState.RUNNING) return;
    this.halt();
    const takenBack = Atomics.load(this.#memory.header, Word.STARTED);
    if (takenBack >= this.#kept) return;
    this.#kept = takenBack;
    held.giveBack(this.#reported, takenBack, worker);
  }

  cancel(first: number, count: number): void {
    const end = Math.min(first + count, this.held?.batch.count ?? 0);
    for (let index = Math.max(0, first); index < end; index++)
      Atomics.store(this.#memory.cancelled, index, 1);
  }

  /** The item that runs at present; −1 for none. */
  get runningIndex(): number {
    const { header } = this.#memory;
    const started = Atomics.load(header, Word.STARTED);
    return started > Atomics.load(header, Word.FINISHED) ? started - 1 : -1;
  }

  get takenAt(): number {
    return this.#memory.times[Time.TAKEN_AT] ?? 0;
  }

  /** New instances the worker made in the batch because it could not restore the old one. */
  get rebuilds(): number {
    return Atomics.load(this.#memory.header, Word.REBUILDS);
  }

  get coldMs(): number {
    return this.#memory.times[Time.COLD_MS] ?? 0;
  }

  /** What the worker does at present with the batch, or undefined when it does nothing that could last. */
  work(now: number): RunningWork | undefined {
    const { header, times, cancelled } = this.#memory;
    if (this.held === undefined || !this.goesOn) return undefined;
    const { kernel, deadlineAt, function: functionName } = this.held.batch;
    const cold = Atomics.load(header, Word.COLD) === 1;
    const index = this.runningIndex;
    if (!cold && index < 0) return undefined;
    // Read after the cursors: if the worker has gone on since, the time is a later one and nobody is blamed.
    const beganAt = cold ? (times[Time.BEGAN_AT] ?? now) : this.#beganAt(index, now);
    if (!cold && Atomics.load(cancelled, index) === 1) {
      if (this.#unwanted.index !== index) this.#unwanted = { index, since: now };
    } else {
      this.#unwanted = { index: -1, since: Infinity };
    }
    const { timeLimitMs } = kernel;
    return { cold, beganAt, functionName, timeLimitMs, deadlineAt, cancelledAt: this.#unwanted.since };
  }

  /** When a running item began, or was seen first if that is not known. */
  #beganAt(index: number, now: number): number {
    const { times } = this.#memory;
    if (times[Time.BEGAN_INDEX] === index) return times[Time.BEGAN_AT] ?? now;
    if (this.#seen.index !== index) this.#seen = { index, at: now };
    return this.#seen.at;
  }

  /** The worker waits until all it has finished was taken. If so, `collect` and then `flush`. */
  get waiting(): boolean {
    return Atomics.load(this.#memory.header, Word.FLUSH) === 1;
  }

  /** Lets a waiting worker begin its output anew. */
  flush(): void {
    this.#outputAt = 0;
    Atomics.store(this.#memory.header, Word.FLUSH, 0);
    Atomics.notify(this.#memory.header, Word.FLUSH);
  }

  /** Takes the finished items that were not reported yet; undefined when there is none and the batch goes on. */
  collect(worker: number, ending?: Ending): BatchPart | undefined {
    const { held } = this;
    if (held === undefined) return undefined;
    const done = this.state === BatchState.DONE || ending !== undefined;
    const first = this.#reported;
    let end = Atomics.load(this.#memory.header, Word.FINISHED);
    if (end === first && !done) return undefined;
    const taken = this.#take(first, end);
    if (ending !== undefined && this.runningIndex === end) {
      this.#blame(taken, end, ending);
      end++;
    }
    this.#reported = end;
    const part = {
      id: held.batch.id,
      first,
      count: end - first,
      ...taken,
      queuedMs: Math.max(0, this.takenAt - held.submittedAt),
      coldMs: this.coldMs,
      worker,
      done,
    };
    if (!done) return part;
    // A batch of no items has been finished only when its instance could be made: that is all it asks for.
    const stopped = this.#stopped() ?? (held.batch.count === 0 ? ending?.rest : undefined);
    if (end === held.batch.count && stopped === undefined) return part;
    return { ...part, rest: stopped ?? ending?.rest ?? notStarted };
  }

  /** Adds the item that ran when its worker was ended. */
  #blame(taken: Taken, index: number, { culprit, now }: Ending): void {
    taken.failures.push({ ...culprit, index });
    taken.sizes = Uint32Array.of(...taken.sizes, 0);
    taken.runMs = Float32Array.of(...taken.runMs, Math.max(0, now - this.#beganAt(index, now)));
  }

  /** Copies results of the items [first, end). */
  #take(first: number, end: number): Taken {
    const { header, resultSizes, output } = this.#memory;
    const runMs = this.#memory.runMs.slice(first, end);
    const sizes = resultSizes.slice(first, end);
    let bytes = 0;
    for (let index = 0; index < sizes.length; index++) bytes += sizes[index] ?? 0;
    const from = this.#outputAt;
    this.#outputAt = from + bytes;
    const payloads = copyOfPart(output, from, from + bytes);
    if (Atomics.load(header, Word.FAULTS) === 0) return { payloads, sizes, failures: [], runMs };
    return { ...this.#separate(first, payloads, sizes), sizes, runMs };
  }

  /** Takes the failures out from between the results, in place. */
  #separate(first: number, bytes: Uint8Array, sizes: Uint32Array): Pick<Taken, "payloads" | "failures"> {
    const failures: ItemFailure[] = [];
    let from = 0;
    let to = 0;
    for (let at = 0; at < sizes.length; at++) {
      const size = sizes[at] ?? 0;
      const status = this.#memory.status[first + at];
      if (status === ItemStatus.OK) {
        if (from !== to) bytes.copyWithin(to, from, from + size);
        to += size;
      } else {
        failures.push({ ...failureOf(status, bytes.subarray(from, from + size)), index: first + at });
        sizes[at] = 0;
      }
      from += size;
    }
    return { payloads: bytes.subarray(0, to), failures };
  }

  /** Why the worker ended the batch early. */
  #stopped(): BatchFailure | undefined {
    const { header, output } = this.#memory;
    const size = Atomics.load(header, Word.STOPPED_BYTES);
    const at = Atomics.load(header, Word.STOPPED_AT);
    return size === 0 ? undefined : parseFailure(output.slice(at, at + size));
  }
}

/** Columns of a part. */
interface Taken {
  payloads: Uint8Array;
  sizes: Uint32Array;
  runMs: Float32Array;
  failures: ItemFailure[];
}
