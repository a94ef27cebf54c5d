/**
 * Whatever comes in, in whatever order, sense or nonsense: what goes out keeps the promises of the checker's books.
 * The simulator plays worlds that could be; here are also those that could not, and they shrink to the few events that
 * matter.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptId, batchId, nodeId, type NodeId } from "../../src/base/ids.ts";
import { createSeededRandom } from "../../src/base/random.ts";
import type { Dispatch } from "../../src/scheduler/action.ts";
import type { Event, ItemFailure, Submitted } from "../../src/scheduler/event.ts";
import { resolveSchedulerOptions } from "../../src/scheduler/options.ts";
import { createScheduler } from "../../src/scheduler/scheduler.ts";
import { Checker } from "../simulation/checker.ts";
import {
  dispatches,
  ended as endedOf,
  ofKind,
  progress as progressOf,
  purePolicy,
} from "../support/scheduler-driver.ts";
import { testSeed } from "../support/seed.ts";

const reasons = ["KERNEL_FAILED", "WORKER_LOST", "NODE_LOST", "NOT_STARTED", "NODE_OVERLOADED", "CANCELLED"];
const options = resolveSchedulerOptions({
  nodeWaitMs: 200,
  queueItemsMax: 60,
  refusalsMax: 2,
  passedMax: 1_000,
});

const id = fc.constantFrom("a", "b", "c").map(nodeId);
const incarnation = fc.integer({ min: 1, max: 2 });
const node = { node: id, incarnation };
const batch = fc.integer({ min: 1, max: 12 }).map(batchId);
const attempt = fc.integer({ min: 1, max: 30 }).map(attemptId);
const first = fc.nat(20);
const count = fc.nat(20);
const reason = fc.constantFrom(...reasons);
const failedIndices = fc.uniqueArray(fc.nat(30), { maxLength: 5 });

const joined = fc.record({
  kind: fc.constant("nodeJoined" as const),
  ...node,
  workers: fc.integer({ min: 1, max: 3 }),
  zone: fc.constant(""),
});
const credit = fc.record({
  kind: fc.constant("nodeCredit" as const),
  ...node,
  queueMs: fc.constantFrom(0, 12, 36),
  queueBytes: fc.constantFrom(0, 200, 1e6),
  attempts: fc.constantFrom(0, 1, 10),
});
const progress = fc
  .record({
    ...node,
    attempt,
    first,
    count,
    failed: failedIndices,
    reason,
    runMs: fc.constantFrom(0, 1, 100),
  })
  .map(({ failed, reason: why, ...rest }): Event => {
    const inside = failed.filter((index) => index >= rest.first && index < rest.first + rest.count);
    const failures = inside.toSorted((left, right) => left - right).map((index) => failureOf(index, why));
    return { kind: "progress", ...rest, failures };
  });
const ended = fc
  .record({ ...node, attempt, reason })
  .map(({ reason: why, ...rest }): Event => ({ kind: "ended", ...rest, rest: failureOf(0, why) }));
const more = fc.record({
  kind: fc.constant("appended" as const),
  batch,
  count,
  bytes: fc.nat(500),
  open: fc.boolean(),
});
const cancelled = fc.record({
  kind: fc.constant("cancelled" as const),
  batch,
  first,
  count: fc.oneof(count, fc.constant(Infinity)),
});
const member = fc.oneof(
  fc.record({ kind: fc.constantFrom("nodeAlive" as const, "nodeDraining" as const), ...node }),
  fc.record({ kind: fc.constant("nodeLost" as const), ...node, why: fc.constant("closed" as const) }),
);
const paused = fc.record({ kind: fc.constant("paused" as const), batch, paused: fc.boolean() });

/** A batch to be, numbered when it is submitted. */
const submission = fc.record({
  count,
  bytes: fc.nat(500),
  open: fc.boolean(),
  timeMs: fc.constantFrom(0, 5, 300, Infinity),
  priority: fc.integer({ min: -1, max: 1 }),
  client: fc.constantFrom("x", "y"),
  affinity: fc.constantFrom("", "", "red", "blue"),
  pure: fc.boolean(),
  attemptsMax: fc.integer({ min: 1, max: 3 }),
  key: fc.constantFrom("digest/f", "digest/g"),
});

/** Outcomes of an attempt that was made, of a part of it or beyond it; perhaps its end too. */
const report = fc.record({
  nth: fc.nat(),
  from: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(20), weight: 1 }),
  count: fc.integer({ min: 0, max: 12 }),
  failed: failedIndices,
  reason,
  ends: fc.boolean(),
});

/** Time goes on by this much, then all of this happens at once. */
const command = fc.record({
  reports: fc.array(report, { maxLength: 3 }),
  afterMs: fc.constantFrom(0, 1, 10, 100, 1_000, 5_000),
  submissions: fc.array(submission, { maxLength: 2 }),
  events: fc.array(
    fc.oneof(
      joined,
      credit,
      { arbitrary: progress, weight: 4 },
      { arbitrary: ended, weight: 2 },
      more,
      cancelled,
      member,
      paused,
    ),
    { maxLength: 4 },
  ),
});

describe("createScheduler", () => {
  it("keeps its promises whatever comes in", () => {
    let settled = 0;
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), fc.nat(), (commands, chance) => {
        const run = new CheckedRun(chance);
        for (const { afterMs, submissions, reports, events } of commands) {
          run.advance(afterMs);
          const submitted = submissions.map((given) => run.submittedOf(given));
          const reported = reports.flatMap((given) => reportOf(given, run.known));
          run.step([...submitted, ...reported, ...events]);
        }
        settled = Math.max(settled, run.checker.totals.settled);
        accepted = Math.max(accepted, run.checker.totals.accepted);
      }),
      { seed: testSeed, numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(10);
    expect(settled).toBeGreaterThan(accepted);
  });

  it("refuses options outside their range", () => {
    expect(() => createScheduler({ leaseMs: -5 }, createSeededRandom(1))).toThrow("leaseMs is -5");
  });
});

function failureOf(index: number, reasonGiven: string): ItemFailure {
  return { index, code: 14, reason: reasonGiven, message: `it says ${reasonGiven}` };
}

function readyNode(node: NodeId): Event[] {
  const life = { node, incarnation: 1 };
  return [
    { kind: "nodeJoined", ...life, workers: 2, zone: "" },
    { kind: "nodeCredit", ...life, queueMs: 24, queueBytes: 1e6, attempts: 10 },
  ];
}

type ReportGiven = typeof report extends fc.Arbitrary<infer T> ? T : never;

function reportOf(given: ReportGiven, known: readonly Dispatch[]): Event[] {
  const about = known[known.length - 1 - (given.nth % Math.min(known.length, 6))];
  if (about === undefined) return [];
  const from = about.first + given.from;
  const failed = given.failed.map((index) => index + about.first).filter((index) => index >= from);
  const failures = failed
    .filter((index) => index < from + given.count)
    .toSorted((left, right) => left - right)
    .map((index) => failureOf(index, given.reason));
  const said = [progressOf(about, { first: from, count: given.count, failures })];
  return given.ends ? [...said, endedOf(about, given.reason)] : said;
}

type SubmissionGiven = typeof submission extends fc.Arbitrary<infer T> ? T : never;

/** A scheduler with two nodes that is watched at every step and woken when it asks to be. */
class CheckedRun {
  readonly #scheduler;
  readonly checker = new Checker(options);
  /** Every attempt that was made. */
  readonly known: Dispatch[] = [];
  #now = 0;
  #wakeAt = Infinity;
  #batches = 0;

  constructor(chance: number) {
    this.#scheduler = createScheduler(options, createSeededRandom(chance));
    this.step(["a", "b"].flatMap((name) => readyNode(nodeId(name))));
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    while (this.#wakeAt < until) {
      this.#now = this.#wakeAt;
      this.#wakeAt = Infinity;
      this.step([{ kind: "tick" }]);
    }
    this.#now = until;
  }

  step(events: readonly Event[]): void {
    const actions = this.#scheduler.step(events, this.#now);
    this.checker.check(events, this.#now, actions, this.#scheduler.snapshot());
    this.known.push(...dispatches(actions));
    for (const wake of ofKind(actions, "wake")) this.#wakeAt = wake.at;
  }

  submittedOf(given: SubmissionGiven): Submitted {
    const { count: items, bytes, open, timeMs, priority, client, affinity, pure, attemptsMax, key } = given;
    const policy = { ...purePolicy, key, pure, attemptsMax };
    const what = { count: items, bytes, open, deadlineAt: this.#now + timeMs, priority, client, affinity };
    return { kind: "submitted", batch: batchId(++this.#batches), function: policy, ...what };
  }
}
