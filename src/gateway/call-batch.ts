/**
 * Single calls of one turn that travel as one batch. Each is an item of its own in it: it is cancelled, fails and
 * expires alone.
 */
import { assert } from "../base/assert.ts";
import { limits } from "../base/limits.ts";
import { inOnePiece } from "../base/rope.ts";
import type { TimerHeap } from "../base/timer-heap.ts";
import { noBytes, traceBytes, type ResultFrame } from "../wire/frame.ts";
import type { Engine, Submission } from "./engine.ts";
import type { BatchClient, BatchRecord } from "./records.ts";
import { SingleCall, type CallAnswer, type CallRequest } from "./single-call.ts";

export class CallBatch implements BatchClient {
  readonly key: string;
  readonly #engine: Engine;
  readonly #timers: TimerHeap<SingleCall>;
  readonly #first: CallRequest;
  readonly #deadlineAt: number;
  /** Undefined where the call is over. */
  readonly #calls: (SingleCall | undefined)[] = [];
  #bytes = 0;
  #record: BatchRecord | undefined;
  /** Calls whose callers went before they were submitted. */
  #unwanted: number[] = [];

  /** A batch for calls like this one. Those whose deadline is before the batch's are put into `timers`. */
  constructor(engine: Engine, timers: TimerHeap<SingleCall>, first: CallRequest, deadlineAt: number) {
    this.#engine = engine;
    this.#timers = timers;
    this.#first = first;
    this.#deadlineAt = deadlineAt;
    this.key = first.caller;
  }

  /** May a call travel with those that are in it? It must fit the frame, and mean the same but for its payload. */
  takes(request: CallRequest, deadlineAt: number): boolean {
    const first = this.#first;
    return (
      request.function === first.function &&
      request.priority === first.priority &&
      request.attemptsMax === first.attemptsMax &&
      request.affinity === first.affinity &&
      request.idempotencyKey === first.idempotencyKey &&
      Math.abs(deadlineAt - this.#deadlineAt) <= limits.gatherSpreadMs &&
      this.#calls.length < limits.frameItemsMax &&
      this.#bytes + request.payload.length <= limits.framePayloadMaxBytes
    );
  }

  /** Adds a call, as long as the batch has not been submitted. */
  add(request: CallRequest, deadlineAt: number, answer: CallAnswer): SingleCall {
    const call = new SingleCall(this, this.#calls.length, request, deadlineAt, answer);
    this.#calls.push(call);
    this.#bytes += request.payload.length;
    return call;
  }

  /** Hands the batch to the engine. */
  submit(now: number): void {
    const { function: fn, priority, attemptsMax, affinity, idempotencyKey } = this.#first;
    const calls = this.#calls.filter((call) => call !== undefined);
    const deadlineAt = calls.reduce((latest, { at }) => Math.max(latest, at), 0);
    this.#record = this.#engine.submit({
      client: this,
      clientId: 0,
      function: fn,
      ...columnsOf(calls),
      open: false,
      deadlineMs: Math.max(1, deadlineAt - now),
      priority,
      attemptsMax: Math.min(attemptsMax, limits.attemptsCap),
      principal: "",
      affinity,
      idempotencyKey,
    });
    for (const index of this.#unwanted) this.cancel(index);
    for (const call of calls) if (call.at < deadlineAt - 1) this.#timers.add(call);
  }

  cancel(index: number): void {
    if (this.#record === undefined) this.#unwanted.push(index);
    else this.#engine.cancel(this.#record, index, 1);
  }

  /** The time of a call is over. */
  expire(index: number): void {
    if (this.#record !== undefined) this.#engine.expire(this.#record, index, 1);
  }

  /** Outcomes that are all responses, or all failures. */
  result(_batch: BatchRecord, frame: ResultFrame): void {
    const { first, count, sizes, errors } = frame;
    for (const error of errors) {
      for (let index = error.index; index < error.index + Math.max(1, error.count); index++)
        this.#take(index).fail(error);
    }
    if (errors.length > 0) return;
    const payloads = inOnePiece(frame.payloads);
    let from = 0;
    for (let position = 0; position < count; position++) {
      const to = from + (sizes[position] ?? 0);
      this.#take(first + position).succeed(payloads, from, to, frame, position);
      from = to;
    }
  }

  settled(): void {
    // each result has been answered when it came
  }

  #take(index: number): SingleCall {
    const call = this.#calls[index];
    assert(call !== undefined, "a call has one outcome");
    this.#calls[index] = undefined;
    this.#timers.remove(call);
    return call;
  }
}

/** What the frame of a batch says of each of its items. */
function columnsOf(
  calls: readonly SingleCall[],
): Pick<Submission, "sizes" | "payloads" | "trace" | "traces"> {
  const [only] = calls;
  if (calls.length === 1 && only !== undefined) {
    const { payload, trace } = only.request;
    return { sizes: Uint32Array.of(payload.length), payloads: payload, trace, traces: noBytes };
  }
  return {
    sizes: Uint32Array.from(calls, ({ request }) => request.payload.length),
    payloads: Buffer.concat(calls.map(({ request }) => request.payload)),
    trace: noBytes,
    traces: tracesOf(calls),
  };
}

/** The parent spans of the calls, where 25 zero bytes stand for none; no bytes when none has one. */
function tracesOf(calls: readonly SingleCall[]): Uint8Array {
  if (calls.every(({ request }) => request.trace.length === 0)) return noBytes;
  const traces = new Uint8Array(calls.length * traceBytes);
  for (const [index, { request }] of calls.entries()) traces.set(request.trace, index * traceBytes);
  return traces;
}
