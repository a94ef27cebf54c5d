import { describe, expect, it } from "vitest";
import { batchId } from "../../src/base/ids.ts";
import type { Dispatch } from "../../src/scheduler/action.ts";
import type { Event } from "../../src/scheduler/event.ts";
import { dispatches, done, ended, ofKind, progress, SchedulerDriver } from "../support/scheduler-driver.ts";

function setup(options = {}) {
  const driver = new SchedulerDriver(options);
  driver.join("a", { workers: 2 });
  return driver;
}

/** A batch of ten of which eight run. */
function running(given: Parameters<SchedulerDriver["submission"]>[0] = {}) {
  const driver = new SchedulerDriver();
  driver.join("a");
  const submission = driver.submission({ count: 10, ...given });
  const [dispatch] = dispatches(driver.step(submission));
  if (dispatch === undefined) throw new Error("nothing was placed");
  return { driver, batch: submission.batch, dispatch };
}

function cancelled(dispatch: Dispatch, first: number, count: number): Event {
  return { kind: "cancelled", batch: dispatch.batch, first, count };
}

describe("submit", () => {
  it("settles a batch without items at once", () => {
    expect(setup().submit({ count: 0 })).toMatchObject([{ kind: "settled" }]);
  });

  it("refuses what exceeds the bounds of the queue, with advice when to ask again", () => {
    const driver = setup({ queueItemsMax: 10, queueFullRetryMs: 70 });
    driver.submit({ count: 8 });
    const actions = driver.submit({ count: 3 });
    expect(actions).toMatchObject([
      { kind: "fail", first: 0, count: 3, reason: "QUEUE_FULL", code: 8, attempts: 0, retryAfterMs: 70 },
      { kind: "settled" },
    ]);
    expect(ofKind(driver.submit({ count: 2 }), "fail")).toEqual([]);
  });

  it("refuses what exceeds the bytes of the queue, and takes more when some have settled", () => {
    const driver = setup({ queueMaxBytes: 100 });
    const [first] = dispatches(driver.submit({ count: 4, bytes: 80 }));
    expect(ofKind(driver.submit({ bytes: 21 }), "fail")).toMatchObject([{ reason: "QUEUE_FULL" }]);
    if (first === undefined) throw new Error("nothing was placed");
    driver.step(progress(first, { count: 2 }));
    expect(driver.scheduler.snapshot().bytes).toBe(40);
    expect(ofKind(driver.submit({ bytes: 60 }), "fail")).toEqual([]);
  });

  it("refuses a client that has too much under way, and nobody else", () => {
    const driver = setup({ clientQueueMaxBytes: 100, clientQueueItemsMax: 10 });
    const [first] = dispatches(driver.submit({ client: "rude", count: 4, bytes: 80 }));
    const refused = [
      { kind: "fail", first: 0, count: 1, reason: "QUEUE_FULL", code: 8, attempts: 0 },
      { kind: "settled" },
    ];
    expect(driver.submit({ client: "rude", bytes: 21 })).toMatchObject(refused);
    expect(driver.submit({ client: "rude", count: 7, bytes: 7 })).toMatchObject([{ count: 7 }, {}]);
    expect(ofKind(driver.submit({ client: "other", count: 5, bytes: 90 }), "fail")).toEqual([]);
    if (first === undefined) throw new Error("nothing was placed");
    driver.step(progress(first, { count: 2 }));
    expect(ofKind(driver.submit({ client: "rude", bytes: 60 }), "fail")).toEqual([]);
  });

  it("forgets what a client had when its last batch has settled", () => {
    const driver = setup({ clientQueueMaxBytes: 100 });
    for (let round = 0; round < 3; round++) {
      const [attempt] = dispatches(driver.submit({ client: "one", bytes: 100 }));
      if (attempt === undefined) throw new Error("nothing was placed");
      driver.step(...done(attempt));
    }
  });
});

describe("append", () => {
  it("refuses what its client may not have under way, and goes on with the map", () => {
    const driver = setup({ clientQueueMaxBytes: 100 });
    const submission = driver.submission({ count: 2, bytes: 60, open: true });
    const { batch } = submission;
    driver.step(submission);
    const more = { kind: "appended", batch, count: 1, open: true } as const;
    expect(ofKind(driver.step({ ...more, bytes: 50 }), "fail")).toMatchObject([
      { first: 2, reason: "QUEUE_FULL" },
    ]);
    expect(ofKind(driver.step({ ...more, bytes: 20 }), "fail")).toEqual([]);
  });

  it("goes on with a map until its last frame", () => {
    const driver = setup();
    const submission = driver.submission({ count: 2, open: true });
    const { batch } = submission;
    const [first] = dispatches(driver.step(submission));
    if (first === undefined) throw new Error("nothing was placed");
    expect(ofKind(driver.step(...done(first, 0.01)), "settled")).toEqual([]);
    const [second] = dispatches(driver.step({ kind: "appended", batch, count: 3, bytes: 30, open: false }));
    expect(second).toMatchObject({ first: 2, count: 3 });
    if (second === undefined) throw new Error("nothing was placed");
    expect(ofKind(driver.step(...done(second)), "settled")).toMatchObject([{ batch }]);
  });

  it("settles a map whose last frame is empty", () => {
    const driver = setup();
    const submission = driver.submission({ count: 0, open: true });
    driver.step(submission);
    const actions = driver.step({
      kind: "appended",
      batch: submission.batch,
      count: 0,
      bytes: 0,
      open: false,
    });
    expect(actions).toMatchObject([{ kind: "settled", batch: submission.batch }]);
  });

  it("refuses a frame when the queue is full, and the map goes on", () => {
    const driver = setup({ queueItemsMax: 5 });
    const submission = driver.submission({ count: 4, open: true });
    const { batch } = submission;
    driver.step(submission);
    const actions = driver.step({ kind: "appended", batch, count: 2, bytes: 2, open: true });
    expect(ofKind(actions, "fail")).toMatchObject([{ first: 4, count: 2, reason: "QUEUE_FULL" }]);
    expect(ofKind(actions, "settled")).toEqual([]);
  });

  it("fails items that come after the last", () => {
    const { driver, batch } = running();
    const actions = driver.step({ kind: "appended", batch, count: 1, bytes: 1, open: false });
    expect(ofKind(actions, "fail")).toMatchObject([{ first: 10, count: 1, reason: "PROTOCOL" }]);
  });

  it("does not know a batch that has settled", () => {
    const late = { kind: "appended", batch: batchId(77), count: 1, bytes: 1, open: true } as const;
    expect(setup().step(late)).toEqual([]);
  });
});

describe("cancel", () => {
  it("settles all that is unsettled and stops what runs", () => {
    const { driver, batch, dispatch } = running();
    driver.step(progress(dispatch, { count: 3, runMs: 100 }));
    const actions = driver.step(cancelled(dispatch, 0, Infinity));
    expect(actions).toMatchObject([
      { kind: "fail", first: 3, count: 5, reason: "CANCELLED", code: 1, attempts: 1, node: "a" },
      { kind: "cancelAttempt", attempt: dispatch.attempt, first: 0, count: 8 },
      { kind: "fail", first: 8, count: 2, reason: "CANCELLED", attempts: 0, node: undefined },
      { kind: "settled", batch },
    ]);
    expect(driver.step(progress(dispatch, { first: 3, count: 5 }))).toEqual([]);
    expect(driver.step(ended(dispatch))).toMatchObject([{ kind: "attemptEnded", outcome: "cancelled" }]);
  });

  it("cancels a part, and the rest goes on", () => {
    const { driver, dispatch } = running();
    const actions = driver.step(cancelled(dispatch, 6, 3));
    expect(actions).toMatchObject([
      { kind: "fail", first: 6, count: 2, attempts: 1 },
      { kind: "cancelAttempt", first: 6, count: 2 },
      { kind: "fail", first: 8, count: 1, attempts: 0 },
    ]);
    const after = driver.step(...done(dispatch));
    expect(ofKind(after, "accept")).toMatchObject([{ first: 0, count: 6 }]);
    expect(ofKind(after, "attemptEnded")).toMatchObject([{ outcome: "ok" }]);
    expect(dispatches(after)).toMatchObject([{ first: 9, count: 1 }]);
  });

  it("does not trouble a node with what it has reported", () => {
    const { driver, dispatch } = running();
    driver.step(progress(dispatch, { count: 3 }));
    expect(driver.step(cancelled(dispatch, 0, 3))).toEqual([]);
  });

  it("reaches items that back off and items that are ready again", () => {
    const { driver, dispatch } = running();
    driver.step({ kind: "nodeLost", node: dispatch.node, incarnation: 1, why: "closed" });
    const some = driver.step(cancelled(dispatch, 0, 4));
    expect(some).toMatchObject([{ kind: "fail", first: 0, count: 4, attempts: 1, node: "a" }]);
    driver.after(10);
    const rest = driver.step(cancelled(dispatch, 0, Infinity));
    expect(rest).toMatchObject([
      { kind: "fail", first: 4, count: 4, attempts: 1, node: "a" },
      { kind: "fail", first: 8, count: 2, attempts: 0 },
      { kind: "settled" },
    ]);
    expect(dispatches(driver.join("b"))).toEqual([]);
  });

  it("is not woken for the back-off of what was cancelled", () => {
    const { driver, dispatch } = running();
    const lost: Event = { kind: "nodeLost", node: dispatch.node, incarnation: 1, why: "closed" };
    const [wake] = ofKind(driver.step(lost), "wake");
    driver.step(cancelled(dispatch, 0, 8));
    const [later] = ofKind(driver.step({ kind: "tick" }), "wake");
    expect([wake?.at, later?.at]).toEqual([5, 10_000]); // the two untried items wait for a node
  });

  it("closes an open batch; what still comes is cancelled too", () => {
    const { driver, batch, dispatch } = running({ count: 8, open: true });
    expect(ofKind(driver.step(cancelled(dispatch, 8, Infinity)), "settled")).toEqual([]);
    const late = driver.step({ kind: "appended", batch, count: 2, bytes: 2, open: true });
    expect(late).toMatchObject([{ kind: "fail", first: 8, count: 2, reason: "CANCELLED" }]);
    expect(ofKind(driver.step(...done(dispatch)), "settled")).toMatchObject([{ batch }]);
  });
});

describe("expireItems", () => {
  it("fails items whose time is over, and the rest goes on", () => {
    const { driver, batch, dispatch } = running();
    const expired: Event = { kind: "expired", batch, first: 7, count: 2 };
    expect(driver.step(expired)).toMatchObject([
      { kind: "fail", first: 7, count: 1, reason: "DEADLINE", code: 4, attempts: 1, node: "a" },
      { kind: "cancelAttempt", attempt: dispatch.attempt, first: 7, count: 1 },
      { kind: "fail", first: 8, count: 1, reason: "DEADLINE", attempts: 0, node: undefined },
    ]);
    expect(driver.step(expired)).toEqual([]);
    const after = driver.step(...done(dispatch));
    expect(ofKind(after, "accept")).toMatchObject([{ first: 0, count: 7 }]);
    expect(dispatches(after)).toMatchObject([{ first: 9, count: 1 }]);
  });

  it("settles a batch of which nothing else is left, and knows nothing of it afterwards", () => {
    const { driver, batch } = running();
    const expired: Event = { kind: "expired", batch, first: 0, count: 99 };
    expect(ofKind(driver.step(expired), "settled")).toMatchObject([{ batch }]);
    expect(driver.step(expired)).toEqual([]);
  });
});

describe("pause", () => {
  it("places nothing new until it ends", () => {
    const { driver, batch, dispatch } = running();
    const pause = (paused: boolean): Event => ({ kind: "paused", batch, paused });
    expect(dispatches(driver.step(pause(true), ...done(dispatch)))).toEqual([]);
    expect(dispatches(driver.step({ kind: "tick" }))).toEqual([]);
    expect(dispatches(driver.step(pause(false)))).toMatchObject([{ first: 8, count: 2 }]);
  });
});

describe("expire", () => {
  it("fails what is unsettled when its time is over, and stops what runs", () => {
    const { driver, batch, dispatch } = running({ deadlineAt: 50 });
    driver.now = 49.9;
    expect(driver.step({ kind: "tick" })).toMatchObject([{ kind: "wake", at: 50 }]);
    driver.now = 50;
    expect(driver.step({ kind: "tick" })).toMatchObject([
      { kind: "fail", first: 0, count: 8, reason: "DEADLINE", code: 4, attempts: 1, node: "a" },
      { kind: "cancelAttempt", attempt: dispatch.attempt, first: 0, count: 8 },
      { kind: "fail", first: 8, count: 2, reason: "DEADLINE", attempts: 0 },
      { kind: "settled", batch },
      { kind: "wake", at: 3_000 },
    ]);
  });

  it("never starts what comes too late", () => {
    const driver = setup();
    driver.now = 10;
    expect(driver.submit({ deadlineAt: 10 })).toMatchObject([
      { kind: "fail", reason: "DEADLINE" },
      { kind: "settled" },
    ]);
    expect(dispatches(driver.submit({ deadlineAt: 10.1 }))).toHaveLength(1);
  });

  it("takes a result that comes with the deadline", () => {
    const { driver, dispatch } = running({ count: 1, deadlineAt: 50 });
    driver.now = 60;
    expect(ofKind(driver.step(...done(dispatch)), "accept")).toHaveLength(1);
  });

  it("fails what still comes of an open batch, and settles it when it closes", () => {
    const driver = setup();
    const submission = driver.submission({ count: 1, open: true, deadlineAt: 5 });
    const { batch } = submission;
    driver.step(submission);
    expect(ofKind(driver.after(5), "settled")).toEqual([]);
    const actions = driver.step({ kind: "appended", batch, count: 2, bytes: 2, open: false });
    expect(actions).toMatchObject([
      { kind: "fail", first: 1, count: 2, reason: "DEADLINE" },
      { kind: "settled" },
    ]);
  });

  it("is forgotten when the batch settles", () => {
    const { driver, dispatch } = running({ count: 1, deadlineAt: 50 });
    driver.step(...done(dispatch));
    expect(driver.after(60)).toMatchObject([{ kind: "wake" }]);
  });
});

describe("shed", () => {
  /** One busy worker, and 400 ms of work of client x that waits for it. */
  function busy(options: ConstructorParameters<typeof SchedulerDriver>[0] = {}) {
    const driver = new SchedulerDriver({ nodeQueueMs: 0, leaseMs: 1e9, queueFullRetryMs: 50, ...options });
    driver.join("a");
    driver.teach("digest/run", 10);
    driver.submit();
    for (let call = 0; call < 40; call++) driver.submit({ client: "x" });
    return driver;
  }

  it("refuses a call that would wait for longer than its deadline leaves, with advice", () => {
    const driver = busy();
    const [refused] = ofKind(driver.submit({ client: "x", deadlineAt: 100 }), "fail");
    expect(refused).toMatchObject({ reason: "OVERLOADED", code: 8, attempts: 0 });
    expect(refused?.retryAfterMs).toBeGreaterThan(200);
    expect(refused?.message).toContain("deadline");
  });

  it("takes one that can still make it, and one of a client that has nothing waiting", () => {
    const driver = busy();
    expect(ofKind(driver.submit({ client: "x", deadlineAt: 1_000 }), "fail")).toEqual([]);
    expect(ofKind(driver.submit({ client: "y", deadlineAt: 100 }), "fail")).toEqual([]);
  });

  it("refuses a call without a deadline when the wait is longer than calls may wait", () => {
    const driver = busy({ queueMaxMs: 300 });
    expect(ofKind(driver.submit({ client: "x" }), "fail")).toMatchObject([{ reason: "OVERLOADED" }]);
  });

  it("never refuses a map: it waits for its turns", () => {
    const driver = busy({ queueMaxMs: 300 });
    expect(ofKind(driver.submit({ client: "x", open: true }), "fail")).toEqual([]);
  });

  it("refuses nothing while estimates are small", () => {
    const driver = busy({ queueFreeMs: 1_000 });
    expect(ofKind(driver.submit({ client: "x", deadlineAt: 100 }), "fail")).toEqual([]);
  });
});
