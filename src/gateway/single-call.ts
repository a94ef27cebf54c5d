/** One invocation of one function for a caller who waits for it: what Fabric.Invoke, native methods and HTTP have in common. */
import type { Code } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { noBytes, type ResultFrame } from "../wire/frame.ts";
import { traceIdOf } from "../wire/traceparent.ts";
import type { Engine } from "./engine.ts";
import type { BatchClient, BatchRecord, FunctionRecord } from "./records.ts";
import { checkRequestKey } from "./request-bounds.ts";

/** What is to be called, and how. */
export interface CallRequest {
  readonly function: FunctionRecord;
  /** The serialised request message; nothing looks into it on the way to the node. */
  readonly payload: Uint8Array;
  /** Time left in ms, 0 when it is over; Infinity, like anything above the longest deadline there is, means that one. */
  readonly deadlineMs: number;
  /** Higher first; 0 is normal. */
  readonly priority: number;
  /** Most tries; 0 is the default. */
  readonly attemptsMax: number;
  /** Calls with the same key prefer the same node; empty is none. */
  readonly affinity: string;
  /** Makes repeating a function with effects safe; empty is none. */
  readonly idempotencyKey: string;
  /** Parent span, 25 bytes, or empty. */
  readonly trace: Uint8Array;
  /** Who calls: the calls of one caller share its fair part. */
  readonly caller: string;
  /** Largest response that the front can pass on, in bytes. */
  readonly responseMaxBytes: number;
}

/** Where the outcome goes; exactly one of the two is called, once. */
export interface CallAnswer {
  /** The serialised response message, and the frame that brought it with what the call took. */
  succeeded(payload: Buffer, frame: ResultFrame): void;
  failed(error: HeddleError): void;
}

/** A call under way. */
export class SingleCall implements BatchClient {
  readonly key: string;
  readonly #engine: Engine;
  readonly #request: CallRequest;
  readonly #answer: CallAnswer;
  readonly #record: BatchRecord;

  /** Starts the call. Throws BAD_REQUEST, DEADLINE; everything later goes to `answer`. */
  constructor(engine: Engine, request: CallRequest, answer: CallAnswer) {
    checkRequestKey("affinity", request.affinity);
    checkRequestKey("idempotency key", request.idempotencyKey);
    if (request.deadlineMs <= 0)
      throw new HeddleError("DEADLINE", "the deadline has passed already; nothing was started");
    this.key = request.caller;
    this.#engine = engine;
    this.#request = request;
    this.#answer = answer;
    const { deadlineMs, attemptsMax } = request;
    this.#record = engine.submit({
      client: this,
      clientId: 0,
      function: request.function,
      sizes: Uint32Array.of(request.payload.length),
      payloads: request.payload,
      open: false,
      deadlineMs: Math.min(limits.deadlineMaxMs, Math.max(1, Math.ceil(deadlineMs))),
      priority: request.priority,
      attemptsMax: Math.min(attemptsMax, limits.attemptsCap),
      principal: "",
      affinity: request.affinity,
      idempotencyKey: request.idempotencyKey,
      trace: request.trace,
      traces: noBytes,
    });
  }

  /** The caller has gone; does nothing once the call has its outcome. */
  cancel(): void {
    this.#engine.cancel(this.#record, 0, Infinity);
  }

  result(_batch: BatchRecord, frame: ResultFrame): void {
    const { trace, responseMaxBytes } = this.#request;
    const failed = frame.errors[0];
    const { payloads } = frame;
    if (failed !== undefined) {
      this.#answer.failed(errorOf(failed, traceIdOf(trace)));
    } else if (payloads.length > responseMaxBytes) {
      const said = `the response has ${payloads.length} bytes, this kind of call takes ${responseMaxBytes}; use a Session`;
      this.#answer.failed(new HeddleError("RESULT_TOO_LARGE", said));
    } else {
      this.#answer.succeeded(Buffer.from(payloads.buffer, payloads.byteOffset, payloads.length), frame);
    }
  }

  settled(): void {
    // its one result has been answered
  }
}

function errorOf(failed: ResultFrame["errors"][number], traceId: string): HeddleError {
  const { code, reason, message, attempts, node, retryAfterMs } = failed;
  return new HeddleError(reason, message, {
    code: code as Code, // the scheduler passes codes of the table only
    attempts,
    ...(node === "" ? {} : { node }),
    ...(traceId === "" ? {} : { traceId }),
    ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
  });
}
