/**
 * The memory that host and worker share for one batch. The host fills it in and sets the state to READY; the worker
 * answers in the same memory. Nothing of a batch goes by message, so that what a worker has finished is still there
 * when it has to be ended in the middle.
 *
 *   header   cursors and numbers of the batch, all in 32-bit words that are read and written atomically
 *   times    64-bit floats, each written before the cursor that announces it
 *   items    per item: size and payload in; cancelled in; size, status and time out
 *   output   results one after the other in a buffer of its own, which can grow for a large one
 *
 * The worker stores STARTED before it begins an item and FINISHED after everything of the item is written: items below
 * FINISHED are complete, and an item is running when STARTED is above FINISHED. It looks at HALT in between, so that
 * after setting it the host knows that nothing from STARTED on will run. When results do not fit any more, the
 * worker sets FLUSH and waits until the host has taken all finished ones; the output then begins anew.
 */
import { limits } from "../base/limits.ts";

/** Words of the header. */
export const Word = {
  STATE: 0,
  /** Number under which the worker knows the kernel. */
  KERNEL: 1,
  FUNCTION: 2,
  COUNT: 3,
  STARTED: 4,
  FINISHED: 5,
  /** Finished items that did not succeed. */
  FAULTS: 6,
  /** 1: the worker waits for the host to take the output. */
  FLUSH: 7,
  /** 1: the worker makes an instance. */
  COLD: 8,
  /** New instances made in the batch because the old one could not be restored. */
  REBUILDS: 9,
  /** Bytes of the error at the end of the output that ended the batch early; 0 for none. */
  STOPPED_BYTES: 10,
  /** Where that error begins. */
  STOPPED_AT: 11,
  /** 1: the host wants no further item started. */
  HALT: 12,
  /** See `Urgency`. */
  URGENT: 13,
} as const;

/** Times in ms on the scale of `systemClock`, and durations. */
export const Time = {
  DEADLINE_AT: 0,
  /** The worker took the batch. */
  TAKEN_AT: 1,
  /** The item of BEGAN_INDEX, or the making of the instance, began. */
  BEGAN_AT: 2,
  COLD_MS: 3,
  /** Id of the batch; a number that may need more than 32 bits. */
  BATCH_ID: 4,
  /** The running item or one before it: short ones share a reading of the clock. Written after BEGAN_AT. */
  BEGAN_INDEX: 5,
} as const;

/** Values of `Word.STATE`. A batch goes from EMPTY through all of them and back. */
export const BatchState = { EMPTY: 0, READY: 1, RUNNING: 2, DONE: 3 } as const;

/** `SHORT`: it may go before the rest of the batch that runs, between two of its items. `FIRST`: it has done so. */
export const Urgency = { NONE: 0, SHORT: 1, FIRST: 2 } as const;

/** How an item ended. The text of FAILED lies in the output as JSON; the others have none. */
export const ItemStatus = { OK: 0, FAILED: 1, CANCELLED: 2, DEADLINE: 3 } as const;

const headerBytes = 64;
const timesBytes = 64;
const itemBytes = 4 + 4 + 4 + 1 + 1;

/** The two buffers, as they are sent to the worker. */
export interface BatchBuffers {
  readonly fixed: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
  readonly itemsMax: number;
}

/** One side's view of the memory of a batch. */
export class BatchMemory {
  readonly buffers: BatchBuffers;
  readonly header: Int32Array;
  readonly times: Float64Array;
  readonly sizes: Uint32Array;
  readonly resultSizes: Uint32Array;
  readonly runMs: Float32Array;
  readonly status: Uint8Array;
  readonly cancelled: Uint8Array;
  readonly input: Uint8Array;
  #output: Uint8Array;

  constructor(buffers: BatchBuffers) {
    const { fixed, itemsMax } = buffers;
    this.buffers = buffers;
    this.header = new Int32Array(fixed, 0, headerBytes / 4);
    this.times = new Float64Array(fixed, headerBytes, timesBytes / 8);
    let at = headerBytes + timesBytes;
    this.sizes = new Uint32Array(fixed, at, itemsMax);
    this.resultSizes = new Uint32Array(fixed, (at += 4 * itemsMax), itemsMax);
    this.runMs = new Float32Array(fixed, (at += 4 * itemsMax), itemsMax);
    this.status = new Uint8Array(fixed, (at += 4 * itemsMax), itemsMax);
    this.cancelled = new Uint8Array(fixed, (at += itemsMax), itemsMax);
    this.input = new Uint8Array(fixed, at + itemsMax, fixed.byteLength - at - itemsMax);
    this.#output = new Uint8Array(buffers.output, 0, buffers.output.byteLength);
  }

  /** Memory for batches of up to so many items and input bytes. */
  static allocate(itemsMax: number, inputBytes: number): BatchMemory {
    const items = Math.ceil(itemsMax / 8) * 8;
    const fixedBytes = headerBytes + timesBytes + itemBytes * items + inputBytes;
    // A buffer that could grow gets pages of its own, which go back to the system with it. Others come from the C
    // library's heap, which keeps them: that showed as hundreds of megabytes after some hundred ended workers.
    const fixed = new SharedArrayBuffer(fixedBytes, { maxByteLength: fixedBytes });
    const output = new SharedArrayBuffer(limits.workerBufferBytes, { maxByteLength: outputMaxBytes });
    return new BatchMemory({ fixed, output, itemsMax: items });
  }

  /** The output, all of it also after the other side has grown it. A view of fixed length: it is the faster kind. */
  get output(): Uint8Array {
    const { output } = this.buffers;
    if (output.byteLength !== this.#output.length)
      this.#output = new Uint8Array(output, 0, output.byteLength);
    return this.#output;
  }

  /** Makes room for a large result. */
  growOutput(bytes: number): void {
    this.buffers.output.grow(bytes);
  }
}

/** A result of the largest size, with room for an error behind it. */
const outputMaxBytes = limits.payloadMaxBytes + 64 * 1024;
