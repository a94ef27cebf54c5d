import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/base/ids.ts";
import type { Event } from "../../src/scheduler/event.ts";
import { dispatches, done, ofKind, SchedulerDriver } from "../support/scheduler-driver.ts";

const node = nodeId("a");
const alive: Event = { kind: "nodeAlive", node, incarnation: 1 };
const closed: Event = { kind: "nodeLost", node, incarnation: 1, why: "closed" };
const drains: Event = { kind: "nodeDraining", node, incarnation: 1 };

/** One attempt of two items on node a. */
function setup(fn = {}) {
  const driver = new SchedulerDriver();
  driver.join("a", { workers: 2 });
  const [dispatch] = dispatches(driver.submit({ count: 2, fn }));
  if (dispatch === undefined) throw new Error("nothing was placed");
  return { driver, dispatch };
}

describe("loseNode", () => {
  it("tries again elsewhere what ran there", () => {
    const { driver, dispatch } = setup();
    expect(driver.step(closed)).toMatchObject([
      {
        kind: "attemptEnded",
        attempt: dispatch.attempt,
        outcome: "lost",
        retried: 2,
        backoffMs: 5,
        reason: "NODE_LOST",
      },
      { kind: "wake", at: 5 },
    ]);
    driver.join("b");
    expect(dispatches(driver.after(4.9))).toEqual([]);
    expect(dispatches(driver.after(0.1))).toMatchObject([{ node: "b", first: 0, count: 2, number: 2 }]);
  });

  it("fails what has effects", () => {
    const { driver } = setup({ pure: false });
    const message = "node a was lost: its stream closed";
    expect(ofKind(driver.step(closed), "fail")).toMatchObject([
      { first: 0, count: 2, reason: "NODE_LOST", code: 14, message, attempts: 1, node: "a" },
    ]);
  });

  it("drops what the lost node still says", () => {
    const { driver, dispatch } = setup();
    driver.step(closed);
    expect(driver.step(...done(dispatch))).toEqual([]);
    driver.join("a");
    expect(driver.step(...done(dispatch))).toEqual([]);
  });

  it("hears of the loss of the present life only", () => {
    const { driver } = setup();
    expect(driver.step({ ...closed, incarnation: 0 })).toEqual([]);
    expect(driver.scheduler.snapshot().nodes).toHaveLength(1);
  });
});

describe("join", () => {
  it("replaces an earlier life and what it ran", () => {
    const { driver, dispatch } = setup();
    const actions = driver.join("a", { incarnation: 2 });
    expect(ofKind(actions, "attemptEnded")).toMatchObject([{ attempt: dispatch.attempt, outcome: "lost" }]);
    expect(driver.scheduler.snapshot().nodes).toMatchObject([
      { incarnation: 2, attempts: 0, outstandingMs: 0 },
    ]);
  });

  it("does not hear an earlier life", () => {
    const { driver } = setup();
    expect(driver.join("a", { incarnation: 0 })).toEqual([]);
    expect(driver.scheduler.snapshot().nodes).toMatchObject([{ incarnation: 1, attempts: 1 }]);
  });

  it("keeps what the same life runs, and takes work again after a drain", () => {
    const { driver } = setup();
    driver.step(drains);
    expect(dispatches(driver.submit())).toEqual([]);
    expect(dispatches(driver.join("a", { workers: 2 }))).toHaveLength(1);
    expect(driver.scheduler.snapshot().nodes).toMatchObject([{ state: "joined", attempts: 2 }]);
  });
});

describe("drain", () => {
  it("gives nothing new and keeps what runs", () => {
    const { driver, dispatch } = setup();
    driver.step(drains);
    expect(dispatches(driver.submit())).toEqual([]);
    expect(driver.scheduler.snapshot().nodes).toMatchObject([{ state: "draining", attempts: 1 }]);
    expect(ofKind(driver.step(...done(dispatch)), "accept")).toHaveLength(1);
  });
});

describe("setCredit", () => {
  it("may take back what it gave", () => {
    const { driver } = setup();
    const credit = { queueMs: 0, queueBytes: 0, attempts: 0 };
    driver.step({ kind: "nodeCredit", node, incarnation: 1, ...credit });
    expect(dispatches(driver.submit())).toEqual([]);
  });
});

describe("checkLease", () => {
  it("gives up a node that was silent for a lease", () => {
    const { driver } = setup();
    driver.now = 2_999;
    expect(ofKind(driver.step({ kind: "tick" }), "nodeGone")).toEqual([]);
    driver.now = 3_000;
    const actions = driver.step({ kind: "tick" });
    expect(actions).toMatchObject([
      { kind: "nodeGone", node: "a", incarnation: 1 },
      { kind: "attemptEnded", outcome: "lost" },
      { kind: "wake", at: 3_005 },
    ]);
  });

  it("keeps a node that was heard of, for a lease from then", () => {
    const { driver } = setup();
    driver.after(1_000, alive);
    driver.now = 3_000;
    expect(driver.step({ kind: "tick" })).toEqual([{ kind: "wake", at: 4_000 }]);
    driver.now = 4_000;
    expect(ofKind(driver.step({ kind: "tick" }), "nodeGone")).toHaveLength(1);
  });

  it("takes results for a proof of life", () => {
    const { driver, dispatch } = setup();
    driver.after(2_000, ...done(dispatch));
    driver.now = 4_999;
    expect(ofKind(driver.step({ kind: "tick" }), "nodeGone")).toEqual([]);
  });

  it("does not blame nodes for the time the scheduler itself was away", () => {
    const { driver } = setup();
    driver.now = 60_000;
    expect(driver.step({ kind: "tick" })).toEqual([{ kind: "wake", at: 63_000 }]);
    driver.now = 63_000;
    expect(ofKind(driver.step({ kind: "tick" }), "nodeGone")).toHaveLength(1);
  });

  it("leaves nothing behind after a hundred flaps", () => {
    const { driver } = setup();
    for (let incarnation = 1; incarnation <= 100; incarnation++) {
      driver.step({ ...closed, incarnation });
      driver.join("a", { workers: 2, incarnation: incarnation + 1 });
      for (const dispatch of dispatches(driver.after(10))) driver.step(...done(dispatch));
    }
    const { nodes, ...totals } = driver.scheduler.snapshot();
    expect(totals).toEqual({ batches: 0, attempts: 0, items: 0, bytes: 0, waitingItems: 0 });
    expect(nodes).toMatchObject([{ attempts: 0, outstandingMs: 0, outstandingBytes: 0 }]);
  });
});
