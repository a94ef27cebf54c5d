import { describe, expect, it } from "vitest";
import type { Dispatch } from "../../src/scheduler/action.ts";
import {
  dispatches,
  done,
  ended,
  failure,
  ofKind,
  progress,
  SchedulerDriver,
} from "../support/scheduler-driver.ts";

/** Eight items that run on node a. */
function setup(
  given: Parameters<SchedulerDriver["submission"]>[0] = {},
  options: ConstructorParameters<typeof SchedulerDriver>[0] = {},
) {
  const driver = new SchedulerDriver(options);
  driver.join("a");
  const [dispatch] = dispatches(driver.submit({ count: 8, ...given }));
  if (dispatch === undefined) throw new Error("nothing was placed");
  return { driver, dispatch };
}

describe("progress", () => {
  it("accepts what is reported, told by the place of the event", () => {
    const { driver, dispatch } = setup();
    const { attempt, batch } = dispatch;
    const accept = { kind: "accept", event: 1, batch, attempt, first: 2, count: 3, number: 1, node: "a" };
    expect(driver.step({ kind: "tick" }, progress(dispatch, { first: 2, count: 3 }))[0]).toEqual(accept);
  });

  it("settles the batch after the end of its attempt", () => {
    const { driver, dispatch } = setup();
    const kinds = driver.step(...done(dispatch)).map((action) => action.kind);
    expect(kinds.slice(0, 3)).toEqual(["accept", "attemptEnded", "settled"]);
  });

  it("counts what is reported twice once", () => {
    const { driver, dispatch } = setup();
    driver.step(progress(dispatch, { first: 2, count: 3 }));
    const actions = driver.step(progress(dispatch, { first: 0, count: 6 }));
    const ranges = ofKind(actions, "accept").map(({ first, count }) => [first, count]);
    expect(ranges).toEqual([
      [0, 2],
      [5, 1],
    ]);
  });

  it("fails what failed for good, and accepts the rest around it", () => {
    const { driver, dispatch } = setup();
    const failures = [failure(0, "KERNEL_TRAP"), failure(4, "KERNEL_TRAP"), failure(5, "KERNEL_TRAP")];
    const actions = driver.step(progress(dispatch, { failures }), ended(dispatch));
    expect(actions).toMatchObject([
      { kind: "fail", first: 0, count: 1, reason: "KERNEL_TRAP", code: 2, message: "it says KERNEL_TRAP" },
      { kind: "accept", first: 1, count: 3 },
      { kind: "fail", first: 4, count: 2, attempts: 1, node: "a" },
      { kind: "accept", first: 6, count: 2 },
      { kind: "attemptEnded", outcome: "failed", reason: "KERNEL_TRAP", retried: 0 },
      { kind: "settled" },
    ]);
  });

  it("does not take a failure for a success when its first half was told before", () => {
    const { driver, dispatch } = setup();
    const failures = [failure(3, "KERNEL_TRAP"), failure(4, "KERNEL_TRAP")];
    driver.step(progress(dispatch, { first: 0, count: 4, failures: failures.slice(0, 1) }));
    const actions = driver.step(progress(dispatch, { failures }));
    expect(actions).toMatchObject([
      { kind: "fail", first: 4, count: 1 },
      { kind: "accept", first: 5, count: 3 },
      { kind: "settled" },
    ]);
  });

  it("hears nothing beyond the range of the attempt", () => {
    const { driver, dispatch } = setup({ count: 20 });
    const actions = driver.step(progress(dispatch, { first: 6, count: 10 }));
    expect(ofKind(actions, "accept")).toMatchObject([{ first: 6, count: 2 }]);
  });

  it.each([
    ["an attempt that never was", { attempt: 99 }],
    ["another node", { node: "b" }],
    ["another life of the node", { incarnation: 2 }],
  ])("hears nothing of %s", (_who, other) => {
    const { driver, dispatch } = setup();
    const actions = driver.step(...done({ ...dispatch, ...other } as Dispatch));
    expect(actions).toEqual([]);
  });

  it("hears nothing of an attempt that is over", () => {
    const { driver, dispatch } = setup({ fn: { attemptsMax: 2 } });
    driver.step(ended(dispatch, "MODULE_UNAVAILABLE"));
    expect(driver.step(...done(dispatch))).toEqual([]);
  });

  it("takes work off the node's shoulders as it is done, and bytes at the end", () => {
    const { driver, dispatch } = setup();
    const onNode = () => driver.scheduler.snapshot().nodes[0];
    expect(onNode()).toMatchObject({ attempts: 1, outstandingMs: 12, outstandingBytes: 80 });
    driver.step(progress(dispatch, { count: 6 }));
    expect(onNode()).toMatchObject({ attempts: 1, outstandingMs: 3, outstandingBytes: 80 });
    driver.step(ended(dispatch, "CANCELLED"));
    expect(onNode()).toMatchObject({ attempts: 0, outstandingMs: 0, outstandingBytes: 0 });
  });
});

describe("end", () => {
  it("tries items that never started again, at once when others ran", () => {
    const { driver, dispatch } = setup();
    const failures = [failure(3, "TIME_LIMIT")];
    const actions = driver.step(progress(dispatch, { count: 4, failures }), ended(dispatch));
    expect(ofKind(actions, "attemptEnded")).toMatchObject([{ outcome: "failed", retried: 4, backoffMs: 0 }]);
    expect(dispatches(actions)[0]).toMatchObject({ first: 4, number: 2 });
  });

  it("places what a node hands back at once elsewhere, and learns nothing of what it would cost", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/run", 1);
    const [dispatch] = dispatches(driver.submit({ count: 4 }));
    if (dispatch === undefined) throw new Error("nothing was placed");
    driver.join("b");
    driver.step(progress(dispatch, { count: 1, runMs: 1 }));
    const failures = [{ index: 2, count: 2, code: 14, reason: "NOT_STARTED", message: "behind a long one" }];
    const again = dispatches(driver.step(progress(dispatch, { first: 2, count: 2, failures, runMs: 0 })));
    expect(again[0]).toMatchObject({ node: "b", first: 2 });
    expect(again.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    const sizes = dispatches(driver.submit({ count: 100, open: true })).map(({ count }) => count);
    expect(sizes[0]).toBe(4); // still a millisecond each
  });

  it("tries the first items of a batch first, in whatever order they come back", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    driver.teach("digest/run", 1);
    const placed = dispatches(driver.submit({ count: 12 }));
    expect(placed.length).toBeGreaterThan(2);
    const events = placed
      .toReversed()
      .flatMap((dispatch) => [
        progress(dispatch, { first: dispatch.first, count: 1, runMs: 1 }),
        ended(dispatch),
      ]);
    const again = dispatches(driver.step(...events)).map(({ first }) => first);
    expect(again.length).toBeGreaterThan(2);
    expect(again).toEqual(again.toSorted((left, right) => left - right));
  });

  it("never fails an innocent item for the company it keeps", () => {
    const { driver, dispatch } = setup({ fn: { attemptsMax: 1 } });
    let current: Dispatch | undefined = dispatch;
    const failed: number[] = [];
    for (let culprit = 0; culprit < 7 && current !== undefined; culprit++) {
      const report = progress(current, {
        first: culprit,
        count: 1,
        failures: [failure(culprit, "TIME_LIMIT")],
        runMs: 0,
      });
      const actions = driver.step(report, ended(current));
      failed.push(...ofKind(actions, "fail").map((action) => action.first));
      [current] = dispatches(actions);
    }
    expect(failed).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(current).toMatchObject({ first: 7, count: 1, number: 8 });
  });

  it("backs off after a refusal, longer each time, and gives up at last", () => {
    const { driver, dispatch } = setup({ count: 1 }, { retryTokensMax: 1_000 });
    const waits: number[] = [];
    let current: Dispatch | undefined = dispatch;
    for (let refusal = 0; refusal < 101 && current !== undefined; refusal++) {
      const actions = driver.step(ended(current, "NODE_OVERLOADED"));
      const [end] = ofKind(actions, "attemptEnded");
      waits.push(end?.backoffMs ?? -1);
      if (refusal === 100)
        expect(ofKind(actions, "fail")).toMatchObject([{ reason: "NODE_OVERLOADED", attempts: 101 }]);
      [current] = dispatches(
        driver.after(end?.backoffMs ?? 0, { kind: "nodeAlive", node: dispatch.node, incarnation: 1 }),
      );
    }
    expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(waits).toHaveLength(101);
  });

  it("fails with the last error as it was when the tries are used up", () => {
    const { driver, dispatch } = setup({ count: 1, fn: { attemptsMax: 2 } });
    driver.step(ended(dispatch, "MODULE_UNAVAILABLE"));
    const [again] = dispatches(driver.after(5));
    if (again === undefined) throw new Error("nothing was placed");
    const fail = {
      code: 14,
      reason: "MODULE_UNAVAILABLE",
      message: "it says MODULE_UNAVAILABLE",
      attempts: 2,
      node: "a",
    };
    expect(ofKind(driver.step(ended(again, "MODULE_UNAVAILABLE")), "fail")).toMatchObject([fail]);
  });

  it("does not run what has effects a second time when it may have started", () => {
    const { driver, dispatch } = setup({ count: 2, fn: { pure: false } });
    const actions = driver.step(progress(dispatch, { count: 1 }), ended(dispatch, "WORKER_LOST"));
    expect(ofKind(actions, "fail")).toMatchObject([{ first: 1, reason: "WORKER_LOST", attempts: 1 }]);
  });

  it("sends items that a node was lost with again in smaller pieces", () => {
    const { driver, dispatch } = setup();
    driver.step({ kind: "nodeLost", node: dispatch.node, incarnation: 1, why: "closed" });
    driver.join("b", { workers: 8 });
    expect(dispatches(driver.after(5)).map(({ first, count }) => [first, count])).toEqual([
      [0, 4],
      [4, 4],
    ]);
  });
});
