/**
 * The shell around the scheduler: owns the clock, the payloads and the links. What happens becomes events, gathered
 * over a turn of the event loop; `step` answers with actions, which are performed at once. The core sees ranges and
 * counts, the shell moves bytes; nothing here looks at a single item of a map but where one failed.
 */
import { Alarm } from "../base/alarm.ts";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { HeddleError } from "../base/error.ts";
import { batchId, type AttemptId, type BatchId, type KernelDigest } from "../base/ids.ts";
import type { Bytes } from "../base/rope.ts";
import { atTurnEnd } from "../base/turn-end.ts";
import type { Action } from "../scheduler/action.ts";
import type { Event } from "../scheduler/event.ts";
import { policyOf } from "./function-policy.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { ResultFrame } from "../wire/frame.ts";
import { Payloads, type PayloadRange } from "../wire/payloads.ts";
import type { NodeLink } from "./node-link.ts";
import { accept, cancelAttempt, dispatch, endAttempt, fail, type Books } from "./perform.ts";
import type { AttemptRecord, BatchClient, BatchRecord, FunctionRecord } from "./records.ts";
import type { Watchers } from "./watchers.ts";

/** What a client hands in. */
export interface Submission extends PayloadRange {
  readonly client: BatchClient;
  readonly clientId: number;
  readonly function: FunctionRecord;
  readonly open: boolean;
  /** Time left in ms; 0 is none. */
  readonly deadlineMs: number;
  readonly priority: number;
  readonly attemptsMax: number;
  readonly principal: string;
  readonly affinity: string;
  /** Not empty: a function with effects may be repeated as one without. */
  readonly idempotencyKey: string;
  readonly trace: Uint8Array;
  readonly traces: Uint8Array;
  readonly tracedItems?: Uint32Array | undefined;
}

export interface EngineOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly watchers: Watchers;
  /** The core gave a node up because it was silent. */
  nodeGone(link: NodeLink): void;
  /** Items have their outcome; called while their inputs are still held. Default: nobody wants to know. */
  settled?(batch: BatchRecord, frame: ResultFrame): void;
}

export class Engine {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #nodeGone: (link: NodeLink) => void;
  readonly #books: Books;
  #nextBatch = 1;
  #events: Event[] = [];
  /** The result frame behind the event at the same position. */
  #frames: (ResultFrame | undefined)[] = [];
  readonly #gathering: (() => void)[] = [];
  #stepDue = false;
  #state: "open" | "ending" = "open";
  readonly #alarm: Alarm;
  #whenIdle: (() => void)[] = [];

  constructor(options: EngineOptions) {
    this.#clock = options.clock;
    this.#alarm = new Alarm(options.clock, () => this.post({ kind: "tick" }));
    this.#scheduler = options.scheduler;
    this.#books = {
      batches: new Map(),
      attempts: new Map(),
      links: new Map(),
      watchers: options.watchers,
      settled: (batch, frame) => options.settled?.(batch, frame),
    };
    this.#nodeGone = options.nodeGone;
  }

  submit(submission: Submission): BatchRecord {
    const { function: fn, sizes, deadlineMs } = submission;
    const payloads = new Payloads();
    payloads.append(sizes, submission.payloads);
    const record: BatchRecord = {
      id: batchId(this.#nextBatch++),
      clientId: submission.clientId,
      client: submission.client,
      function: fn,
      policy: policyOf(submission),
      deadlineAt: deadlineMs === 0 ? Infinity : this.#clock.now() + deadlineMs,
      priority: submission.priority,
      principal: submission.principal,
      affinity: submission.affinity,
      trace: submission.trace,
      traces: submission.traces,
      tracedItems: submission.tracedItems,
      payloads,
      earlier: [],
    };
    this.#books.batches.set(record.id, record);
    this.post({
      kind: "submitted",
      batch: record.id,
      function: record.policy,
      count: sizes.length,
      bytes: submission.payloads.length,
      open: submission.open,
      deadlineAt: record.deadlineAt,
      priority: record.priority,
      client: submission.client.key,
      affinity: submission.affinity,
    });
    return record;
  }

  /** Throws GATEWAY_STOPPING once nothing new is taken; to be asked before `submit`. */
  checkOpen(): void {
    if (this.#state === "ending") throw new HeddleError("GATEWAY_STOPPING", "the gateway is shutting down");
  }

  /** Takes nothing new from now on; what runs goes on. */
  endIntake(): void {
    this.#state = "ending";
  }

  append(batch: BatchRecord, sizes: Uint32Array, payloads: Bytes, open: boolean): void {
    if (!this.#books.batches.has(batch.id)) return; // settled early, by its deadline or a cancel
    batch.payloads.append(sizes, payloads);
    this.post({ kind: "appended", batch: batch.id, count: sizes.length, bytes: payloads.length, open });
  }

  /** Does any batch still call a function of that version? */
  isRunning(digest: KernelDigest): boolean {
    for (const batch of this.#books.batches.values()) if (batch.function.digest === digest) return true;
    return false;
  }

  cancel(batch: BatchRecord, first: number, count: number): void {
    if (this.#books.batches.has(batch.id)) this.post({ kind: "cancelled", batch: batch.id, first, count });
  }

  /** The time of some of its items is over before the batch's own. */
  expire(batch: BatchRecord, first: number, count: number): void {
    if (this.#books.batches.has(batch.id)) this.post({ kind: "expired", batch: batch.id, first, count });
  }

  pause(batch: BatchRecord, paused: boolean): void {
    if (this.#books.batches.has(batch.id)) this.post({ kind: "paused", batch: batch.id, paused });
  }

  /** The node behind the link takes work. */
  join(link: NodeLink, zone: string): void {
    this.#books.links.set(link.node, link);
    const { node, incarnation, workers } = link;
    this.post({ kind: "nodeJoined", node, incarnation, workers, zone });
  }

  /** The link is gone; frames that still come from it are not looked at. */
  leave(link: NodeLink, why: "closed" | "left"): void {
    if (this.#books.links.get(link.node) !== link) return;
    this.#books.links.delete(link.node);
    this.post({ kind: "nodeLost", node: link.node, incarnation: link.incarnation, why });
  }

  /** The attempt of that number on a node, as long as it is under way there. */
  attemptOn(link: NodeLink, id: number): AttemptRecord | undefined {
    if (this.#books.links.get(link.node) !== link) return undefined;
    const attempt = this.#books.attempts.get(id as AttemptId); // a number that is no attempt's finds none
    return attempt?.link === link ? attempt : undefined;
  }

  /** Takes outcomes from a node. */
  result(link: NodeLink, frame: ResultFrame): void {
    const attempt = this.attemptOn(link, frame.id);
    if (attempt === undefined) return;
    const { node, incarnation } = link;
    if (frame.count > 0) {
      const runMs = sum(frame.runMs);
      const { first, count, errors: failures } = frame;
      this.post(
        { kind: "progress", attempt: attempt.id, node, incarnation, first, count, failures, runMs },
        frame,
      );
      for (const span of attempt.spans)
        span.progress({ queuedMs: frame.queuedMs, coldMs: frame.coldMs, runMs, worker: frame.worker });
    }
    if (frame.rest?.reason === "MODULE_UNAVAILABLE") link.forget(attempt.batch.function);
    if (frame.done) {
      const rest = frame.rest ?? {
        code: 14,
        reason: "NOT_STARTED",
        message: `node ${node} ended the attempt early`,
      };
      this.post({ kind: "ended", attempt: attempt.id, node, incarnation, rest });
    }
  }

  /** Queues an event; the step is taken at the end of this turn. */
  post(event: Event, frame?: ResultFrame): void {
    this.#events.push(event);
    this.#frames.push(frame);
    this.#stepAtTurnEnd();
  }

  /** Calls `gather` once at the end of this turn, before its step is taken: what it submits is in that step. */
  beforeStep(gather: () => void): void {
    this.#gathering.push(gather);
    this.#stepAtTurnEnd();
  }

  #stepAtTurnEnd(): void {
    if (this.#stepDue) return;
    this.#stepDue = true;
    atTurnEnd(this.#step);
  }

  /** Resolves when no batch is left, or after `withinMs`. */
  idle(withinMs: number): Promise<void> {
    if (this.#books.batches.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#whenIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  stop(): void {
    this.#alarm.stop();
  }

  #settled(id: BatchId): void {
    const batch = this.#books.batches.get(id);
    if (batch === undefined) return;
    this.#books.batches.delete(id);
    batch.client.settled(batch);
    if (this.#books.batches.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  readonly #step = (): void => {
    for (const gather of this.#gathering.splice(0)) gather();
    this.#stepDue = false;
    const events = this.#events;
    const frames = this.#frames;
    this.#events = [];
    this.#frames = [];
    for (const action of this.#scheduler.step(events, this.#clock.now())) this.#perform(action, frames);
  };

  #perform(action: Action, frames: readonly (ResultFrame | undefined)[]): void {
    switch (action.kind) {
      case "dispatch":
        dispatch(this.#books, action, this.#clock.now());
        return;
      case "accept":
        accept(this.#books, action, frames[action.event]);
        return;
      case "fail":
        fail(this.#books, action);
        return;
      case "attemptEnded":
        endAttempt(this.#books, action, this.#clock.now());
        return;
      case "cancelAttempt":
        cancelAttempt(this.#books, action);
        return;
      case "settled":
        this.#settled(action.batch);
        return;
      case "nodeGone": {
        const link = this.#books.links.get(action.node);
        if (link === undefined || link.incarnation !== action.incarnation) return;
        this.#books.links.delete(action.node);
        this.#nodeGone(link);
        return;
      }
      case "nodeEjected":
      case "nodeReadmitted":
        return; // told by the scheduler's snapshot
      case "wake":
        this.#alarm.set(action.at);
        return;
      default:
        assert(action satisfies never, "every action is performed");
    }
  }
}

function sum(times: Float32Array): number {
  let total = 0;
  for (let index = 0; index < times.length; index++) total += times[index] ?? 0;
  return total;
}
