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

  /** Calls a function; `withStats` chooses what the promise resolves to. */
  invoke(
    fn: CallableFunction,
    input: unknown,
    options: ResolvedInvoke,
    withStats: boolean,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#add(new PromiseWaiter({ fn, input, options, withStats }, resolve, reject, this.#again));
    });
  }

  /** The function may have another version than the one it was encoded by: that one is tried, once. */
  readonly #again: Again = ({ call, resolve, reject }, error) => {
    if (!mayBeOutdated(error)) return false;
    this.#renew(call.fn).then((fn) => {
      if (fn === undefined) reject(error);
      else this.#add(new PromiseWaiter({ ...call, fn }, resolve, reject, undefined));
    }, reject);
    return true;
  };

  #add(waiter: PromiseWaiter): void {
    const { fn, input, options } = waiter.call;
    const { signal } = options;
    if (signal?.aborted === true) return waiter.reject(cancelled(fn));
    let payload: Uint8Array;
    try {
      payload = payloadOf(fn, input);
    } catch (error) {
      const known = HeddleError.from(error);
      if (!waiter.triesAgain(known)) waiter.reject(known);
      return;
    }
    if (isTracing()) waiter.span = startInvokeSpan(fn.fullName);
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

/** Makes another try of an invocation that failed with this error; false when none would help. */
type Again = (waiter: PromiseWaiter, error: HeddleError) => boolean;

/** An invocation with the promise that waits for it: all that is made of one, beside its payload. */
class PromiseWaiter implements Waiter {
  readonly call: Call;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HeddleError) => void;
  span: InvokeSpan | undefined = undefined;
  readonly #again: Again | undefined;
  #unlisten: (() => void) | undefined = undefined;

  /** `again` is absent for what is another try itself. */
  constructor(
    call: Call,
    resolve: (value: unknown) => void,
    reject: (error: HeddleError) => void,
    again: Again | undefined,
  ) {
    this.call = call;
    this.resolve = resolve;
    this.reject = reject;
    this.#again = again;
  }

  /** The error is not the last word. */
  triesAgain(error: HeddleError): boolean {
    return this.#again?.(this, error) === true;
  }

  listen(signal: AbortSignal, abort: () => void): void {
    signal.addEventListener("abort", abort, { once: true });
    this.#unlisten = () => signal.removeEventListener("abort", abort);
  }

  succeed(payload: Uint8Array, frame: ResultFrame, index: number): void {
    this.#unlisten?.();
    try {
      const { fn, withStats } = this.call;
      const value = valueOf(fn, payload);
      this.span?.end({ at: systemClock.now(), attempts: frame.attempt, node: frame.node });
      this.resolve(withStats ? { value, stats: statsOf(frame, index) } : value);
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
    if (error.reason !== "INCOMPATIBLE" || !this.triesAgain(error)) this.reject(error);
  }
}
