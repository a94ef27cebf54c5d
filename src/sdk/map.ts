/**
 * A map: inputs in, results out, both as fast as the other side allows. What is under way is bounded in items and in
 * bytes, counted from an input taken to its result handed out, so neither a fast producer nor a slow consumer fills
 * the memory of anybody.
 */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import { startMapSpan, type MapSpan } from "../telemetry/spans.ts";
import type { ResultFrame } from "../wire/frame.ts";
import type { Connection, Submission } from "./connection.ts";
import { FrameBuilder, type PayloadColumns } from "./frame-builder.ts";
import { InputReader, type Inputs } from "./map-reader.ts";
import { ProgressTeller } from "./map-progress.ts";
import { MapInputs } from "./map-inputs.ts";
import { MapOutlet } from "./map-outlet.ts";
import { MapWindow } from "./map-window.ts";
import { MapResults, runBytes } from "./map-results.ts";
import type { ResolvedMap } from "./options.ts";
import type { CallableFunction } from "./schemas.ts";
import { errorOf } from "./stats.ts";
import { ValueReader } from "./value-reader.ts";

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
  readonly windowed = true;
  readonly #function: CallableFunction;
  readonly #options: ResolvedMap;
  readonly #inputs = new MapInputs();
  readonly #results: MapResults;
  readonly #window: MapWindow;
  readonly #reader: InputReader;
  readonly #builder: FrameBuilder;
  readonly #decoder: ValueReader;
  readonly #span: MapSpan | undefined;
  readonly #outlet: MapOutlet;
  #state: State = { kind: "running" };
  #closedInputs = false;
  readonly #progress: ProgressTeller;
  /** Calls of `next` that wait for a result. */
  readonly #waiting: { resolve: (step: Step) => void; reject: (error: HeddleError) => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #abort = (): void => {
    const said = `the map over ${this.#function.fullName} was cancelled by its signal`;
    this.#stop(new HeddleError("CANCELLED", said));
  };

  constructor(connection: Connection, fn: CallableFunction, inputs: Inputs, options: ResolvedMap) {
    this.#function = fn;
    this.#options = options;
    this.#builder = new FrameBuilder(fn.schema.request, (columns) => this.#send(columns));
    this.#results = new MapResults(options.ordered);
    this.#decoder = new ValueReader(fn);
    this.#progress = new ProgressTeller(options.onProgress, systemClock);
    this.#span = startMapSpan(fn.fullName, systemClock.now());
    this.#outlet = new MapOutlet(connection, fn, options, this.#span);
    this.#window = new MapWindow(options, this.#inputs, this.#results, this.#outlet);
    this.#reader = new InputReader(inputs, {
      room: () =>
        this.#state.kind === "running" && this.#window.hasRoom(this.#builder, connection.windowBytes),
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

  /** The next result. */
  next(): Promise<Step> {
    if (this.#state.kind === "failed") return this.#rejectOnce(this.#state.error);
    if (this.#state.kind === "finished") return Promise.resolve(finished);
    if (this.#results.take()) {
      this.#window.regulate();
      this.#reader.wake();
      return this.#deliver();
    }
    if (this.#complete()) {
      this.#finish();
      return Promise.resolve(finished);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** The consumer has had enough. */
  async return(): Promise<Step> {
    if (this.#state.kind === "running") this.#outlet.cancel();
    this.#finish();
    for (const waiting of this.#waiting.splice(0)) waiting.resolve(finished);
    return finished;
  }

  submit(id: number, link: FrameLink): void {
    this.#window.restart();
    this.#outlet.restart(id, link, this.#inputs.restart(), this.#closedInputs);
  }

  result(frame: ResultFrame): void {
    if (this.#state.kind !== "running") return;
    if (frame.digest.length > 0) this.#outlet.runsOn(frame.digest);
    const fates = [...frame.errors].sort((left, right) => left.index - right.index);
    let number = frame.first;
    let offset = 0;
    for (const failed of fates) {
      offset = this.#values(frame, number, failed.index, offset);
      const count = Math.max(1, failed.count);
      const error = errorOf(failed, this.#span?.traceId);
      const settled = this.#settleErrors(failed.index, count, error);
      if (settled && this.#options.onError === "stop") return this.#stop(error);
      number = failed.index + count;
    }
    this.#values(frame, number, frame.first + frame.count, offset);
    this.#tell(false);
    this.#wakeConsumer();
    this.#window.regulate();
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
      at += runBytes(frame, item, run.at);
      item = run.at + run.count;
      const sizes = frame.sizes.subarray(run.at - frame.first, item - frame.first);
      const bytes = runBytes(frame, run.at, item);
      const payloads = frame.payloads.subarray(at, at + bytes);
      this.#results.add({ kind: "values", first: run.first, count: run.count, sizes, payloads });
      this.#progress.count(run.count, 0);
      at += bytes;
    }
    return at + runBytes(frame, item, to);
  }

  /** Settles items that failed alike; false when all of them had been settled before. */
  #settleErrors(number: number, count: number, error: HeddleError): boolean {
    const runs = this.#inputs.settle(number, count);
    for (const { first, count: items } of runs) {
      this.#results.add({ kind: "error", first, count: items, error });
      this.#progress.count(items, items);
    }
    return runs.length > 0;
  }

  /** Encodes an input; one that is no valid request fails by itself when the map goes on without it. */
  #take(input: unknown): void {
    try {
      if (input instanceof HeddleError) throw input;
      this.#builder.add(input);
    } catch (error) {
      if (this.#options.onError === "stop") throw error;
      this.#sendBuilt();
      const first = this.#inputs.skip();
      this.#results.add({ kind: "error", first, count: 1, error: HeddleError.from(error) });
      this.#progress.count(1, 1);
      this.#wakeConsumer();
    }
  }

  #sendBuilt(): void {
    if (this.#builder.count > 0 && this.#state.kind === "running") this.#send(this.#builder.take());
  }

  #send({ sizes, payloads }: PayloadColumns): void {
    const first = this.#inputs.nextNumber;
    this.#inputs.append(sizes, payloads);
    if (this.#outlet.known) this.#outlet.send(first, sizes, payloads);
    else this.#outlet.enter(this);
  }

  #endInputs(): void {
    this.#sendBuilt();
    this.#closedInputs = true;
    this.#outlet.end(this.#inputs.nextNumber);
    this.#wakeConsumer();
  }

  #complete(): boolean {
    return (
      this.#closedInputs && this.#inputs.unsettled === 0 && this.#results.delivered === this.#inputs.taken
    );
  }

  /** Hands out the result that was taken last. */
  #deliver(): Promise<Step> {
    try {
      return Promise.resolve({ done: false, value: this.#result() });
    } catch (error) {
      const known = HeddleError.from(error);
      this.#stop(known);
      return this.#rejectOnce(known);
    }
  }

  #result(): MapResult<unknown> {
    const { index, error, payloads, start, end } = this.#results;
    if (error !== undefined) return { index, error };
    return { index, value: this.#decoder.read(payloads, start, end) };
  }

  #wakeConsumer(): void {
    while (this.#waiting.length > 0) {
      if (this.#results.take()) {
        this.#reader.wake();
        const waiting = this.#waiting.shift();
        this.#deliver().then(waiting?.resolve, waiting?.reject);
      } else if (this.#complete()) {
        this.#finish();
        for (const waiting of this.#waiting.splice(0)) waiting.resolve(finished);
      } else {
        return;
      }
    }
  }

  #expire(): void {
    const said = `the map over ${this.#function.fullName} did not end within ${this.#options.deadlineMs} ms`;
    this.#stop(new HeddleError("DEADLINE", said));
  }

  /** Ends the map with an error, which the consumer meets at once or with its next call. */
  #stop(error: HeddleError): void {
    if (this.#state.kind !== "running") return;
    this.#outlet.cancel();
    this.#state = { kind: "failed", error };
    this.#release(error);
    const [first, ...others] = this.#waiting.splice(0);
    if (first === undefined) return;
    this.#state = { kind: "finished" };
    first.reject(error);
    for (const waiting of others) waiting.resolve(finished);
  }

  /** An iteration ends with its error once; asked again it is just over. */
  #rejectOnce(error: HeddleError): Promise<Step> {
    this.#state = { kind: "finished" };
    return Promise.reject(error);
  }

  #finish(): void {
    const running = this.#state.kind === "running";
    this.#state = { kind: "finished" };
    if (running) this.#release(undefined);
  }

  #release(error: HeddleError | undefined): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#outlet.close();
    this.#reader.close();
    this.#tell(true);
    this.#span?.end({
      at: systemClock.now(),
      count: this.#progress.done,
      failed: this.#progress.failed,
      ...(error === undefined ? {} : { error }),
    });
  }

  #tell(last: boolean): void {
    try {
      this.#progress.tell(this.#closedInputs ? this.#inputs.taken : this.#options.total, last);
    } catch (error) {
      this.#stop(HeddleError.from(error)); // of a map that is over already, nothing is left to stop
    }
  }
}
