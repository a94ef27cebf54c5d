/** One invocation of one function for a caller who waits for it: what Fabric.Invoke, native methods and HTTP have in common. */
import type { Code } from "../base/code.ts";
import { HeddleError } from "../base/error.ts";
import type { HeapTimer } from "../base/timer-heap.ts";
import type { ItemErrorFrame, ResultFrame } from "../wire/frame.ts";
import { traceIdOf } from "../wire/traceparent.ts";
import type { CallBatch } from "./call-batch.ts";
import type { FunctionRecord } from "./records.ts";

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
  /** The serialised response message, and what the call took: it is the item at this position of the frame. */
  succeeded(payload: Buffer, frame: ResultFrame, position: number): void;
  failed(error: HeddleError): void;
}

/** A call under way: an item of a batch. `at` is its deadline on the scale of `systemClock`. */
export class SingleCall implements HeapTimer {
  readonly request: CallRequest;
  at: number;
  slot = -1;
  readonly #answer: CallAnswer;
  readonly #batch: CallBatch;
  readonly #index: number;
  #state: "open" | "over" = "open";

  constructor(batch: CallBatch, index: number, request: CallRequest, at: number, answer: CallAnswer) {
    this.#batch = batch;
    this.#index = index;
    this.request = request;
    this.at = at;
    this.#answer = answer;
  }

  /** The caller has gone; does nothing once the call has its outcome. */
  cancel(): void {
    if (this.#state === "open") this.#batch.cancel(this.#index);
  }

  /** Its time is over. */
  expire(): void {
    if (this.#state === "open") this.#batch.expire(this.#index);
  }

  /** The bytes [from, to) of these are the response. */
  succeed(payloads: Uint8Array, from: number, to: number, frame: ResultFrame, position: number): void {
    this.#state = "over";
    const { responseMaxBytes } = this.request;
    const bytes = to - from;
    if (bytes <= responseMaxBytes) {
      const payload = Buffer.from(payloads.buffer, payloads.byteOffset + from, bytes);
      this.#answer.succeeded(payload, frame, position);
    } else {
      const said = `the response has ${bytes} bytes, this kind of call takes ${responseMaxBytes}; use a Session`;
      this.#answer.failed(new HeddleError("RESULT_TOO_LARGE", said));
    }
  }

  fail(failed: ItemErrorFrame): void {
    this.#state = "over";
    this.#answer.failed(errorOf(failed, traceIdOf(this.request.trace)));
  }
}

function errorOf(failed: ItemErrorFrame, traceId: string): HeddleError {
  const { code, reason, message, attempts, node, retryAfterMs } = failed;
  return new HeddleError(reason, message, {
    code: code as Code, // the scheduler passes codes of the table only
    attempts,
    ...(node === "" ? {} : { node }),
    ...(traceId === "" ? {} : { traceId }),
    ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
  });
}
