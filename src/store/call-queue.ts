/**
 * Gathers calls into batches: while one batch is with the database, the next collects. A lone call goes out at once;
 * under load the batches grow by themselves until the database keeps up. Order is kept within and between batches.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

export class CallQueue<Call, Reply> {
  readonly #exchange: Exchange<Call, Reply>;
  readonly #bounds: CallQueueBounds;
  readonly #waiting: Waiting<Call, Reply>[] = [];
  #waitingBytes = 0;
  #flushing: Promise<void> | undefined;

  constructor(exchange: Exchange<Call, Reply>, bounds: CallQueueBounds = defaultBounds) {
    this.#exchange = exchange;
    this.#bounds = bounds;
  }

  /** Resolves with the reply. Rejects with QUEUE_FULL when too much waits already. */
  call(call: Call, bytes: number): Promise<Reply> {
    if (this.#waitingBytes + bytes > this.#bounds.queueMaxBytes) {
      const waiting = `${this.#waiting.length} calls (${this.#waitingBytes} bytes)`;
      return Promise.reject(
        new HeddleError("QUEUE_FULL", `${waiting} wait for the store, whose disk is slower than its callers`),
      );
    }
    const settle = Promise.withResolvers<Reply>();
    this.#waiting.push({ call, bytes, settle });
    this.#waitingBytes += bytes;
    this.#flushing ??= this.#flush();
    return settle.promise;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    await Promise.resolve(); // what is called in the same turn goes together
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        const replies = await this.#exchange(batch.map(({ call }) => call));
        replies.forEach((reply, index) => batch[index]?.settle.resolve(reply));
      } catch (error) {
        for (const { settle } of batch) settle.reject(error);
      }
    }
    this.#flushing = undefined;
  }

  /** The longest prefix within the bound of a batch, at least one call. */
  #take(): Waiting<Call, Reply>[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      if (count > 0 && bytes + waiting.bytes > this.#bounds.batchMaxBytes) break;
      count += 1;
      bytes += waiting.bytes;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }
}

/** Sends a batch and gives one reply for each call, in order. */
export type Exchange<Call, Reply> = (calls: readonly Call[]) => Promise<readonly Reply[]>;

/** What a queue and a batch may hold, in bytes as the caller counts them. */
export interface CallQueueBounds {
  readonly batchMaxBytes: number;
  readonly queueMaxBytes: number;
}

interface Waiting<Call, Reply> {
  readonly call: Call;
  readonly bytes: number;
  readonly settle: PromiseWithResolvers<Reply>;
}

const defaultBounds: CallQueueBounds = {
  batchMaxBytes: limits.storeBatchMaxBytes,
  queueMaxBytes: limits.storeQueueMaxBytes,
};
