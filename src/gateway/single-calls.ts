/**
 * Gathers the single calls that come in during a turn of the event loop into batches, since what a batch costs on its
 * way through the scheduler, to a node and back hardly depends on its size: a call alone in its batch costs twice what
 * the gRPC library takes for it, one among twenty a tenth (`native.throughput` of the benchmarks).
 */
import { Alarm } from "../base/alarm.ts";
import { systemClock, type Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { limits } from "../base/limits.ts";
import { TimerHeap } from "../base/timer-heap.ts";
import { CallBatch } from "./call-batch.ts";
import type { Engine } from "./engine.ts";
import { checkRequestKey } from "./request-bounds.ts";
import type { CallAnswer, CallRequest, SingleCall } from "./single-call.ts";

export class SingleCalls {
  readonly #engine: Engine;
  readonly #clock: Clock;
  /** This turn's batches by caller: a batch belongs to one, for fair shares. */
  #gathered = new Map<string, CallBatch[]>();
  /** Deadlines of calls that are before those of their batches. */
  readonly #deadlines = new TimerHeap<SingleCall>();
  readonly #alarm: Alarm;

  /** `clock` is the engine's. */
  constructor(engine: Engine, clock: Clock = systemClock) {
    this.#engine = engine;
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => this.#expire());
  }

  /** Starts a call. Throws BAD_REQUEST, DEADLINE, GATEWAY_STOPPING; everything later goes to `answer`. */
  start(request: CallRequest, answer: CallAnswer): SingleCall {
    checkRequestKey("affinity", request.affinity);
    checkRequestKey("idempotency key", request.idempotencyKey);
    if (request.deadlineMs <= 0)
      throw new HeddleError("DEADLINE", "the deadline has passed already; nothing was started");
    this.#engine.checkOpen();
    const deadlineAt = this.#clock.now() + Math.min(limits.deadlineMaxMs, Math.max(1, request.deadlineMs));
    return this.#batchFor(request, deadlineAt).add(request, deadlineAt, answer);
  }

  #batchFor(request: CallRequest, deadlineAt: number): CallBatch {
    if (this.#gathered.size === 0) this.#engine.beforeStep(this.#submit);
    const known = this.#gathered.get(request.caller);
    const found = known?.findLast((batch) => batch.takes(request, deadlineAt));
    if (found !== undefined) return found;
    const batch = new CallBatch(this.#engine, this.#deadlines, request, deadlineAt);
    if (known === undefined) this.#gathered.set(request.caller, [batch]);
    else known.push(batch);
    return batch;
  }

  readonly #submit = (): void => {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    const now = this.#clock.now();
    for (const batches of gathered.values()) for (const batch of batches) batch.submit(now);
    this.#alarm.set(this.#deadlines.nextAt());
  };

  #expire(): void {
    const now = this.#clock.now();
    for (let call = this.#deadlines.takeDue(now); call !== undefined; call = this.#deadlines.takeDue(now))
      call.expire();
    this.#alarm.set(this.#deadlines.nextAt());
  }
}
