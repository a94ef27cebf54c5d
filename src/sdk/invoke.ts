/** One invocation from values to values: encode, batch, wait, decode. */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { atTurnEnd } from "../base/turn-end.ts";
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

/**
 * The value a caller gets for a response: its field `value` where that is all it has, undefined where it has no fields,
 * and otherwise the whole message.
 */
export function valueOf(fn: CallableFunction, payload: Uint8Array): unknown {
  const message = decodeMessage(fn.schema.response, payload);
  if (fn.unwraps) return message["value"];
  return fn.schema.response.fields.length === 0 ? undefined : message;
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

/** Looks a function up anew; undefined when it is still the version that is known. */
export type RenewFunction = (fn: CallableFunction) => Promise<CallableFunction | undefined>;

/** One invocation as it was asked for. */
interface Call {
  readonly fn: CallableFunction;
  readonly input: unknown;
  readonly options: ResolvedInvoke;
  readonly withStats: boolean;
}

/** Gathers the invocations of a turn. */
export class Invoker {
  readonly #connection: Connection;
  /** The batch that is being filled, by function and options. */
  readonly #filling = new Map<CallableFunction, Map<string, InvocationBatch>>();
  readonly #renew: RenewFunction;
  #flushDue = false;

  constructor(connection: Connection, renew: RenewFunction) {
    this.#connection = connection;
    this.#renew = renew;
  }

  /** Calls `done` with the response; `withStats` chooses what it resolves to. */
  invoke(
    fn: CallableFunction,
    input: unknown,
    options: ResolvedInvoke,
    withStats: boolean,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const again = (error: HeddleError): boolean => {
        if (!mayBeOutdated(error)) return false;
        this.#invokeAnew({ fn, input, options, withStats }, error).then(resolve, reject);
        return true;
      };
      this.#add({ fn, input, options, withStats }, resolve, reject, again);
    });
  }

  /** The function may have another version than the one it was encoded by: that one is tried, once. */
  async #invokeAnew(call: Call, error: HeddleError): Promise<unknown> {
    const fn = await this.#renew(call.fn);
    if (fn === undefined) throw error;
    return new Promise((resolve, reject) => this.#add({ ...call, fn }, resolve, reject, () => false));
  }

  #add(
    { fn, input, options, withStats }: Call,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    again: (error: HeddleError) => boolean,
  ): void {
    const { signal } = options;
    if (signal?.aborted === true) return reject(cancelled(fn));
    let payload: Uint8Array;
    try {
      payload = payloadOf(fn, input);
    } catch (error) {
      if (!again(HeddleError.from(error))) reject(error);
      return;
    }
    const span = isTracing() ? startInvokeSpan(fn.fullName, systemClock.now()) : undefined;
    const waiter = new PromiseWaiter(fn, withStats, resolve, reject, again, span);
    const batch = this.#batchFor(fn, options, payload.length);
    const position = batch.add(payload, waiter);
    if (signal !== undefined) waiter.listen(signal, () => batch.cancel(position, cancelled(fn)));
    if (this.#flushDue) return;
    this.#flushDue = true;
    atTurnEnd(this.#flush);
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
  };
}

function cancelled(fn: CallableFunction): HeddleError {
  return new HeddleError("CANCELLED", `the invocation of ${fn.fullName} was cancelled by its signal`);
}

/** True for a failure that another version of the function, just deployed, may explain. */
function mayBeOutdated({ reason }: HeddleError): boolean {
  return reason === "INCOMPATIBLE" || reason === "BAD_PAYLOAD";
}

/** The promise side of an invocation. */
class PromiseWaiter implements Waiter {
  readonly span: InvokeSpan | undefined;
  readonly #function: CallableFunction;
  readonly #withStats: boolean;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: HeddleError) => void;
  readonly #again: (error: HeddleError) => boolean;
  #unlisten: (() => void) | undefined;

  constructor(
    fn: CallableFunction,
    withStats: boolean,
    resolve: (value: unknown) => void,
    reject: (error: HeddleError) => void,
    again: (error: HeddleError) => boolean,
    span: InvokeSpan | undefined,
  ) {
    this.#function = fn;
    this.#withStats = withStats;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#again = again;
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
    if (error.reason !== "INCOMPATIBLE" || !this.#again(error)) this.#reject(error);
  }
}
