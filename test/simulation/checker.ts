/**
 * What must hold at every step, whatever happens to nodes and network: each item settles exactly once and in the way
 * its events say; nothing is placed too late, on who must not get it, or beyond credits; nothing waits for nothing.
 */
import assert from "node:assert/strict";
import type {
  Accept,
  Action,
  AttemptEnded,
  CancelAttempt,
  Dispatch,
  Fail,
  NodeEjected,
  NodeGone,
} from "../../src/scheduler/action.ts";
import type { Event } from "../../src/scheduler/event.ts";
import type { SchedulerOptions } from "../../src/scheduler/options.ts";
import type { SchedulerSnapshot } from "../../src/scheduler/snapshot.ts";
import { itemOf, Ledger, type AttemptBook, type BatchBook, type ItemBook, type NodeBook } from "./ledger.ts";
import { checkWaiting } from "./waiting-check.ts";

const slackMs = 1e-6;

/** Watches one scheduler from outside; throws at the first violation. */
export class Checker {
  readonly #ledger: Ledger;
  #settled = 0;
  #accepted = 0;
  #dispatched = 0;
  readonly #reasons = new Map<string, number>();
  readonly #causes = new Set<string>();
  #ejected = 0;

  constructor(options: SchedulerOptions) {
    this.#ledger = new Ledger(options);
  }

  /** Batches that have not settled. */
  get unsettledBatches(): number {
    return this.#ledger.batches.size;
  }

  /** Attempts that have not ended. */
  get liveAttempts(): number {
    return this.#ledger.attempts.size;
  }

  /** Items that settled, those of them that went well, attempts, and the reasons of the failures. */
  get totals(): CheckerTotals {
    const reasons = [...this.#reasons].toSorted();
    const causes = [...this.#causes].toSorted();
    return {
      settled: this.#settled,
      accepted: this.#accepted,
      dispatched: this.#dispatched,
      reasons,
      causes,
      ejected: this.#ejected,
    };
  }

  /** One step: what came in, when, what came out, and what the core holds after it. */
  check(
    events: readonly Event[],
    now: number,
    actions: readonly Action[],
    snapshot: SchedulerSnapshot,
  ): void {
    const ledger = this.#ledger;
    ledger.now = now;
    ledger.departures = 0;
    events.forEach((event, position) => ledger.apply(event, position));
    ledger.expire();
    actions.forEach((action, place) => this.#action(action, place === actions.length - 1));
    assert.equal(ledger.due, 0, "every item whose outcome came in this step settles in it");
    assert.equal(ledger.ending.size, 0, "the end of every attempt is told in the step it comes");
    for (const node of ledger.nodes.values()) {
      assert(
        node.seenAt + ledger.options.leaseMs > now,
        `silent node ${node.id} is given up after its lease`,
      );
    }
    for (const [id, batch] of ledger.batches) {
      assert(!isComplete(batch), `batch ${id} is complete and has not settled`);
    }
    assert(
      ledger.joined.length === 0 || ledger.available.length > 0,
      "one node that takes work is not ejected",
    );
    this.#checkFigures(snapshot);
    checkWaiting(ledger, snapshot);
  }

  #action(action: Action, last: boolean): void {
    switch (action.kind) {
      case "dispatch":
        return this.#dispatch(action);
      case "accept":
        return this.#accept(action);
      case "fail":
        return this.#fail(action);
      case "cancelAttempt":
        return this.#cancelAttempt(action);
      case "attemptEnded":
        return this.#attemptEnded(action);
      case "nodeGone":
        return this.#nodeGone(action);
      case "nodeEjected":
        return this.#nodeEjected(action);
      case "nodeReadmitted":
        assert(this.#ledger.ejections.delete(action.node), `${action.node} was ejected`);
        return;
      case "settled": {
        const batch = this.#ledger.batches.get(action.batch);
        assert(batch !== undefined && isComplete(batch), `batch ${action.batch} settles when it is complete`);
        this.#ledger.batches.delete(action.batch);
        return;
      }
      case "wake":
        return assert(last, "a wake is the last action");
    }
  }

  #dispatch(action: Dispatch): void {
    const { now, options } = this.#ledger;
    const batch = this.#batch(action.batch);
    const node = this.#ledger.nodes.get(action.node);
    const what = `attempt ${action.attempt} of batch ${action.batch} on ${action.node}`;
    assert(node !== undefined && node.incarnation === action.incarnation, `${what}: the node is there`);
    assert(node.phase === "joined", `${what}: the node does not drain`);
    assert(!this.#ledger.isEjected(node.id), `${what}: the node is not ejected`);
    const isProbe = this.#ledger.isProbed(node.id);
    assert(!isProbe || node.attempts.size === 0, `${what}: one attempt probes a node`);
    assert(now < batch.submitted.deadlineAt, `${what}: in time`);
    assert(!batch.paused, `${what}: the batch is not paused`);
    assert(action.count >= 1 && action.count <= options.frameItemsMax, `${what}: fits a frame`);
    const frames = new Set<ItemBook["frame"]>();
    const attempt: AttemptBook = {
      dispatch: action,
      batch,
      node,
      reported: new Set<number>(),
      bytes: 0,
      progressed: false,
      charged: false,
    };
    const isCopy = action.cause === "hedge" || action.cause === "straggler";
    if (isCopy) this.#checkCopy(action, batch, node, what);
    for (let index = action.first; index < action.first + action.count; index++) {
      const item = itemOf(batch, index);
      assert.equal(item.state, isCopy ? "running" : "waiting", `${what}: item ${index} waits`);
      if (!isCopy) assert.equal(action.cause, item.number === 0 ? "first" : "retry", `${what}: cause`);
      assert.equal(item.live.size, isCopy ? 1 : 0, `${what}: item ${index} runs elsewhere`);
      assert.equal(action.number, item.number + 1, `${what}: number`);
      assert(item.spent < batch.submitted.function.attemptsMax, `${what}: tries are left`);
      this.#checkAvoids(item, node, what);
      item.state = "running";
      item.number++;
      item.live.add(attempt);
      frames.add(item.frame);
    }
    const bytes = [...frames].reduce((sum, frame) => sum + frame.bytes, 0);
    attempt.bytes = bytes;
    assert(action.count === 1 || bytes <= options.framePayloadMaxBytes, `${what}: its payload fits a frame`);
    this.#checkCredit(node, bytes, what);
    assert(!this.#ledger.attempts.has(action.attempt), `${what}: a new id`);
    this.#ledger.attempts.set(action.attempt, attempt);
    node.attempts.add(attempt);
    if (action.cause === "first") this.#ledger.countTried(batch, action.count);
    this.#checkConcurrency(batch, what);
    this.#dispatched++;
    this.#causes.add(action.cause);
  }

  #checkConcurrency({ submitted }: BatchBook, what: string): void {
    const { key, concurrencyMax } = submitted.function;
    const most = Math.min(concurrencyMax, this.#ledger.breakers.runningMax(key));
    const running = this.#ledger.running(key);
    assert(running <= most, `${what}: ${running} items of the function run, ${most} may`);
  }

  /** Another attempt of what runs: allowed, elsewhere, not too much of it, and before nothing that waits. */
  #checkCopy({ cause, first, count }: Dispatch, batch: BatchBook, node: NodeBook, what: string): void {
    const { options, tried, hedged } = this.#ledger;
    const { function: policy } = batch.submitted;
    assert(policy.pure, `${what}: only what may run twice is copied`);
    const [original] = itemOf(batch, first).live;
    assert(original !== undefined && original.node !== node, `${what}: a copy runs elsewhere`);
    if (cause === "hedge") {
      assert(policy.hedgeMinMs < Infinity, `${what}: the function is hedged`);
      const all = (hedged.get(policy.key) ?? 0) + count;
      const most = options.hedgeBurstItems + options.hedgeShare * (tried.get(policy.key) ?? 0);
      assert(all <= most + slackMs, `${what}: ${all} of at most ${most} items hedged`);
      hedged.set(policy.key, all);
      return;
    }
    assert(policy.rerunStragglers && !batch.open, `${what}: stragglers of it are run again, at its end`);
    assert(
      !batch.items.some((item) => item.number === 0 && item.state === "waiting"),
      `${what}: nothing waits`,
    );
    const most = options.stragglerShare * batch.items.length;
    assert(batch.copied === 0 || batch.copied + count <= most, `${what}: few stragglers`);
    batch.copied += count;
  }

  #checkAvoids(item: ItemBook, node: NodeBook, what: string): void {
    if (!item.failedNodes.has(node.id)) return;
    const other = this.#ledger.available.find((candidate) => !item.failedNodes.has(candidate.id));
    assert(other === undefined, `${what}: not where it failed, ${other?.id} is there`);
  }

  #checkCredit(node: NodeBook, bytes: number, what: string): void {
    assert(node.attempts.size < node.credit.attempts, `${what}: within the credit of attempts`);
    assert(heldBytes(node) + bytes <= node.credit.queueBytes, `${what}: within the credit of bytes`);
  }

  /** Never too many, never the last. */
  #nodeEjected({ node, until }: NodeEjected): void {
    const { ejections, joined, now, options } = this.#ledger;
    const what = `${node} is ejected`;
    assert(until > now, `${what}: for a time`);
    ejections.set(node, until);
    this.#ejected++;
    if (this.#ledger.departures > 0) return; // perhaps after this; what is left is checked at the end of the step
    const ejected = joined.filter(({ id }) => this.#ledger.isEjected(id) && id !== node).length;
    const most = Math.max(1, Math.floor(options.ejectShareMax * joined.length));
    assert(ejected < most, `${what}: ${ejected} others are, ${most} may be in all`);
  }

  #accept(action: Accept): void {
    const batch = this.#batch(action.batch);
    for (let index = action.first; index < action.first + action.count; index++) {
      const item = itemOf(batch, index);
      const { due } = item;
      const reported = due?.kind === "accept" && due.position === action.event;
      assert(reported, `item ${index} of batch ${action.batch} is accepted from a report that it went well`);
      assert.equal(action.number, due.number, "the try that brought the result");
      this.#ledger.settle(item);
      this.#accepted++;
      this.#settled++;
    }
  }

  #fail(action: Fail): void {
    const batch = this.#batch(action.batch);
    this.#reasons.set(action.reason, (this.#reasons.get(action.reason) ?? 0) + action.count);
    for (let index = action.first; index < action.first + action.count; index++) {
      const item = itemOf(batch, index);
      const what = `item ${index} of batch ${action.batch} fails with ${action.reason}`;
      assert.equal(action.attempts, item.number, `${what}: attempts`);
      assert((action.node === undefined) === (item.number === 0), `${what}: node`);
      if (action.reason === "OVERLOADED") this.#checkShed(batch, item, action, what);
      else if (item.due === undefined) this.#checkNoNodes(batch, item, action.reason, what);
      else this.#checkDue(item, action.reason, what);
      this.#ledger.settle(item);
      this.#settled++;
    }
  }

  /** Where several ends come in the same step, any of them will do. */
  #checkDue(item: ItemBook, reason: string, what: string): void {
    const { due } = item;
    assert(due?.kind === "fail", `${what}, but went well`);
    const atOnce = due.reason === "DEADLINE" && (reason === "NODE_LOST" || reason === "NO_NODES");
    assert(due.reason === reason || atOnce, `${what}, not ${due.reason}`);
  }

  /** Only calls, as they come, with advice, and while others wait. */
  #checkShed(batch: BatchBook, item: ItemBook, { retryAfterMs }: Fail, what: string): void {
    assert(item.number === 0 && item.waitsSince === this.#ledger.now, `${what}: as it comes`);
    assert(!batch.submitted.open && retryAfterMs > 0, `${what}: a call, with advice`);
  }

  #checkNoNodes(batch: BatchBook, item: ItemBook, reason: string, what: string): void {
    const { now, noNodesSince, options, joined } = this.#ledger;
    assert.equal(reason, "NO_NODES", `${what}: nothing says so`);
    assert.equal(item.state, "waiting", `${what}: it waits`);
    assert(joined.length === 0 && !batch.paused, `${what}: there is no node`);
    const since = Math.max(noNodesSince, item.waitsSince);
    assert(since + options.nodeWaitMs <= now + slackMs, `${what}: after waiting`);
  }

  #cancelAttempt(action: CancelAttempt): void {
    // It may end later in the same step.
    const attempt = this.#ledger.attempts.get(action.attempt) ?? this.#ending(action);
    assert(
      attempt !== undefined && attempt.node.id === action.node,
      "a live attempt is cancelled where it runs",
    );
    const { first, count } = attempt.dispatch;
    assert(action.first >= first && action.first + action.count <= first + count, "and only items of it");
    for (let index = action.first; index < action.first + action.count; index++) {
      const wanted: boolean =
        !attempt.reported.has(index) && itemOf(attempt.batch, index).state !== "settled";
      assert(!wanted, `item ${index} of batch ${attempt.dispatch.batch} is still wanted`);
    }
  }

  #attemptEnded(action: AttemptEnded): void {
    const attempt = this.#ending(action);
    assert(attempt !== undefined, `attempt ${action.attempt} ended in this step, and once`);
    this.#ledger.ending.delete(attempt);
  }

  #ending(action: CancelAttempt | AttemptEnded): AttemptBook | undefined {
    return [...this.#ledger.ending].find((one) => one.dispatch.attempt === action.attempt);
  }

  #nodeGone(action: NodeGone): void {
    const { nodes, now, options } = this.#ledger;
    const node = nodes.get(action.node);
    assert(node !== undefined && node.incarnation === action.incarnation, "a node that is there is given up");
    assert(
      node.seenAt + options.leaseMs <= now + slackMs,
      `node ${node.id} is given up after a lease of silence`,
    );
    this.#ledger.lose(node);
    this.#ledger.failStopped();
  }

  /** The core's figures are those of the books; behind other work there is no more than may be. */
  #checkFigures(snapshot: SchedulerSnapshot): void {
    const { unsettled, attempts, batches, nodes, options } = this.#ledger;
    assert.equal(snapshot.items, unsettled, "unsettled items");
    assert.equal(snapshot.attempts, attempts.size, "attempts");
    assert.equal(snapshot.batches, batches.size, "batches");
    assert(snapshot.bytes >= 0 && (unsettled > 0 || snapshot.bytes === 0), "bytes go with their items");
    assert.equal(snapshot.nodes.length, nodes.size, "nodes");
    for (const figures of snapshot.nodes) {
      const node = nodes.get(figures.node);
      assert.equal(figures.attempts, node?.attempts.size, `attempts on ${figures.node}`);
      assert(figures.outstandingMs > -slackMs, `work on ${figures.node} is never negative`);
      if (figures.attempts === 0) assert.equal(figures.outstandingMs, 0, `no work on ${figures.node}`);
      if (figures.attempts === 0) assert.equal(figures.outstandingBytes, 0, `no bytes on ${figures.node}`);
    }
    assert(options.queueItemsMax >= unsettled, "the queue is bounded");
  }

  #batch(id: Dispatch["batch"]): BatchBook {
    const batch = this.#ledger.batches.get(id);
    assert(batch !== undefined, `batch ${id} is known and not settled`);
    return batch;
  }
}

/** What a run amounted to. */
export interface CheckerTotals {
  readonly settled: number;
  readonly accepted: number;
  readonly dispatched: number;
  /** How many items failed with which reason. */
  readonly reasons: readonly (readonly [string, number])[];
  /** Why there were attempts. */
  readonly causes: readonly string[];
  /** How often a node was ejected. */
  readonly ejected: number;
}

function isComplete(batch: BatchBook): boolean {
  return !batch.open && batch.items.every((item) => item.state === "settled" && item.due === undefined);
}

function heldBytes(node: NodeBook): number {
  let bytes = 0;
  for (const attempt of node.attempts) bytes += attempt.bytes;
  return bytes;
}
