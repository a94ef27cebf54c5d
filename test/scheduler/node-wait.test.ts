import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/base/ids.ts";
import type { Event } from "../../src/scheduler/event.ts";
import { dispatches, ofKind, SchedulerDriver } from "../support/scheduler-driver.ts";

const drains: Event = { kind: "nodeDraining", node: nodeId("a"), incarnation: 1 };
const tick: Event = { kind: "tick" };

function setup() {
  return new SchedulerDriver({ nodeWaitMs: 100 });
}

describe("endNodeWait", () => {
  it("fails what has waited for a node too long", () => {
    const driver = setup();
    expect(driver.submit({ count: 2 })).toEqual([{ kind: "wake", at: 100 }]);
    expect(driver.after(99.9, tick)).toEqual([{ kind: "wake", at: 100 }]);
    const message = "no node could take the work for 100 ms: none is connected";
    expect(driver.after(0.1, tick)).toMatchObject([
      { kind: "fail", first: 0, count: 2, reason: "NO_NODES", code: 14, message, attempts: 0 },
      { kind: "settled" },
    ]);
  });

  it("counts from when the last node was gone, and says that those that are there drain", () => {
    const driver = setup();
    driver.join("a", { attempts: 0 });
    driver.submit();
    driver.after(80, drains);
    driver.now = 179;
    expect(ofKind(driver.step(tick), "fail")).toEqual([]);
    driver.now = 180;
    const [fail] = ofKind(driver.step(tick), "fail");
    expect(fail?.message).toContain("all 1 that are connected drain");
  });

  it("is over when a node comes, and starts anew when it goes", () => {
    const driver = setup();
    driver.submit();
    driver.after(90);
    driver.join("a", { attempts: 0 });
    expect(ofKind(driver.after(20, tick), "fail")).toEqual([]);
    driver.step(drains);
    driver.now = 209;
    expect(ofKind(driver.step(tick), "fail")).toEqual([]);
    driver.now = 210;
    expect(ofKind(driver.step(tick), "fail")).toHaveLength(1);
  });

  it("lets later items of a map wait as long as the first", () => {
    const driver = setup();
    const submission = driver.submission({ count: 2, open: true });
    driver.step(submission);
    driver.after(60, { kind: "appended", batch: submission.batch, count: 3, bytes: 3, open: true });
    driver.now = 100;
    expect(driver.step(tick)).toMatchObject([
      { kind: "fail", first: 0, count: 2 },
      { kind: "wake", at: 160 },
    ]);
    driver.now = 160;
    expect(ofKind(driver.step(tick), "fail")).toMatchObject([{ first: 2, count: 3 }]);
  });

  it("counts a retry from the end of its back-off", () => {
    const driver = setup();
    driver.join("a");
    driver.submit();
    driver.step({ kind: "nodeLost", node: nodeId("a"), incarnation: 1, why: "closed" });
    driver.now = 5;
    expect(driver.step(tick)).toEqual([{ kind: "wake", at: 105 }]);
    driver.now = 105;
    expect(ofKind(driver.step(tick), "fail")).toMatchObject([{ reason: "NO_NODES", attempts: 1, node: "a" }]);
  });

  it("does not count while the client does not read", () => {
    const driver = setup();
    const submission = driver.submission();
    const { batch } = submission;
    driver.step(submission, { kind: "paused", batch, paused: true });
    driver.now = 500;
    expect(ofKind(driver.step(tick), "fail")).toEqual([]);
    driver.step({ kind: "paused", batch, paused: false });
    driver.now = 599;
    expect(ofKind(driver.step(tick), "fail")).toEqual([]);
    driver.now = 600;
    expect(ofKind(driver.step(tick), "fail")).toHaveLength(1);
  });

  it("places what still waits when a node comes in time", () => {
    const driver = setup();
    driver.submit();
    driver.after(99);
    expect(dispatches(driver.join("a"))).toHaveLength(1);
  });
});
