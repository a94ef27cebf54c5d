import { batchId, nodeId } from "../../src/base/ids.ts";
import { createSeededRandom, type Random } from "../../src/base/random.ts";
import type { Action, Dispatch } from "../../src/scheduler/action.ts";
import type { Event, FunctionPolicy, ItemFailure, Submitted } from "../../src/scheduler/event.ts";
import type { SchedulerOptions } from "../../src/scheduler/options.ts";
import { createScheduler, type Scheduler } from "../../src/scheduler/scheduler.ts";

/** A scheduler in a test's hands: time moves when the test says so, nodes do what it says. */
export class SchedulerDriver {
  readonly scheduler: Scheduler;
  now = 0;
  #nextBatch = 1;

  /** Chance is always one half unless given, so that a back-off is half its bound. */
  constructor(options: Partial<SchedulerOptions> = {}, random: Random = { next: () => 0.5 }) {
    this.scheduler = createScheduler(options, random);
  }

  step(...events: Event[]): Action[] {
    return [...this.scheduler.step(events, this.now)];
  }

  /** Moves time on and takes a step. */
  after(ms: number, ...events: Event[]): Action[] {
    this.now += ms;
    return this.step(...events);
  }

  /** A node with one worker and credit for all, unless told otherwise. */
  join(
    name: string,
    given: {
      workers?: number;
      zone?: string;
      incarnation?: number;
      attempts?: number;
      queueBytes?: number;
      queueMs?: number;
    } = {},
  ): Action[] {
    const {
      workers = 1,
      zone = "",
      incarnation = 1,
      attempts = 100,
      queueBytes = 1e9,
      queueMs = 12 * workers,
    } = given;
    const node = nodeId(name);
    return this.step(
      { kind: "nodeJoined", node, incarnation, workers, zone },
      { kind: "nodeCredit", node, incarnation, queueMs, queueBytes, attempts },
    );
  }

  /** A closed batch of ten bytes an item, without a deadline, unless told otherwise. */
  submission(given: Partial<Omit<Submitted, "function">> & { fn?: Partial<FunctionPolicy> } = {}): Submitted {
    const { fn, ...rest } = given;
    const count = given.count ?? 1;
    return {
      kind: "submitted",
      batch: batchId(this.#nextBatch++),
      function: { ...purePolicy, ...fn },
      count,
      bytes: count * 10,
      open: false,
      deadlineAt: Infinity,
      priority: 0,
      client: "client",
      affinity: "",
      ...rest,
    };
  }

  submit(given: Parameters<SchedulerDriver["submission"]>[0] = {}): Action[] {
    return this.step(this.submission(given));
  }

  /** Makes a function known: `ms` an item. A node must be idle. */
  teach(key: string, ms: number): void {
    const [dispatch] = dispatches(this.submit({ fn: { key } }));
    if (dispatch === undefined) throw new Error("no node took the lesson");
    this.step(...done(dispatch, ms));
  }
}

/** Pure, four tries, back-off from 10 to 2,000 ms. */
export const purePolicy: FunctionPolicy = {
  key: "digest/run",
  pure: true,
  attemptsMax: 4,
  backoffBaseMs: 10,
  backoffMaxMs: 2_000,
  hedgeMinMs: Infinity,
  rerunStragglers: false,
  concurrencyMax: Infinity,
};

/** The dispatches among actions. */
export function dispatches(actions: readonly Action[]): Dispatch[] {
  return ofKind(actions, "dispatch");
}

/** The actions of one kind. */
export function ofKind<Kind extends Action["kind"]>(
  actions: readonly Action[],
  kind: Kind,
): Extract<Action, { kind: Kind }>[] {
  return actions.filter((action): action is Extract<Action, { kind: Kind }> => action.kind === kind);
}

/** Outcomes of items of an attempt; all of it, all well, unless told otherwise. */
export function progress(
  dispatch: Dispatch,
  given: { first?: number; count?: number; failures?: ItemFailure[]; runMs?: number } = {},
): Event {
  const { attempt, node, incarnation } = dispatch;
  const { first = dispatch.first, count = dispatch.count, failures = [], runMs = 1 } = given;
  return { kind: "progress", attempt, node, incarnation, first, count, failures, runMs };
}

/** The end of an attempt. */
export function ended(dispatch: Dispatch, reason = "NOT_STARTED"): Event {
  const { attempt, node, incarnation } = dispatch;
  return {
    kind: "ended",
    attempt,
    node,
    incarnation,
    rest: { code: 14, reason, message: `it says ${reason}` },
  };
}

/** All went well and the attempt is over. */
export function done(dispatch: Dispatch, runMs = 1): Event[] {
  return [progress(dispatch, { runMs }), ended(dispatch)];
}

/** A failure of an item. */
export function failure(index: number, reason: string): ItemFailure {
  return { index, code: 2, reason, message: `it says ${reason}` };
}

/** A source of chance for tests that must not depend on it. */
export function seeded(seed: number): Random {
  return createSeededRandom(seed);
}
