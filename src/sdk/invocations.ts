/**
 * Invocations in flight. Those that a caller makes in one turn of its event loop with the same function and options
 * leave together as one batch: one frame, one submission, one deadline timer. The promise of each is all that is made
 * per invocation.
 */
import { systemClock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { inOnePiece } from "../base/rope.ts";
import type { FrameLink } from "../rpc/frame-link.ts";
import type { InvokeSpan } from "../telemetry/spans.ts";
import { emptyBatch, traceBytes, type ResultFrame } from "../wire/frame.ts";
import type { Connection, Submission } from "./connection.ts";
import type { ResolvedInvoke } from "./options.ts";
import type { CallableFunction } from "./schemas.ts";
import { errorOf } from "./stats.ts";

/** Who gets the outcome of one invocation. */
export interface Waiter {
  /** The response's bytes: item `index` of the frame. */
  succeed(payload: Uint8Array, frame: ResultFrame, index: number): void;
  fail(error: HeddleError): void;
  readonly span: InvokeSpan | undefined;
}

/** The batch that is being filled in this turn. */
export class InvocationBatch implements Submission {
  readonly windowed = false;
  readonly #connection: Connection;
  readonly #function: CallableFunction;
  readonly #options: ResolvedInvoke;
  readonly #payloads: Uint8Array[] = [];
  /** undefined: settled. */
  readonly #waiters: (Waiter | undefined)[] = [];
  readonly #deadlineAt: number;
  #bytes = 0;
  #open = 0;
  /** How many have a span. */
  #traced = 0;
  #id = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Position in the frame last sent → position here; undefined when nothing has settled before it was sent. */
  #sent: number[] | undefined;
  #state: "filling" | "sent" | "settled" = "filling";

  constructor(connection: Connection, fn: CallableFunction, options: ResolvedInvoke) {
    this.#connection = connection;
    this.#function = fn;
    this.#options = options;
    this.#deadlineAt = options.deadlineMs === 0 ? Infinity : systemClock.now() + options.deadlineMs;
  }

  /** True while another payload of that size fits into the same frame. */
  fits(bytes: number): boolean {
    if (this.#state !== "filling") return false;
    const traces = this.#traced === 0 ? 0 : (traceBytes + 4) * (this.#traced + 1);
    const room = limits.framePayloadMaxBytes - this.#bytes - traces;
    return this.#waiters.length < limits.frameItemsMax && bytes <= room;
  }

  get repeatable(): boolean {
    return this.#function.pure || this.#options.idempotencyKey !== "";
  }

  /** Gives the position of the invocation, for `cancel`. */
  add(payload: Uint8Array, waiter: Waiter): number {
    this.#payloads.push(payload);
    this.#bytes += payload.length;
    this.#open++;
    if (waiter.span !== undefined) this.#traced++;
    return this.#waiters.push(waiter) - 1;
  }

  /** The turn is over: off it goes. */
  send(): void {
    if (this.#state !== "filling") return;
    this.#state = "sent";
    if (this.#open === 0) return;
    if (this.#deadlineAt !== Infinity)
      this.#timer = setTimeout(() => this.#expire(), this.#options.deadlineMs);
    this.#id = this.#connection.add(this);
  }

  submit(id: number, link: FrameLink): void {
    this.#id = id;
    const count = this.#open;
    const sizes = new Uint32Array(count);
    const parts: Uint8Array[] = [];
    this.#sent = count === this.#waiters.length ? undefined : [];
    const tracedItems: number[] = [];
    const tracedParents: Uint8Array[] = [];
    let at = 0;
    for (let position = 0; position < this.#waiters.length; position++) {
      const waiter = this.#waiters[position];
      const payload = this.#payloads[position];
      if (waiter === undefined || payload === undefined) continue;
      this.#sent?.push(position);
      if (waiter.span !== undefined) {
        tracedItems.push(at);
        tracedParents.push(waiter.span.context());
      }
      sizes[at++] = payload.length;
      parts.push(payload);
    }
    const { priority, attemptsMax, affinity, idempotencyKey } = this.#options;
    const only = parts[0];
    const deadlineMs =
      this.#deadlineAt === Infinity ? 0 : Math.max(1, Math.ceil(this.#deadlineAt - systemClock.now()));
    link.sendBatch({
      ...emptyBatch,
      id,
      function: this.#connection.functionNumber(link, this.#function),
      count,
      sizes,
      payloads: count === 1 && only !== undefined ? only : Buffer.concat(parts),
      deadlineMs,
      priority,
      attemptsMax,
      affinity,
      idempotencyKey,
      tracedItems: tracedItems.length === 0 ? emptyBatch.tracedItems : new Uint32Array(tracedItems),
      tracedParents: tracedItems.length === 0 ? emptyBatch.tracedParents : Buffer.concat(tracedParents),
    });
  }

  result(frame: ResultFrame): void {
    // Bounded by what was sent, not by what the frame says.
    const count = Math.min(frame.count, this.#waiters.length - frame.first);
    for (const error of frame.errors) {
      const end = Math.min(error.index + Math.max(1, error.count), this.#waiters.length);
      for (let item = error.index; item < end; item++) {
        const waiter = this.#take(item);
        waiter?.fail(errorOf(error, waiter.span?.traceId));
      }
    }
    const payloads = inOnePiece(frame.payloads);
    let offset = 0;
    for (let index = 0; index < count; index++) {
      const size = frame.sizes[index] ?? 0;
      const waiter = this.#take(frame.first + index);
      waiter?.succeed(payloads.subarray(offset, offset + size), frame, frame.first + index);
      offset += size;
    }
    if (this.#open === 0) this.#settle();
  }

  fail(error: HeddleError): void {
    for (let position = 0; position < this.#waiters.length; position++) {
      const waiter = this.#waiters[position];
      this.#waiters[position] = undefined;
      waiter?.fail(error);
    }
    this.#open = 0;
    this.#settle();
  }

  /** The caller does not want this invocation any more. */
  cancel(position: number, error: HeddleError): void {
    const waiter = this.#waiters[position];
    if (waiter === undefined) return;
    this.#waiters[position] = undefined;
    this.#open--;
    waiter.fail(error);
    const { link } = this.#connection;
    if (this.#state === "sent" && link !== undefined && this.#id !== 0) {
      const item = this.#sent === undefined ? position : this.#sent.indexOf(position);
      if (item >= 0) link.cancel({ id: this.#id, first: item, count: 1 });
    }
    if (this.#open === 0 && this.#state === "sent") this.#settle();
  }

  /** Takes the waiter of an item of the last frame; undefined when it has its outcome already. */
  #take(item: number): Waiter | undefined {
    const position = this.#sent === undefined ? item : this.#sent[item];
    if (position === undefined) return undefined;
    const waiter = this.#waiters[position];
    if (waiter === undefined) return undefined;
    this.#waiters[position] = undefined;
    this.#open--;
    return waiter;
  }

  #expire(): void {
    const { link } = this.#connection;
    if (link !== undefined && this.#id !== 0) link.cancel({ id: this.#id, first: 0, count: 0 });
    const said = `${this.#function.fullName} did not settle within its deadline of ${this.#options.deadlineMs} ms`;
    this.fail(new HeddleError("DEADLINE", said));
  }

  #settle(): void {
    this.#state = "settled";
    clearTimeout(this.#timer);
    this.#payloads.length = 0;
    if (this.#id !== 0) this.#connection.remove(this.#id);
  }
}
