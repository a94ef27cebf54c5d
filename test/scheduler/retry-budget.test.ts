import { describe, expect, it } from "vitest";
import { dispatches, done, ended, ofKind, SchedulerDriver } from "../support/scheduler-driver.ts";

/** Two nodes and a budget that bears a failure and no more. */
function setup() {
  const driver = new SchedulerDriver({ retryTokensMax: 4, retryTokenRatio: 0.5 });
  driver.join("a");
  driver.join("b");
  return driver;
}

function place(driver: SchedulerDriver, given: Parameters<SchedulerDriver["submission"]>[0] = {}) {
  const [dispatch] = dispatches(driver.submit(given));
  if (dispatch === undefined) throw new Error("nothing was placed");
  return dispatch;
}

describe("chargeFailure", () => {
  it("lets an outage use up the budget, and then fails what fails", () => {
    const driver = setup();
    const first = driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    expect(ofKind(first, "attemptEnded")).toMatchObject([{ retried: 1 }]);
    const second = driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    expect(ofKind(second, "fail")).toMatchObject([
      { reason: "MODULE_UNAVAILABLE", attempts: 1, message: expect.stringContaining("not tried again") },
    ]);
  });

  it("charges one function for itself alone", () => {
    const driver = setup();
    driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    const other = driver.step(ended(place(driver, { fn: { key: "other/run" } }), "MODULE_UNAVAILABLE"));
    expect(ofKind(other, "attemptEnded")).toMatchObject([{ retried: 1 }]);
  });

  it("takes the loss of a node with many attempts for one failure", () => {
    const driver = new SchedulerDriver({ retryTokensMax: 4 });
    driver.join("a", { workers: 3 });
    const placed = [0, 1, 2].map(() => place(driver));
    const [one] = placed;
    if (one === undefined) throw new Error("nothing was placed");
    const actions = driver.step({ kind: "nodeLost", node: one.node, incarnation: 1, why: "closed" });
    expect(ofKind(actions, "fail")).toEqual([]);
    expect(ofKind(actions, "attemptEnded")).toHaveLength(3);
  });

  it.each(["NODE_DRAINING", "NOT_STARTED"])("charges nothing for %s", (reason) => {
    const driver = setup();
    for (let round = 0; round < 5; round++) {
      const [dispatch] = round === 0 ? [place(driver)] : dispatches(driver.after(2_000));
      if (dispatch === undefined) throw new Error("it was not tried again");
      expect(ofKind(driver.step(ended(dispatch, reason)), "fail")).toEqual([]);
    }
  });
});

describe("creditSuccess", () => {
  it("gives back what attempts that go well earn", () => {
    const driver = setup();
    driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    const [again] = dispatches(driver.after(2_000));
    if (again === undefined) throw new Error("the first was not tried again");
    driver.step(...done(again));
    for (let round = 0; round < 4; round++) driver.step(...done(place(driver)));
    const outcome = driver.step(ended(place(driver), "MODULE_UNAVAILABLE"));
    expect(ofKind(outcome, "attemptEnded")).toMatchObject([{ retried: 1 }]);
  });
});
