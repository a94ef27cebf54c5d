import { describe, expect, it } from "vitest";
import { batchId } from "../../src/base/ids.ts";
import { retryPiece } from "../../src/scheduler/batching.ts";
import { dispatches, done, SchedulerDriver } from "../support/scheduler-driver.ts";

/** One node whose workers are all idle, and functions whose cost is known. */
function setup(msPerItem: number, workers = 1) {
  const options = { frameItemsMax: 1024, framePayloadMaxBytes: 48 * 1024 };
  const driver = new SchedulerDriver(options, { next: () => 0.5 });
  driver.join("a", { workers, queueMs: 1e6 });
  driver.teach("digest/run", msPerItem);
  return driver;
}

describe("attemptSize", () => {
  it("probes a function that nobody has timed", () => {
    const driver = new SchedulerDriver();
    driver.join("a", { workers: 2 });
    const sizes = dispatches(driver.submit({ count: 100 })).map((dispatch) => dispatch.count);
    expect(sizes).toEqual([8, 8]);
  });

  it("aims at the target time", () => {
    const sizes = dispatches(setup(0.5).submit({ count: 100, open: true })).map((dispatch) => dispatch.count);
    expect(sizes[0]).toBe(8);
  });

  it("aims lower while short batches come, and for a while after", () => {
    const sizeAfter = (ms: number): number | undefined => {
      const driver = setup(0.25);
      driver.submit({ count: 1 });
      driver.now += ms;
      return dispatches(driver.submit({ count: 100, open: true }))[0]?.count;
    };
    expect([sizeAfter(0), sizeAfter(99), sizeAfter(100)]).toEqual([4, 4, 16]);
  });

  it("gives one item that takes longer than the target", () => {
    expect(dispatches(setup(50).submit({ count: 3, open: true }))[0]?.count).toBe(1);
  });

  it("never exceeds what a frame holds", () => {
    const [dispatch] = dispatches(setup(0.0001).submit({ count: 5_000, bytes: 5_000 }));
    expect(dispatch?.count).toBe(1_024);
  });

  it("sends a small closed batch to one node in one piece", () => {
    const driver = setup(0.05, 4);
    driver.join("b", { workers: 4 });
    const sent = dispatches(driver.submit({ count: 64 }));
    expect(sent.map((dispatch) => dispatch.count)).toEqual([64]);
  });

  it("shrinks pieces towards the end of a closed batch, not below the least", () => {
    const driver = setup(0.1, 8);
    const sizes = dispatches(driver.submit({ count: 300 })).map((dispatch) => dispatch.count);
    expect(sizes[0]).toBe(18); // of 300 for 2 · 8 workers
    expect(sizes).toEqual(sizes.toSorted((left, right) => right - left));
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(5); // half a millisecond
  });

  it("does not shrink while more items may come", () => {
    const sizes = dispatches(setup(0.1, 8).submit({ count: 300, open: true })).map(
      (dispatch) => dispatch.count,
    );
    expect(sizes.slice(0, 7)).toEqual([40, 40, 40, 40, 40, 40, 40]);
  });
});

describe("freshItems", () => {
  it("joins small frames, as many as fit one together", () => {
    const driver = setup(0.0001);
    const submission = driver.submission({ count: 0, bytes: 0, open: true });
    const more = (bytes: number) =>
      ({ kind: "appended", batch: submission.batch, count: 10, bytes, open: true }) as const;
    const sent = dispatches(driver.step(submission, more(20_000), more(20_000), more(20_000)));
    expect(sent.map(({ first, count }) => [first, count])).toEqual([
      [0, 20],
      [20, 10],
    ]);
  });

  it("sends an item that is larger than a frame on its own", () => {
    const driver = setup(0.0001);
    const submission = driver.submission({ count: 1, bytes: 1_000_000, open: true });
    const more = { kind: "appended", batch: submission.batch, count: 10, bytes: 10, open: true } as const;
    const sent = dispatches(driver.step(submission, more));
    expect(sent.map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, 10],
    ]);
  });

  it("sends items singly whose frame is larger than one may be", () => {
    const sent = dispatches(setup(0.0001).submit({ count: 3, bytes: 100_000 }));
    expect(sent.map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it("leaves out items that were cancelled before their turn", () => {
    const driver = new SchedulerDriver();
    const submission = driver.submission({ count: 8 });
    const { batch } = submission;
    driver.step(submission, { kind: "cancelled", batch, first: 0, count: 2 });
    driver.step({ kind: "cancelled", batch, first: 4, count: 1 });
    const sent = dispatches(driver.join("a", { workers: 4 }));
    expect(sent.map(({ first, count }) => [first, count])).toEqual([
      [2, 2],
      [5, 3],
    ]);
  });

  it("serves a map of any length in order", () => {
    const driver = setup(0.01);
    const batch = batchId(1_000);
    let [current] = dispatches(driver.step(driver.submission({ batch, count: 100, open: true })));
    for (let frame = 1; frame < 50 && current !== undefined; frame++) {
      expect([current.first, current.count]).toEqual([(frame - 1) * 100, 100]);
      const more = { kind: "appended", batch, count: 100, bytes: 1_000, open: true } as const;
      [current] = dispatches(driver.step(...done(current, 1), more));
    }
    expect(driver.scheduler.snapshot()).toMatchObject({ items: 100, attempts: 1 });
  });
});

describe("retryPiece", () => {
  it("leaves every item alone in its last try", () => {
    for (const count of [2, 8, 64, 1_024]) {
      let piece = count;
      for (let triesLeft = 3; triesLeft >= 1; triesLeft--) piece = retryPiece(piece, triesLeft);
      expect(piece).toBe(1);
    }
  });

  it("shrinks evenly from try to try", () => {
    expect([retryPiece(64, 3), retryPiece(16, 2), retryPiece(4, 1)]).toEqual([16, 4, 1]);
  });
});
