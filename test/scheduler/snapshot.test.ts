import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/base/ids.ts";
import { dispatches, progress, SchedulerDriver } from "../support/scheduler-driver.ts";

describe("takeSnapshot", () => {
  it("counts what waits and what runs", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    const [dispatch] = dispatches(driver.submit({ count: 20 }));
    if (dispatch === undefined) throw new Error("nothing was placed");
    driver.step(progress(dispatch, { count: 2, runMs: 20 }));
    expect(driver.scheduler.snapshot()).toEqual({
      nodes: [
        {
          node: "a",
          incarnation: 1,
          zone: "",
          state: "joined",
          workers: 1,
          attempts: 1,
          outstandingMs: 9, // six of the eight that are taken to fill the worker's 12 ms
          outstandingBytes: 200, // bytes are known of the whole frame only
        },
      ],
      batches: 1,
      attempts: 1,
      items: 18,
      bytes: 180,
      waitingItems: 12,
    });
    expect(driver.scheduler.load("a")).toEqual({ attempts: 1, queueMs: 9 });
  });

  it("leaves out what is cancelled of an attempt", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    const submission = driver.submission({ count: 8 });
    driver.step(submission);
    driver.step({ kind: "cancelled", batch: submission.batch, first: 0, count: 3 });
    expect(driver.scheduler.snapshot()).toMatchObject({ items: 5, waitingItems: 0 });
  });
});

describe("load", () => {
  it("is nothing for a node that is not there", () => {
    expect(new SchedulerDriver().scheduler.load(nodeId("b"))).toEqual({ attempts: 0, queueMs: 0 });
  });
});
