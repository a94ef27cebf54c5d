/**
 * Runs a batch that lies in shared memory, item after item, on one instance. This is the hottest loop of a node: per
 * item it makes no object, no view and no closure, and reads the clock once at most (see `shared-clock.ts`).
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { byteArea, copyBytes, type ByteArea } from "../kernel/copy-bytes.ts";
import type { KernelInstance } from "../kernel/instance.ts";
import { kernelFailure, type KernelFailure } from "../kernel/trap.ts";
import { toFailure } from "./batch.ts";
import { ItemStatus, Time, Urgency, Word, type BatchMemory } from "./batch-memory.ts";
import { SharedClock } from "./shared-clock.ts";

/** The scale of `systemClock`, with its origin read once. */
const origin = performance.timeOrigin;
export const threadNow = (): number => origin + performance.now();

/** Runs batches in the memory of one slot. */
export class BatchRunner {
  readonly memory: BatchMemory;
  /** The item that runs, for its log. */
  index = 0;
  readonly #ring: () => void;
  readonly #clock = new SharedClock();
  /** Where results go. Nobody but this side grows it, and to ask whether it has grown takes its time for each item. */
  #output: ByteArea;
  /** Where the next result goes. */
  #outputAt = 0;

  /** `ring` tells the host to look at the memory. */
  constructor(memory: BatchMemory, ring: () => void) {
    this.memory = memory;
    this.#output = byteArea(memory.output);
    this.#ring = ring;
  }

  /**
   * Runs the items; `instance` gives the instance, which may have to be made. `interlude` is called between items, of
   * an urgent batch once it has run for longer than such a batch does: it says whether it has run something else.
   */
  run(instance: () => KernelInstance, interlude: () => boolean): void {
    const { header, times } = this.memory;
    this.#outputAt = 0;
    this.index = 0;
    const takenAt = threadNow();
    times[Time.TAKEN_AT] = takenAt;
    times[Time.BEGAN_AT] = takenAt;
    times[Time.COLD_MS] = 0;
    try {
      Atomics.store(header, Word.COLD, 1);
      const ready = instance();
      Atomics.store(header, Word.COLD, 0);
      const rebuildsBefore = ready.rebuilds;
      const urgent = Atomics.load(header, Word.URGENT) !== Urgency.NONE;
      this.#runItems(ready, interlude, urgent ? limits.shortBatchMs : 0);
      Atomics.store(header, Word.REBUILDS, ready.rebuilds - rebuildsBefore);
    } catch (error) {
      this.#stop(HeddleError.from(error));
    }
  }

  /** The time of one item of the last batch, in ms; 0 when none has run. */
  get sampleMs(): number {
    const { header, runMs } = this.memory;
    const finished = Atomics.load(header, Word.FINISHED);
    return finished === 0 ? 0 : (runMs[finished >> 1] ?? 0);
  }

  /** `aloneMs`: how long it runs before there may be an interlude, and from one to the next. */
  #runItems(instance: KernelInstance, interlude: () => boolean, aloneMs: number): void {
    const { header, times, sizes, cancelled, input, status, resultSizes, runMs } = this.memory;
    const clock = this.#clock;
    const functionIndex = Atomics.load(header, Word.FUNCTION);
    const count = Atomics.load(header, Word.COUNT);
    const deadlineAt = times[Time.DEADLINE_AT] ?? Infinity;
    let inputAt = 0;
    clock.start(threadNow(), deadlineAt);
    let interludesFrom = clock.now + aloneMs;
    for (let index = 0; index < count; index++) {
      if (clock.fresh && clock.now >= interludesFrom && interlude()) {
        clock.start(threadNow(), deadlineAt);
        interludesFrom = clock.now + aloneMs;
      }
      // Claimed before HALT is looked at, so that whoever sets it and then reads STARTED knows what will not run.
      Atomics.store(header, Word.STARTED, index + 1);
      if (Atomics.load(header, Word.HALT) !== 0) {
        Atomics.store(header, Word.STARTED, index);
        return;
      }
      const size = sizes[index] ?? 0;
      const expired = clock.now >= deadlineAt;
      if (expired || Atomics.load(cancelled, index) !== 0) {
        this.#skip(index, expired ? ItemStatus.DEADLINE : ItemStatus.CANCELLED);
        inputAt += size;
        continue;
      }
      this.index = index;
      if (clock.fresh) {
        times[Time.BEGAN_AT] = clock.now;
        times[Time.BEGAN_INDEX] = index;
      }
      if (instance.call(functionIndex, input, inputAt, size)) {
        const resultSize = instance.resultSize;
        const at = this.#reserve(resultSize);
        copyBytes(this.#output, at, instance.area, instance.resultAt, resultSize);
        status[index] = ItemStatus.OK;
        resultSizes[index] = resultSize;
      } else {
        this.#fail(index, instance.failure ?? kernelFailure("INTERNAL", "the call failed without a reason"));
      }
      inputAt += size;
      runMs[index] = clock.due() ? clock.read(threadNow()) : clock.estimate();
      Atomics.store(header, Word.FINISHED, index + 1);
    }
  }

  #skip(index: number, how: number): void {
    const { header, status, resultSizes, runMs } = this.memory;
    status[index] = how;
    resultSizes[index] = 0;
    runMs[index] = 0;
    Atomics.add(header, Word.FAULTS, 1);
    Atomics.store(header, Word.FINISHED, index + 1);
  }

  #fail(index: number, failure: KernelFailure): void {
    const { header, status, resultSizes } = this.memory;
    const text = Buffer.from(JSON.stringify(failure));
    const at = this.#reserve(text.length);
    this.#output.bytes.set(text, at);
    status[index] = ItemStatus.FAILED;
    resultSizes[index] = text.length;
    Atomics.add(header, Word.FAULTS, 1);
  }

  /** The batch cannot go on: says why behind the results. */
  #stop(error: HeddleError): void {
    const { header } = this.memory;
    // An item whose instance could not be made has not run.
    Atomics.store(header, Word.STARTED, Atomics.load(header, Word.FINISHED));
    Atomics.store(header, Word.COLD, 0);
    const text = Buffer.from(JSON.stringify(toFailure(error)).slice(0, 2 * limits.messageMaxBytes));
    const at = this.#reserve(text.length);
    this.#output.bytes.set(text, at);
    Atomics.store(header, Word.STOPPED_AT, at);
    Atomics.store(header, Word.STOPPED_BYTES, text.length);
  }

  /** Gives the place of the next result; waits for the host when the output is full, and grows it for a large one. */
  #reserve(size: number): number {
    if (this.#outputAt + size > this.#output.bytes.length) {
      if (this.#outputAt > 0) this.#waitForFlush();
      if (size > this.#output.bytes.length) this.#grow(size);
    }
    const at = this.#outputAt;
    this.#outputAt = at + size;
    return at;
  }

  #grow(size: number): void {
    this.memory.growOutput(size);
    this.#output = byteArea(this.memory.output);
  }

  #waitForFlush(): void {
    const { header, times } = this.memory;
    Atomics.store(header, Word.FLUSH, 1);
    this.#ring();
    while (Atomics.load(header, Word.FLUSH) === 1) Atomics.wait(header, Word.FLUSH, 1);
    this.#outputAt = 0;
    // The waiting is the host's time, not the item's.
    times[Time.BEGAN_AT] = threadNow();
    times[Time.BEGAN_INDEX] = this.index;
  }
}
