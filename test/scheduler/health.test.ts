import { describe, expect, it } from "vitest";
import type { Action, Dispatch } from "../../src/scheduler/action.ts";
import type { SchedulerOptions } from "../../src/scheduler/options.ts";
import { dispatches, done, ended, ofKind, SchedulerDriver } from "../support/scheduler-driver.ts";

/** Nodes a and b; a is ejected after two failures in a row, for a second. */
function setup(options: Partial<SchedulerOptions> = {}, nodes: readonly string[] = ["a", "b"]) {
  const driver = new SchedulerDriver({
    ejectInRow: 2,
    ejectBaseMs: 1_000,
    nodeQueueMs: 0,
    leaseMs: 1e9,
    ...options,
  });
  for (const name of nodes) driver.join(name);
  return driver;
}

/** Two calls at a time: what lands on `bad` fails, the rest goes well. */
function round(driver: SchedulerDriver, bad: string, actions: readonly Action[]): Action[] {
  const ends = dispatches(actions).flatMap((dispatch) =>
    dispatch.node === bad ? [ended(dispatch, "MODULE_UNAVAILABLE")] : done(dispatch),
  );
  return driver.step(...ends);
}

/** Lets node a fail until it is ejected. */
function ejectA(driver: SchedulerDriver): Action[] {
  for (let call = 0; call < 20; call++) {
    const told = round(driver, "a", driver.step(driver.submission(), driver.submission()));
    if (ofKind(told, "nodeEjected").length > 0) return told;
    driver.after(2_000);
  }
  throw new Error("a was not ejected");
}

function onA(placed: readonly Dispatch[]): Dispatch[] {
  return placed.filter(({ node }) => node === "a");
}

describe("noteOutcome", () => {
  it("ejects a node that fails several attempts in a row, and says why", () => {
    const driver = setup();
    const [ejected] = ofKind(ejectA(driver), "nodeEjected");
    expect(ejected).toMatchObject({ node: "a", until: driver.now + 1_000 });
    expect(ejected?.why).toContain("MODULE_UNAVAILABLE");
    expect(driver.scheduler.snapshot().nodes[0]).toMatchObject({
      node: "a",
      ejected: { until: driver.now + 1_000 },
    });
  });

  it("places nothing on it meanwhile", () => {
    const driver = setup();
    ejectA(driver);
    const placed = dispatches(driver.step(driver.submission(), driver.submission()));
    expect(onA(placed)).toEqual([]);
  });

  it("forgives failures between which others go well", () => {
    const driver = setup({ ejectOutcomesMin: 100 });
    let turn = 0;
    for (let call = 0; call < 10; call++) {
      let actions = driver.step(driver.submission(), driver.submission());
      while (dispatches(actions).length > 0) {
        const ends = dispatches(actions).flatMap((dispatch) =>
          dispatch.node === "a" && turn++ % 2 === 0
            ? [ended(dispatch, "MODULE_UNAVAILABLE")]
            : done(dispatch),
        );
        actions = driver.step(...ends);
        expect(ofKind(actions, "nodeEjected")).toEqual([]);
        if (dispatches(actions).length === 0) actions = driver.after(2_000);
      }
    }
    expect(turn).toBeGreaterThan(5);
  });
});

describe("probe", () => {
  it("sends one attempt, and takes the node back when that goes well", () => {
    const driver = setup();
    ejectA(driver);
    const load = [1, 2, 3, 4].map(() => driver.submission());
    const placed = onA(dispatches(driver.after(1_000, ...load)));
    expect(placed).toHaveLength(1);
    const [one] = placed;
    if (one === undefined) throw new Error("no probe");
    expect(ofKind(driver.step(...done(one)), "nodeReadmitted")).toEqual([
      { kind: "nodeReadmitted", node: "a" },
    ]);
  });

  it("ejects it for twice as long when that fails", () => {
    const driver = setup();
    ejectA(driver);
    const [one] = onA(dispatches(driver.after(1_000, driver.submission(), driver.submission())));
    if (one === undefined) throw new Error("no probe");
    const told = driver.step(ended(one, "MODULE_UNAVAILABLE"));
    expect(ofKind(told, "nodeEjected")).toMatchObject([{ node: "a", until: driver.now + 2_000 }]);
  });
});

describe("judgeGone", () => {
  it("readmits an ejected node when no other is left", () => {
    const driver = setup();
    ejectA(driver);
    const told = driver.step({
      kind: "nodeLost",
      node: "b" as never,
      incarnation: 1 as never,
      why: "closed",
    });
    expect(ofKind(told, "nodeReadmitted")).toEqual([{ kind: "nodeReadmitted", node: "a" }]);
  });
});

describe("noteCrash", () => {
  it("takes a node for an outlier that dies with work again and again", () => {
    const driver = setup({}, ["b"]);
    let told: Action[] = [];
    for (let boot = 1; boot <= 3; boot++) {
      told = driver.join("a", { incarnation: boot });
      driver.step(driver.submission(), driver.submission());
      driver.step({ kind: "nodeLost", node: "a" as never, incarnation: boot as never, why: "closed" });
    }
    expect(ofKind(told, "nodeEjected")).toMatchObject([{ node: "a" }]);
  });
});
