/**
 * A map: inputs in, results out, both as fast as the other side allows. What is under way is bounded in items and in
 * bytes, counted from an input taken to its result handed out, so neither a fast producer nor a slow consumer fills
 * the memory of anybody.
 */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import { startMapSpan, type MapSpan } from "../telemetry/spans.ts";
import { emptyBatch, noBytes, noSizes, type ResultFrame } from "../wire/frame.ts";
import type { Connection, Submission } from "./connection.ts";
import { FrameBuilder } from "./frame-builder.ts";
import { payloadOf, valueOf } from "./invoke.ts";
import { InputReader, type Inputs } from "./map-reader.ts";
import { MapInputs } from "./map-inputs.ts";
import { MapResults, type TakenResult } from "./map-results.ts";
import type { ResolvedMap } from "./options.ts";
import type { CallableFunction } from "./schemas.ts";
import { errorOf } from "./stats.ts";

/** One result of a map; with `onError: "collect"` a failed item has `error` in place of `value`. */
export type MapResult<Value> =
  | { readonly index: number; readonly value: Value; readonly error?: undefined }
  | { readonly index: number; readonly value?: undefined; readonly error: HeddleError };

type Step = IteratorResult<MapResult<unknown>, undefined>;

type State =
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly error: HeddleError }
  | { readonly kind: "finished" };

const finished: Step = { done: true, value: undefined };

export class MapRun implements Submission {
  readonly #connection: Connection;
  readonly #function: CallableFunction;
  readonly #options: ResolvedMap;
  readonly #inputs = new MapInputs();
  readonly #results: MapResults;
  readonly #reader: InputReader;
  readonly #builder = new FrameBuilder();
  readonly #span: MapSpan | undefined;
  readonly #deadlineAt: number;
  #state: State = { kind: "running" };
  /** Where it stands with the connection: not told yet, or the number it has there. */
  #id = 0;
  #closedInputs = false;
  #failed = 0;
  #done = 0;
  #waiting: { resolve: (step: Step) => void; reject: (error: HeddleError) => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #progressAt = 0;
  readonly #abort = (): void => {
    this.#stop(
      new HeddleError("CANCELLED", `the map over ${this.#function.fullName} was cancelled by its signal`),
    );
  };

  constructor(connection: Connection, fn: CallableFunction, inputs: Inputs, options: ResolvedMap) {
    this.#connection = connection;
    this.#function = fn;
    this.#options = options;
    this.#results = new MapResults(options.ordered);
    this.#span = startMapSpan(fn.fullName, systemClock.now());
    this.#deadlineAt = options.deadlineMs === 0 ? Infinity : systemClock.now() + options.deadlineMs;
    this.#reader = new InputReader(inputs, {
      room: () => this.#room(),
      take: (input) => this.#take(input),
      turn: () => this.#sendBuilt(),
      end: () => this.#endInputs(),
      failed: (error) => this.#stop(error),
    });
    if (options.deadlineMs > 0) this.#timer = setTimeout(() => this.#expire(), options.deadlineMs);
    options.signal?.addEventListener("abort", this.#abort, { once: true });
    if (options.signal?.aborted === true) this.#abort();
    else this.#reader.wake();
  }

  get repeatable(): boolean {
    return this.#function.pure || this.#options.idempotencyKey !== "";
  }

  /** The next result; one call at a time. */
  next(): Promise<Step> {
    if (this.#state.kind === "failed") return this.#rejectOnce(this.#state.error);
    const taken = this.#results.take();
    if (taken !== undefined) {
      this.#reader.wake();
      return this.#deliver(taken);
    }
    if (this.#state.kind === "finished" || this.#complete()) {
      this.#finish();
      return Promise.resolve(finished);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The consumer has had enough. */
  async return(): Promise<Step> {
    if (this.#state.kind === "running") this.#cancelRest();
    this.#finish();
    return finished;
  }

  submit(id: number, link: FrameLink): void {
    this.#id = id;
    const ranges = this.#inputs.restart();
    let first = 0;
    for (const range of ranges) {
      this.#sendFrame(link, first, range.sizes, range.payloads, true);
      first += range.count;
    }
    if (first === 0 || this.#closedInputs)
      this.#sendFrame(link, first, noSizes, noBytes, !this.#closedInputs);
    link.flush();
  }

  result(frame: ResultFrame): void {
    if (this.#state.kind !== "running") return;
    const fates = [...frame.errors].sort((left, right) => left.index - right.index);
    let number = frame.first;
    let offset = 0;
    const end = frame.first + frame.count;
    for (const failed of fates) {
      offset = this.#values(frame, number, failed.index, offset);
      const count = Math.max(1, failed.count);
      const error = errorOf(failed, this.#span?.traceId);
      this.#settleErrors(failed.index, count, error);
      if (this.#options.onError === "stop") {
        this.#stop(error);
        return;
      }
      number = failed.index + count;
    }
    this.#values(frame, number, end, offset);
    this.#progress(false);
    this.#wakeConsumer();
  }

  fail(error: HeddleError): void {
    this.#stop(error);
  }

  /** Settles the successful items [from, to) of a frame; gives the byte offset after them. */
  #values(frame: ResultFrame, from: number, to: number, offset: number): number {
    if (from >= to) return offset;
    let at = offset;
    let item = from;
    for (const run of this.#inputs.settle(from, to - from)) {
      const sizes = frame.sizes.subarray(item - frame.first, item - frame.first + run.count);
      let bytes = 0;
      for (let index = 0; index < sizes.length; index++) bytes += sizes[index] ?? 0;
      const payloads = frame.payloads.subarray(at, at + bytes);
      this.#results.add({ kind: "values", first: run.first, count: run.count, sizes, payloads });
      at += bytes;
      item += run.count;
    }
    this.#done += to - from;
    return at;
  }

  #settleErrors(number: number, count: number, error: HeddleError): void {
    for (const { first, count: items } of this.#inputs.settle(number, count)) {
      this.#results.add({ kind: "error", first, count: items, error });
    }
    this.#done += count;
    this.#failed += count;
  }

  /** May another input be taken? */
  #room(): boolean {
    if (this.#state.kind !== "running") return false;
    const underWay = this.#inputs.taken + this.#builder.count - this.#results.delivered;
    if (underWay === 0) return true;
    const window = Math.min(this.#options.windowBytes, this.#connection.windowBytes);
    const bytes = this.#inputs.bytes + this.#builder.bytes + this.#results.bytes;
    return underWay < this.#options.concurrency && bytes < window;
  }

  #take(input: unknown): void {
    const payload = this.#encode(input);
    if (payload === undefined) return;
    if (!this.#builder.fits(payload.length)) this.#sendBuilt();
    this.#builder.add(payload);
  }

  /** The request's bytes; undefined when the input is no valid request and the map goes on without it. */
  #encode(input: unknown): Uint8Array | undefined {
    try {
      return payloadOf(this.#function, input);
    } catch (error) {
      if (this.#options.onError === "stop") throw error;
      this.#sendBuilt();
      const first = this.#inputs.skip();
      this.#results.add({ kind: "error", first, count: 1, error: HeddleError.from(error) });
      this.#done++;
      this.#failed++;
      this.#wakeConsumer();
      return undefined;
    }
  }

  #sendBuilt(): void {
    if (this.#builder.count === 0) return;
    const { sizes, payloads } = this.#builder.take();
    const first = this.#inputs.nextNumber;
    this.#inputs.append(sizes, payloads);
    const { link } = this.#connection;
    if (this.#id === 0) this.#connection.add(this);
    else if (link !== undefined) this.#sendFrame(link, first, sizes, payloads, true);
    // Without a link the frame waits in the inputs for the next submission.
  }

  #endInputs(): void {
    this.#sendBuilt();
    this.#closedInputs = true;
    const { link } = this.#connection;
    if (this.#id !== 0 && link !== undefined) {
      this.#sendFrame(link, this.#inputs.nextNumber, noSizes, noBytes, false);
      link.flush();
    }
    this.#wakeConsumer();
  }

  #sendFrame(link: FrameLink, first: number, sizes: Uint32Array, payloads: Uint8Array, open: boolean): void {
    const { kernel, name } = this.#function;
    const opening = first === 0;
    const { priority, attemptsMax, affinity, idempotencyKey } = this.#options;
    const left =
      this.#deadlineAt === Infinity ? 0 : Math.max(1, Math.ceil(this.#deadlineAt - systemClock.now()));
    link.sendBatch({
      ...emptyBatch,
      id: this.#id,
      function: this.#connection.functionNumber(link, kernel, name),
      first,
      count: sizes.length,
      sizes,
      payloads,
      open,
      deadlineMs: opening ? left : 0,
      priority,
      attemptsMax,
      affinity,
      idempotencyKey,
      trace: opening && this.#span !== undefined ? this.#span.context() : noBytes,
    });
  }

  #complete(): boolean {
    return (
      this.#closedInputs && this.#inputs.unsettled === 0 && this.#results.delivered === this.#inputs.taken
    );
  }

  #deliver(taken: TakenResult): Promise<Step> {
    try {
      return Promise.resolve({ done: false, value: this.#resultOf(taken) });
    } catch (error) {
      const known = HeddleError.from(error);
      this.#stop(known);
      return this.#rejectOnce(known);
    }
  }

  #resultOf(taken: TakenResult): MapResult<unknown> {
    if (taken.kind === "error") return { index: taken.index, error: taken.error };
    return { index: taken.index, value: valueOf(this.#function, taken.payload) };
  }

  #wakeConsumer(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const taken = this.#results.take();
    if (taken !== undefined) {
      this.#waiting = undefined;
      this.#reader.wake();
      this.#deliver(taken).then(waiting.resolve, waiting.reject);
    } else if (this.#complete()) {
      this.#waiting = undefined;
      this.#finish();
      waiting.resolve(finished);
    }
  }

  #expire(): void {
    const { deadlineMs } = this.#options;
    this.#stop(
      new HeddleError(
        "DEADLINE",
        `the map over ${this.#function.fullName} did not end within ${deadlineMs} ms`,
      ),
    );
  }

  /** Ends the map with an error, which the consumer meets at once or with its next call. */
  #stop(error: HeddleError): void {
    if (this.#state.kind !== "running") return;
    this.#cancelRest();
    this.#state = { kind: "failed", error };
    this.#release(error);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    this.#state = { kind: "finished" };
    waiting.reject(error);
  }

  /** An iteration ends with its error once; asked again it is just over. */
  #rejectOnce(error: HeddleError): Promise<Step> {
    this.#state = { kind: "finished" };
    return Promise.reject(error);
  }

  #cancelRest(): void {
    const { link } = this.#connection;
    if (this.#id === 0 || link === undefined) return;
    link.writer?.cancel({ id: this.#id, first: 0, count: 0 });
    link.flush();
  }

  #finish(): void {
    if (this.#state.kind === "running") this.#release(undefined);
    this.#state = { kind: "finished" };
  }

  #release(error: HeddleError | undefined): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    if (this.#id !== 0) this.#connection.remove(this.#id);
    this.#reader.close();
    this.#progress(true);
    this.#span?.end({
      at: systemClock.now(),
      count: this.#done,
      failed: this.#failed,
      ...(error === undefined ? {} : { error }),
    });
  }

  #progress(last: boolean): void {
    const { onProgress, total } = this.#options;
    if (onProgress === undefined) return;
    const now = systemClock.now();
    if (!last && now - this.#progressAt < limits.progressMs) return;
    this.#progressAt = now;
    onProgress({
      done: this.#done,
      failed: this.#failed,
      total: this.#closedInputs ? this.#inputs.taken : total,
    });
  }
}
