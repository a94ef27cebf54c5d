import { describe, expect, it } from "vitest";
import type { Action, Dispatch } from "../../src/scheduler/action.ts";
import type { SchedulerOptions } from "../../src/scheduler/options.ts";
import { isKill } from "../../src/scheduler/breaker.ts";
import {
  dispatches,
  done,
  ended,
  failure,
  ofKind,
  progress,
  SchedulerDriver,
} from "../support/scheduler-driver.ts";

/** A breaker that opens at two kills, for a second. */
function setup(options: Partial<SchedulerOptions> = {}) {
  const driver = new SchedulerDriver({ breakerKillsMin: 2, breakerOpenMs: 1_000, leaseMs: 1e9, ...options });
  driver.join("a", { workers: 4 });
  return driver;
}

function placed(actions: readonly Action[]): Dispatch {
  const [dispatch] = dispatches(actions);
  if (dispatch === undefined) throw new Error("nothing was placed");
  return dispatch;
}

/** One call that has to be killed. */
function kill(driver: SchedulerDriver): Action[] {
  const dispatch = placed(driver.submit());
  return driver.step(progress(dispatch, { failures: [failure(0, "TIME_LIMIT")] }), ended(dispatch));
}

describe("noteOutcomes", () => {
  it("stops a function that keeps killing workers, with advice when to come back", () => {
    const driver = setup();
    kill(driver);
    kill(driver);
    driver.after(400);
    const actions = driver.submit();
    expect(ofKind(actions, "fail")).toMatchObject([
      { reason: "FUNCTION_STOPPED", code: 14, attempts: 0, retryAfterMs: 600 },
    ]);
    expect(dispatches(actions)).toEqual([]);
  });

  it("leaves other functions alone", () => {
    const driver = setup();
    kill(driver);
    kill(driver);
    expect(dispatches(driver.submit({ fn: { key: "other/run" } }))).toHaveLength(1);
  });

  it("does not stop a function of which more goes well than kills", () => {
    const driver = setup();
    for (let call = 0; call < 3; call++) driver.step(...done(placed(driver.submit())));
    kill(driver);
    kill(driver);
    expect(dispatches(driver.submit())).toHaveLength(1);
  });

  it("forgets kills that are long ago", () => {
    const driver = setup({ breakerWindowMs: 5_000 });
    kill(driver);
    driver.after(5_000);
    kill(driver);
    expect(dispatches(driver.submit())).toHaveLength(1);
  });

  it("takes the loss of a node for one kill of each function that ran there", () => {
    const driver = setup();
    kill(driver);
    const [first] = [placed(driver.submit()), placed(driver.submit())];
    if (first === undefined) throw new Error("nothing was placed");
    const actions = driver.step({ kind: "nodeLost", node: first.node, incarnation: 1, why: "closed" });
    expect(ofKind(actions, "fail").map((action) => action.reason)).toEqual([
      "FUNCTION_STOPPED",
      "FUNCTION_STOPPED",
    ]);
  });
});

describe("failBroken", () => {
  it("fails what waits: untried, and backing off", () => {
    const driver = new SchedulerDriver({ breakerKillsMin: 1, leaseMs: 1e9, nodeQueueMs: 0 });
    driver.join("a", { workers: 2 });
    const backing = placed(driver.submit());
    const running = placed(driver.submit());
    for (let call = 0; call < 3; call++) driver.submit();
    driver.step(ended(backing, "MODULE_UNAVAILABLE"));
    const actions = driver.step(progress(running, { failures: [failure(0, "WORKER_LOST")] }), ended(running));
    const failed = ofKind(actions, "fail").filter(({ reason }) => reason === "FUNCTION_STOPPED");
    expect(failed.reduce((sum, { count }) => sum + count, 0)).toBe(4); // two untried, two that back off
    expect(driver.scheduler.snapshot().waitingItems).toBe(0);
  });
});

describe("halfOpen", () => {
  it("lets one item through, and all when it goes well", () => {
    const driver = setup();
    kill(driver);
    kill(driver);
    driver.after(1_000);
    const probe = dispatches(driver.step(driver.submission({ count: 2 }), driver.submission()));
    expect(probe).toMatchObject([{ count: 1 }]);
    const [first] = probe;
    if (first === undefined) throw new Error("no probe");
    const after = dispatches(driver.step(...done(first)));
    expect(after.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it("stops the function for twice as long when the probe kills again", () => {
    const driver = setup();
    kill(driver);
    kill(driver);
    driver.after(1_000);
    kill(driver);
    expect(ofKind(driver.submit(), "fail")).toMatchObject([{ retryAfterMs: 2_000 }]);
  });
});

describe("isKill", () => {
  it("knows what ends a worker", () => {
    expect(["TIME_LIMIT", "WORKER_LOST", "NODE_LOST"].every(isKill)).toBe(true);
    expect(["KERNEL_TRAP", "NODE_OVERLOADED", "CANCELLED"].some(isKill)).toBe(false);
  });
});
