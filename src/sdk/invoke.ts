/** One invocation from values to values: encode, batch, wait, decode. */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { isTracing } from "../telemetry/sampling.ts";
import { startInvokeSpan, type InvokeSpan } from "../telemetry/spans.ts";
import type { ResultFrame } from "../wire/frame.ts";
import { decodeMessage, encodeMessage } from "../wire/message.ts";
import type { Connection } from "./connection.ts";
import { InvocationBatch, type Waiter } from "./invocations.ts";
import type { ResolvedInvoke } from "./options.ts";
import type { CallableFunction } from "./schemas.ts";
import { statsOf, type InvocationStats } from "./stats.ts";

/** A result with what it took. */
export interface InvokeResult<Value> {
  readonly value: Value;
  readonly stats: InvocationStats;
}

/** The value a caller gets for a response: its field `value`, undefined for an empty response. */
export function valueOf(fn: CallableFunction, payload: Uint8Array): unknown {
  const message = decodeMessage(fn.schema.response, payload);
  return fn.unwraps ? message["value"] : undefined;
}

/** The request's bytes. An input that is an error already fails with it. Throws BAD_PAYLOAD, PAYLOAD_TOO_LARGE. */
export function payloadOf(fn: CallableFunction, input: unknown): Uint8Array {
  if (input instanceof HeddleError) throw input;
  const payload = encodeMessage(fn.schema.request, input);
  if (payload.length > limits.payloadMaxBytes) {
    const said = `${fn.fullName}: the request has ${payload.length} bytes, the limit is ${limits.payloadMaxBytes}`;
    throw new HeddleError("PAYLOAD_TOO_LARGE", said);
  }
  return payload;
}

/** Gathers the invocations of a turn. */
export class Invoker {
  readonly #connection: Connection;
  /** The batch that is being filled, by function and options. */
  readonly #filling = new Map<CallableFunction, Map<string, InvocationBatch>>();
  #flushDue = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Calls `done` with the response; `withStats` chooses what it resolves to. */
  invoke(
    fn: CallableFunction,
    input: unknown,
    options: ResolvedInvoke,
    withStats: boolean,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted === true) throw cancelled(fn);
      const payload = payloadOf(fn, input);
      const span = isTracing() ? startInvokeSpan(fn.fullName, systemClock.now()) : undefined;
      const waiter = new PromiseWaiter(fn, withStats, resolve, reject, span);
      const batch = this.#batchFor(fn, options, payload.length);
      const position = batch.add(payload, waiter);
      if (signal !== undefined) waiter.listen(signal, () => batch.cancel(position, cancelled(fn)));
      if (!this.#flushDue) {
        this.#flushDue = true;
        setImmediate(this.#flush);
      }
    });
  }

  #batchFor(fn: CallableFunction, options: ResolvedInvoke, bytes: number): InvocationBatch {
    let byOptions = this.#filling.get(fn);
    if (byOptions === undefined) {
      byOptions = new Map();
      this.#filling.set(fn, byOptions);
    }
    const present = byOptions.get(options.key);
    if (present?.fits(bytes) === true) return present;
    present?.send();
    const batch = new InvocationBatch(this.#connection, fn, options);
    byOptions.set(options.key, batch);
    return batch;
  }

  readonly #flush = (): void => {
    this.#flushDue = false;
    for (const byOptions of this.#filling.values()) {
      for (const batch of byOptions.values()) batch.send();
    }
    this.#filling.clear();
    this.#connection.link?.flushNow();
  };
}

function cancelled(fn: CallableFunction): HeddleError {
  return new HeddleError("CANCELLED", `the invocation of ${fn.fullName} was cancelled by its signal`);
}

/** The promise side of an invocation. */
class PromiseWaiter implements Waiter {
  readonly span: InvokeSpan | undefined;
  readonly #function: CallableFunction;
  readonly #withStats: boolean;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: HeddleError) => void;
  #unlisten: (() => void) | undefined;

  constructor(
    fn: CallableFunction,
    withStats: boolean,
    resolve: (value: unknown) => void,
    reject: (error: HeddleError) => void,
    span: InvokeSpan | undefined,
  ) {
    this.#function = fn;
    this.#withStats = withStats;
    this.#resolve = resolve;
    this.#reject = reject;
    this.span = span;
  }

  listen(signal: AbortSignal, abort: () => void): void {
    signal.addEventListener("abort", abort, { once: true });
    this.#unlisten = () => signal.removeEventListener("abort", abort);
  }

  succeed(payload: Uint8Array, frame: ResultFrame, index: number): void {
    this.#unlisten?.();
    try {
      const value = valueOf(this.#function, payload);
      this.span?.end({ at: systemClock.now(), attempts: frame.attempt, node: frame.node });
      this.#resolve(this.#withStats ? { value, stats: statsOf(frame, index) } : value);
    } catch (error) {
      this.fail(HeddleError.from(error));
    }
  }

  fail(error: HeddleError): void {
    this.#unlisten?.();
    this.span?.end({
      at: systemClock.now(),
      error,
      ...(error.attempts === undefined ? {} : { attempts: error.attempts }),
      ...(error.node === undefined ? {} : { node: error.node }),
    });
    this.#reject(error);
  }
}
