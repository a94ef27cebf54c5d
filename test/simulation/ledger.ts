/**
 * The checker's own books: item by item, with sets and maps, as slow and as plain as can be. It applies the events by
 * the rules of the design and notes which items must settle now and how; where to place what, it leaves to the core.
 */
import type { AttemptId, BatchId, NodeId } from "../../src/base/ids.ts";
import { reasonRow } from "../../src/base/reason.ts";
import type { Dispatch } from "../../src/scheduler/action.ts";
import type { Ended, Event, Progress, Submitted } from "../../src/scheduler/event.ts";
import type { SchedulerOptions } from "../../src/scheduler/options.ts";
import { BreakerBook } from "./breaker-book.ts";

/** How an item must settle in this step. */
export type Due =
  | { readonly kind: "accept"; readonly position: number; readonly number: number }
  | { readonly kind: "fail"; readonly reason: string };

export interface ItemBook {
  state: "waiting" | "running" | "settled";
  due: Due | undefined;
  /** Bytes of the frame it came in. */
  readonly frame: { readonly bytes: number };
  number: number;
  /** Attempts that run it. */
  readonly live: Set<AttemptBook>;
  spent: number;
  refused: number;
  readonly failedNodes: Set<NodeId>;
  /** It may be placed since the one and at the latest from the other, whatever its back-off was. */
  waitsSince: number;
  readyBy: number;
}

export interface BatchBook {
  readonly submitted: Submitted;
  readonly items: ItemBook[];
  open: boolean;
  /** Items that were run once more as stragglers. */
  copied: number;
  paused: boolean;
  /** What items that still come settle with. */
  refusal: string | undefined;
}

export interface AttemptBook {
  readonly dispatch: Dispatch;
  readonly batch: BatchBook;
  readonly node: NodeBook;
  readonly reported: Set<number>;
  bytes: number;
  progressed: boolean;
  charged: boolean;
}

export interface NodeBook {
  readonly id: NodeId;
  readonly incarnation: number;
  workers: number;
  phase: "joined" | "draining";
  credit: { readonly queueMs: number; readonly queueBytes: number; readonly attempts: number };
  readonly attempts: Set<AttemptBook>;
  seenAt: number;
}

export class Ledger {
  readonly options: SchedulerOptions;
  readonly batches = new Map<BatchId, BatchBook>();
  readonly attempts = new Map<AttemptId, AttemptBook>();
  readonly nodes = new Map<NodeId, NodeBook>();
  /** What is left of the budget of retries, by function. */
  readonly retryTokens = new Map<string, number>();
  /** Items that were tried, and those of them that were hedged, by function. */
  readonly tried = new Map<string, number>();
  readonly hedged = new Map<string, number>();
  /** Attempts that ended in this step and whose end was not told yet. */
  readonly ending = new Set<AttemptBook>();
  now = 0;
  noNodesSince = -Infinity;
  /** Nodes that stopped taking work in this step. */
  departures = 0;
  unsettled = 0;
  due = 0;

  readonly breakers: BreakerBook;
  /** Until when nodes are ejected; they are then probed until they are readmitted. */
  readonly ejections = new Map<NodeId, number>();

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.breakers = new BreakerBook(options);
  }

  /** Nodes that may get work. */
  get available(): NodeBook[] {
    return this.joined.filter((node) => !this.isEjected(node.id));
  }

  isEjected(id: NodeId): boolean {
    return (this.ejections.get(id) ?? -Infinity) > this.now;
  }

  /** Does an ejected node get one attempt to prove itself? */
  isProbed(id: NodeId): boolean {
    return this.ejections.has(id) && !this.isEjected(id);
  }

  /** Items of a function that run, counted once for each attempt. */
  running(key: string): number {
    let running = 0;
    for (const { batch, dispatch, reported } of this.attempts.values()) {
      if (batch.submitted.function.key === key) running += dispatch.count - reported.size;
    }
    return running;
  }

  get joined(): NodeBook[] {
    return [...this.nodes.values()].filter((node) => node.phase === "joined");
  }

  apply(event: Event, position: number): void {
    switch (event.kind) {
      case "submitted": {
        const { open } = event;
        const batch = { submitted: event, items: [], open, copied: 0, paused: false, refusal: undefined };
        this.batches.set(event.batch, batch);
        return this.#addItems(batch, event.count, event.bytes);
      }
      case "appended": {
        const batch = this.batches.get(event.batch);
        if (batch === undefined) return;
        if (!batch.open) batch.refusal ??= "PROTOCOL";
        if (!event.open) batch.open = false;
        return this.#addItems(batch, event.count, event.bytes);
      }
      case "cancelled":
        return this.#cancel(event.batch, event.first, event.count);
      case "expired":
        return this.#mustFailAll(event.batch, event.first, event.count, "DEADLINE");
      case "paused": {
        const batch = this.batches.get(event.batch);
        if (batch === undefined || batch.paused === event.paused) return;
        batch.paused = event.paused;
        for (const item of batch.items) item.waitsSince = Math.max(item.waitsSince, this.now);
        for (const item of batch.items) item.readyBy = Math.max(item.readyBy, this.now);
        return;
      }
      case "progress":
        return this.#progress(event, position);
      case "ended":
        return this.#ended(event);
      case "tick":
        return;
      default:
        return this.#member(event);
    }
  }

  /** Batches whose time is over by now lose what is unsettled. */
  expire(): void {
    for (const batch of this.batches.values()) {
      if (batch.submitted.deadlineAt > this.now) continue;
      batch.refusal = "DEADLINE";
      for (const item of batch.items) this.#mustFail(item, "DEADLINE");
    }
    this.breakers.pass(this.now);
    this.failStopped();
  }

  /** What waits for functions that were stopped in this step fails. */
  failStopped(): void {
    for (const batch of this.batches.values()) {
      if (!this.breakers.stopped.has(batch.submitted.function.key)) continue;
      for (const item of batch.items) if (item.state === "waiting") this.#mustFail(item, "FUNCTION_STOPPED");
    }
    this.breakers.stopped.clear();
  }

  /** The node is gone with all its attempts. */
  lose(node: NodeBook): void {
    this.nodes.delete(node.id);
    this.departures++;
    if (this.joined.length === 0 && node.phase === "joined") this.noNodesSince = this.now;
    const failed = new Set<string>();
    for (const attempt of node.attempts) {
      const { key } = attempt.batch.submitted.function;
      const unreported = attempt.dispatch.count - attempt.reported.size;
      if (attempt.charged || unreported === 0) continue;
      attempt.charged = failed.has(key);
      failed.add(key);
      if (!attempt.charged) this.#charge(attempt);
    }
    const concerned = [...node.attempts].filter(({ dispatch, reported }) => reported.size < dispatch.count);
    for (const key of new Set(concerned.map(({ batch }) => batch.submitted.function.key))) {
      this.breakers.note(key, 0, 1, this.now);
    }
    for (const attempt of node.attempts) this.#end(attempt, "NODE_LOST");
  }

  countTried({ submitted }: BatchBook, items: number): void {
    const { key } = submitted.function;
    this.tried.set(key, (this.tried.get(key) ?? 0) + items);
  }

  settle(item: ItemBook): void {
    if (item.due !== undefined) this.due--;
    else this.unsettled--;
    item.due = undefined;
    item.state = "settled";
  }

  #must(item: ItemBook, due: Due): void {
    if (item.state === "settled") return;
    item.state = "settled";
    item.due = due;
    this.due++;
    this.unsettled--;
  }

  #mustFail(item: ItemBook, reason: string): void {
    this.#must(item, { kind: "fail", reason });
  }

  #addItems(batch: BatchBook, count: number, bytes: number): void {
    const frame = { bytes };
    const full = this.unsettled + count > this.options.queueItemsMax;
    const { now } = this;
    for (let place = 0; place < count; place++) {
      const item: ItemBook = {
        state: "waiting",
        due: undefined,
        frame,
        number: 0,
        live: new Set(),
        spent: 0,
        refused: 0,
        failedNodes: new Set(),
        waitsSince: now,
        readyBy: now,
      };
      batch.items.push(item);
      this.unsettled++;
      if (batch.refusal !== undefined) this.#mustFail(item, batch.refusal);
      else if (full) this.#mustFail(item, "QUEUE_FULL");
      else if (this.breakers.isOpen(batch.submitted.function.key)) this.#mustFail(item, "FUNCTION_STOPPED");
    }
  }

  #cancel(id: BatchId, first: number, count: number): void {
    const batch = this.batches.get(id);
    if (batch === undefined) return;
    if (count === Infinity) {
      batch.open = false;
      batch.refusal ??= "CANCELLED";
    }
    this.#mustFailAll(id, first, count, "CANCELLED");
  }

  #mustFailAll(id: BatchId, first: number, count: number, reason: string): void {
    const batch = this.batches.get(id);
    if (batch === undefined) return;
    const end = Math.min(batch.items.length, first + count);
    for (let index = first; index < end; index++) this.#mustFail(itemOf(batch, index), reason);
  }

  #progress(event: Progress, position: number): void {
    const attempt = this.#attempt(event);
    if (attempt === undefined) return;
    const { first: begin, count } = attempt.dispatch;
    const end = begin + count;
    const failures = new Map(event.failures.map((failure) => [failure.index, failure.reason]));
    const before = attempt.reported.size;
    for (let index = event.first; index < event.first + event.count; index++) {
      if (attempt.reported.has(index) || index < begin || index >= end) continue;
      attempt.reported.add(index);
      const item = itemOf(attempt.batch, index);
      const reason = failures.get(index);
      const { number } = attempt.dispatch;
      item.live.delete(attempt);
      if (reason === undefined) this.#must(item, { kind: "accept", position, number });
      else this.#fails(item, attempt, reason);
      attempt.progressed ||= reason === undefined || reasonRow(reason).retry !== "always";
    }
    if (attempt.reported.size === before) return;
    const kills = event.failures.filter(({ reason }) => reason === "TIME_LIMIT" || reason === "WORKER_LOST");
    const { key } = attempt.batch.submitted.function;
    this.breakers.note(key, event.count - event.failures.length, kills.length, this.now);
  }

  #ended(event: Ended): void {
    const attempt = this.#attempt(event);
    if (attempt === undefined) return;
    this.#end(attempt, event.rest.reason, event.rest.pushbackMs);
    if (!attempt.progressed || attempt.charged) return;
    const { retryTokensMax, retryTokenRatio } = this.options;
    const tokens = this.#tokens(attempt) + retryTokenRatio;
    this.retryTokens.set(attempt.batch.submitted.function.key, Math.min(retryTokensMax, tokens));
  }

  #tokens(attempt: AttemptBook): number {
    return this.retryTokens.get(attempt.batch.submitted.function.key) ?? this.options.retryTokensMax;
  }

  /** One failure an attempt that speaks of an outage. */
  #charge(attempt: AttemptBook): void {
    if (attempt.charged) return;
    attempt.charged = true;
    const left = Math.max(0, this.#tokens(attempt) - 1);
    this.retryTokens.set(attempt.batch.submitted.function.key, left);
  }

  #end(attempt: AttemptBook, reason: string, pushbackMs?: number): void {
    const { dispatch, batch, node, reported } = attempt;
    for (let index = dispatch.first; index < dispatch.first + dispatch.count; index++) {
      itemOf(batch, index).live.delete(attempt);
      if (!reported.has(index)) this.#fails(itemOf(batch, index), attempt, reason, pushbackMs);
    }
    node.attempts.delete(attempt);
    this.attempts.delete(dispatch.attempt);
    this.ending.add(attempt);
  }

  #fails(item: ItemBook, attempt: AttemptBook, reason: string, pushbackMs?: number): void {
    const { policy, node } = { policy: attempt.batch.submitted.function, node: attempt.node };
    const row = reasonRow(reason);
    const burdens = row.countsAgainstNode || reason === "NODE_OVERLOADED";
    if (row.retry !== "final" && burdens) this.#charge(attempt);
    if (item.state === "settled") return;
    if (row.retry === "final" || (row.retry === "if-pure" && !policy.pure))
      return this.#mustFail(item, reason);
    if (item.live.size > 0) return; // another attempt still runs it
    item.state = "waiting";
    item.waitsSince = this.now;
    item.readyBy = this.now;
    const { options } = this;
    const tries = row.countsAgainstNode ? ++item.spent : item.refused + 1;
    if (row.countsAgainstNode) item.failedNodes.add(node.id);
    else if (reason !== "NOT_STARTED" || !attempt.progressed) item.refused++;
    else if (this.breakers.isOpen(policy.key)) return this.#mustFail(item, "FUNCTION_STOPPED");
    else return;
    const triesMax = row.countsAgainstNode ? policy.attemptsMax - 1 : options.refusalsMax;
    const held = burdens && this.#tokens(attempt) <= options.retryTokensMax / 2;
    if (tries > triesMax || held || (pushbackMs ?? 0) < 0) return this.#mustFail(item, reason);
    if (this.breakers.isOpen(policy.key)) return this.#mustFail(item, "FUNCTION_STOPPED");
    item.readyBy += pushbackMs ?? Math.min(policy.backoffMaxMs, policy.backoffBaseMs * 2 ** (tries - 1));
  }

  #attempt(event: Progress | Ended): AttemptBook | undefined {
    const attempt = this.attempts.get(event.attempt);
    if (attempt === undefined || attempt.node.id !== event.node) return undefined;
    if (attempt.node.incarnation !== event.incarnation) return undefined;
    attempt.node.seenAt = this.now;
    return attempt;
  }

  #member(event: Extract<Event, { node: NodeId; kind: `node${string}` }>): void {
    const known = this.nodes.get(event.node);
    if (event.kind === "nodeJoined") {
      if (known !== undefined && known.incarnation > event.incarnation) return;
      if (known?.incarnation === event.incarnation) {
        known.phase = "joined";
        known.workers = event.workers;
        known.seenAt = this.now;
        return;
      }
      if (known !== undefined) this.lose(known);
      const credit = { queueMs: 0, queueBytes: 0, attempts: 0 };
      const { node: id, incarnation, workers } = event;
      const attempts = new Set<AttemptBook>();
      this.nodes.set(id, { id, incarnation, workers, phase: "joined", credit, attempts, seenAt: this.now });
      return;
    }
    if (known?.incarnation !== event.incarnation) return;
    known.seenAt = this.now;
    if (event.kind === "nodeCredit") known.credit = event;
    if (event.kind === "nodeLost") this.lose(known);
    if (event.kind !== "nodeDraining" || known.phase === "draining") return;
    known.phase = "draining";
    this.departures++;
    if (this.joined.length === 0) this.noNodesSince = this.now;
  }
}

/** The item of that index; the checker has made sure that there is one. */
export function itemOf(batch: BatchBook, index: number): ItemBook {
  const item = batch.items[index];
  if (item === undefined) throw new Error(`batch ${batch.submitted.batch} has no item ${index}`);
  return item;
}
