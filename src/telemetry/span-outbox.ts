/**
 * Ended spans on their way out: gathered into batches, sent one batch at a time, bounded. When the receiver is slower
 * than the spans come, those that find no room are dropped; a call never waits for its trace.
 */
import { SpanBytes, type EndedSpan } from "./span-bytes.ts";

/** When and how much is sent. */
export interface OutboxOptions {
  /** Ended spans that may wait. */
  readonly queueSpans: number;
  /** Spans of a request; as soon as there are as many, they leave. */
  readonly batchSpans: number;
  /** The longest wait of a span, in ms, when the receiver keeps up. */
  readonly delayMs: number;
}

/** Sends a batch of spans, fields of a `ScopeSpans`; settles when it is over, well or not, and the bytes may change. */
export type SendSpans = (spans: Buffer, count: number) => Promise<void>;

interface Batch {
  readonly spans: Buffer;
  readonly count: number;
}

/** Takes ended spans and has them sent. */
export class SpanOutbox {
  readonly #options: OutboxOptions;
  readonly #send: SendSpans;
  readonly #filling = new SpanBytes();
  readonly #full: Batch[] = [];
  /** Spans in `#full`. */
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #state: "open" | "closed" = "open";

  constructor(options: OutboxOptions, send: SendSpans) {
    this.#options = options;
    this.#send = send;
  }

  add(span: EndedSpan): void {
    if (this.#state === "closed" || this.#waiting + this.#filling.count >= this.#options.queueSpans) return;
    this.#filling.add(span);
    if (this.#filling.count >= this.#options.batchSpans) this.#flush();
    else this.#timer ??= setTimeout(this.#flush, this.#options.delayMs).unref();
  }

  /** Sends what is left and takes no more. */
  async close(): Promise<void> {
    this.#state = "closed";
    this.#flush();
    await this.#sending;
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { count } = this.#filling;
    if (count === 0) return;
    this.#full.push({ spans: this.#filling.take(), count });
    this.#waiting += count;
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
  };

  async #sendAll(): Promise<void> {
    for (let batch = this.#full.shift(); batch !== undefined; batch = this.#full.shift()) {
      this.#waiting -= batch.count;
      await this.#send(batch.spans, batch.count);
      this.#filling.giveBack(batch.spans);
    }
  }
}
