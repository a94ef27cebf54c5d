import { describe, expect, it } from "vitest";
import { ofKind, SchedulerDriver } from "../support/scheduler-driver.ts";

describe("takeStep", () => {
  it("asks for nothing when nothing is to come", () => {
    expect(new SchedulerDriver().step()).toEqual([]);
  });

  it("asks for a wake once, again only for an earlier one", () => {
    const driver = new SchedulerDriver();
    expect(ofKind(driver.join("a"), "wake")).toMatchObject([{ at: 3_000 }]);
    expect(ofKind(driver.submit({ deadlineAt: 5_000 }), "wake")).toEqual([]);
    expect(ofKind(driver.submit({ deadlineAt: 500 }), "wake")).toMatchObject([{ at: 500 }]);
  });

  it("asks again when a wake is used up, by its time or by a tick", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    expect(ofKind(driver.step({ kind: "tick" }), "wake")).toMatchObject([{ at: 3_000 }]);
    driver.submit({ deadlineAt: 500 });
    expect(ofKind(driver.after(500), "wake")).toMatchObject([{ at: 3_000 }]);
  });

  it("does not let time run backwards", () => {
    const driver = new SchedulerDriver();
    driver.now = 100;
    driver.step();
    driver.now = 50;
    expect(ofKind(driver.submit({ deadlineAt: 100 }), "fail")).toMatchObject([{ reason: "DEADLINE" }]);
  });

  it("tells a wake last", () => {
    const driver = new SchedulerDriver();
    driver.join("a");
    expect(driver.submit({ deadlineAt: 10 }).at(-1)).toEqual({ kind: "wake", at: 10 });
  });
});
