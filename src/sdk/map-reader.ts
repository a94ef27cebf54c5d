/**
 * Takes inputs off an iterable while there is room, a bounded number in each turn of the event loop, so that results
 * and timers are served in between.
 */
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";

/** What may be mapped over. */
export type Inputs = Iterable<unknown> | AsyncIterable<unknown>;

/** Whom the reader serves. */
export interface InputConsumer {
  /** May another input be taken now? */
  room(): boolean;
  take(input: unknown): void;
  /** Nothing more is taken in this turn. */
  turn(): void;
  /** The inputs are at their end. */
  end(): void;
  /** The iterable threw, or an input is not valid. */
  failed(error: HeddleError): void;
}

type Source =
  | { readonly kind: "sync"; readonly iterator: Iterator<unknown> }
  | { readonly kind: "async"; readonly iterator: AsyncIterator<unknown> };

export class InputReader {
  readonly #source: Source;
  readonly #consumer: InputConsumer;
  #state: "idle" | "due" | "reading" | "closed" = "idle";

  constructor(inputs: Inputs, consumer: InputConsumer) {
    this.#consumer = consumer;
    this.#source =
      Symbol.asyncIterator in inputs
        ? { kind: "async", iterator: inputs[Symbol.asyncIterator]() }
        : { kind: "sync", iterator: inputs[Symbol.iterator]() };
  }

  /** There may be room again. */
  wake(): void {
    if (this.#state !== "idle") return;
    this.#state = "due";
    setImmediate(this.#read);
  }

  /** Takes nothing more; the iterable is told. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#return();
  }

  /** Tells the iterable that no more is wanted, as `for … of` does when it is left early. */
  #return(): void {
    try {
      Promise.resolve(this.#source.iterator.return?.()).catch(() => {});
    } catch {
      // An iterable that cannot be closed, or fails at it now or later, does no harm any more: its map is over.
    }
  }

  readonly #read = (): void => {
    if (this.#state !== "due") return;
    this.#state = "reading";
    try {
      if (this.#source.kind === "sync") this.#readSync(this.#source.iterator);
      else void this.#readAsync(this.#source.iterator);
    } catch (error) {
      this.#fail(error);
    }
  };

  #readSync(iterator: Iterator<unknown>): void {
    let left = limits.mapInputsPerTurn;
    while (left-- > 0 && this.#consumer.room()) {
      const next = iterator.next();
      if (next.done === true) {
        this.#end();
        return;
      }
      if (!this.#give(next.value)) return;
    }
    this.#consumer.turn();
    if (this.#isClosed()) return;
    this.#state = "idle";
    if (this.#consumer.room()) this.wake();
  }

  async #readAsync(iterator: AsyncIterator<unknown>): Promise<void> {
    try {
      while (this.#consumer.room()) {
        const pending = iterator.next();
        // What has been gathered must not wait for an input that is slow to come.
        const turn = setImmediate(() => this.#consumer.turn());
        const next = await pending;
        clearImmediate(turn);
        if (this.#isClosed()) return;
        if (next.done === true) {
          this.#end();
          return;
        }
        if (!this.#give(next.value)) return;
      }
      this.#consumer.turn();
      if (!this.#isClosed()) this.#state = "idle";
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hands an input on; false when that was the end of it, because the input is not valid. */
  #give(input: unknown): boolean {
    try {
      this.#consumer.take(input);
      return !this.#isClosed();
    } catch (error) {
      this.close();
      this.#consumer.failed(HeddleError.from(error));
      return false;
    }
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #end(): void {
    this.#state = "closed";
    this.#consumer.end();
  }

  #fail(error: unknown): void {
    this.#state = "closed";
    this.#consumer.failed(HeddleError.from(error));
  }
}
