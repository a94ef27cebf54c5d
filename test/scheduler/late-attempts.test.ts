import { describe, expect, it } from "vitest";
import type { Action, Dispatch } from "../../src/scheduler/action.ts";
import type { SchedulerOptions } from "../../src/scheduler/options.ts";
import {
  dispatches,
  done,
  ended,
  failure,
  ofKind,
  progress,
  SchedulerDriver,
} from "../support/scheduler-driver.ts";

/** Functions that take 10 ms, known from so many calls, on two nodes. */
function setup(options: Partial<SchedulerOptions> = {}, calls = 20) {
  const driver = new SchedulerDriver({ nodeQueueMs: 0, leaseMs: 1e9, ...options });
  driver.join("a");
  driver.join("b");
  for (let call = 0; call < calls; call++) {
    const one = placed(driver.submit({ fn: hedged }));
    driver.after(10, ...done(one, 10));
  }
  return driver;
}

const hedged = { hedgeMinMs: 5 };
const map = { rerunStragglers: true };

function placed(actions: readonly Action[]): Dispatch {
  const [dispatch] = dispatches(actions);
  if (dispatch === undefined) throw new Error("nothing was placed");
  return dispatch;
}

describe("copyLate", () => {
  it("hedges what takes longer than nearly all calls, elsewhere", () => {
    const driver = setup();
    const slow = placed(driver.submit({ fn: hedged }));
    expect(dispatches(driver.after(9))).toEqual([]);
    const [hedge] = dispatches(driver.after(4));
    expect(hedge).toMatchObject({ cause: "hedge", batch: slow.batch, number: 2, first: 0, count: 1 });
    expect(hedge?.node).not.toBe(slow.node);
  });

  it("takes the first outcome and calls the other off", () => {
    const driver = setup();
    const slow = placed(driver.submit({ fn: hedged }));
    const hedge = placed(driver.after(13));
    const actions = driver.after(1, ...done(hedge, 1));
    expect(actions).toMatchObject([
      { kind: "accept", attempt: hedge.attempt, number: 2, node: hedge.node },
      { kind: "cancelAttempt", attempt: slow.attempt, node: slow.node, first: 0, count: 1 },
      { kind: "attemptEnded", attempt: hedge.attempt, outcome: "ok" },
      { kind: "settled" },
    ]);
    const late = driver.after(1, ...done(slow, 1));
    expect(late).toMatchObject([{ kind: "attemptEnded", outcome: "cancelled" }]);
  });

  it("leaves what one of the two fails to the other, and tries again when both have failed", () => {
    const driver = setup();
    const slow = placed(driver.submit({ fn: hedged }));
    const hedge = placed(driver.after(13));
    const lost = progress(hedge, { failures: [failure(0, "WORKER_LOST")] });
    expect(ofKind(driver.step(lost, ended(hedge)), "attemptEnded")).toMatchObject([{ retried: 0 }]);
    const actions = driver.step(ended(slow, "MODULE_UNAVAILABLE"));
    expect(ofKind(actions, "attemptEnded")).toMatchObject([{ retried: 1, reason: "MODULE_UNAVAILABLE" }]);
    expect(placed(driver.after(2_000))).toMatchObject({ cause: "retry", number: 3 });
  });

  it("settles a final failure of either at once", () => {
    const driver = setup();
    const slow = placed(driver.submit({ fn: hedged }));
    const hedge = placed(driver.after(13));
    const actions = driver.step(progress(hedge, { failures: [failure(0, "KERNEL_TRAP")] }), ended(hedge));
    expect(ofKind(actions, "fail")).toMatchObject([{ reason: "KERNEL_TRAP", attempts: 2, node: hedge.node }]);
    expect(ofKind(actions, "cancelAttempt")).toMatchObject([{ attempt: slow.attempt }]);
  });

  it("calls both off when the caller cancels", () => {
    const driver = setup();
    const slow = placed(driver.submit({ fn: hedged }));
    const hedge = placed(driver.after(13));
    const actions = driver.step({ kind: "cancelled", batch: slow.batch, first: 0, count: Infinity });
    expect(ofKind(actions, "fail")).toMatchObject([{ reason: "CANCELLED", attempts: 2 }]);
    const called = ofKind(actions, "cancelAttempt").map((action) => action.attempt);
    expect(called.toSorted()).toEqual([slow.attempt, hedge.attempt].toSorted());
  });

  it("does no more work twice than its share", () => {
    const driver = setup({ hedgeBurstItems: 1, hedgeShare: 0.01 });
    let hedges = 0;
    for (let call = 1; call <= 1_000; call++) {
      const one = placed(driver.submit({ fn: hedged }));
      const isSlow = call % 40 === 0;
      const [hedge] = dispatches(driver.after(isSlow ? 30 : 10));
      if (hedge !== undefined) hedges++;
      driver.step(...done(one, 10), ...(hedge === undefined ? [] : [ended(hedge, "CANCELLED")]));
    }
    expect(hedges).toBeGreaterThan(5);
    expect(hedges).toBeLessThanOrEqual(1 + 0.01 * 1_020);
  });

  it.each([
    ["may not run twice", { pure: false, ...hedged }],
    ["may be tried only once", { attemptsMax: 1, ...hedged }],
    ["does not ask for it", {}],
  ])("does not hedge a function that %s", (_, fn) => {
    const driver = setup();
    driver.submit({ fn });
    expect(dispatches(driver.after(1_000))).toEqual([]);
  });

  it("waits for another node when there is none", () => {
    const driver = new SchedulerDriver({ leaseMs: 1e9 });
    driver.join("a");
    driver.step(...done(placed(driver.submit({ fn: hedged })), 10));
    driver.submit({ fn: hedged });
    expect(dispatches(driver.after(1_000))).toEqual([]);
    expect(dispatches(driver.join("b"))).toEqual([]);
    expect(dispatches(driver.after(1_000))).toMatchObject([{ cause: "hedge", node: "b" }]);
  });

  it("runs what is left of a straggler, once it has been silent for longer than usual", () => {
    const driver = setup({ stragglerMinMs: 100 });
    const slow = placed(driver.submit({ count: 4, fn: { ...map, key: "map/run" } }));
    driver.after(5, progress(slow, { count: 1, runMs: 10 }));
    expect(dispatches(driver.after(90))).toEqual([]);
    expect(placed(driver.after(50))).toMatchObject({ cause: "straggler", first: 1, count: 3, number: 2 });
  });

  it("does not run stragglers again while items may still come or wait", () => {
    const driver = setup({ stragglerMinMs: 100 });
    const slow = placed(driver.submit({ count: 1, fn: map, open: true }));
    expect(dispatches(driver.after(1_000))).toEqual([]);
    driver.step({ kind: "appended", batch: slow.batch, count: 0, bytes: 0, open: false });
    expect(dispatches(driver.after(1_000))).toMatchObject([{ cause: "straggler" }]);
  });

  it("lets the time of an attempt that is over pass", () => {
    const driver = setup();
    driver.step(...done(placed(driver.submit({ fn: hedged })), 10));
    expect(dispatches(driver.after(1_000))).toEqual([]);
  });
});
