import { describe, expect, it } from "vitest";
import { dispatches, done, SchedulerDriver } from "../support/scheduler-driver.ts";

function setup() {
  const driver = new SchedulerDriver({ leaseMs: 1e9 });
  driver.join("a", { workers: 8 });
  return driver;
}

const two = { concurrencyMax: 2 };

describe("park", () => {
  it("runs no more items of a function than it may, over all its callers", () => {
    const driver = setup();
    const placed = [1, 2, 3].flatMap(() => dispatches(driver.submit({ fn: two })));
    expect(placed).toHaveLength(2);
  });

  it("cuts a range to what may still run", () => {
    const driver = setup();
    expect(dispatches(driver.submit({ count: 5, fn: two }))).toMatchObject([{ first: 0, count: 2 }]);
  });

  it("keeps nobody else waiting", () => {
    const driver = setup();
    driver.submit({ count: 5, fn: two });
    expect(dispatches(driver.submit({ fn: { key: "other/run" } }))).toHaveLength(1);
  });
});

describe("unpark", () => {
  it("goes on when some have ended", () => {
    const driver = setup();
    const [first] = dispatches(driver.submit({ count: 3, fn: two }));
    if (first === undefined) throw new Error("nothing was placed");
    expect(dispatches(driver.step(...done(first)))).toMatchObject([{ first: 2, count: 1 }]);
  });

  it("passes the place of a batch that is gone to the next", () => {
    const driver = setup();
    const [running] = dispatches(driver.submit({ count: 2, fn: two }));
    if (running === undefined) throw new Error("nothing was placed");
    const next = driver.submission({ fn: two });
    driver.step(next, driver.submission({ fn: two }));
    const cancelled = { kind: "cancelled", batch: next.batch, first: 0, count: Infinity } as const;
    expect(dispatches(driver.step(...done(running), cancelled))).toHaveLength(1);
  });
});
