import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { judge, Watchdog, type RunningWork } from "../../src/worker/watchdog.ts";

const work: RunningWork = {
  cold: false,
  beganAt: 1000,
  functionName: "spin",
  timeLimitMs: 500,
  deadlineAt: Infinity,
  cancelledAt: Infinity,
};

/** The process never stood still. */
const never = (): number => 0;

describe("judge", () => {
  it.each<[string, Partial<RunningWork>, number, string | undefined]>([
    ["an item within its limits", {}, 1500, undefined],
    ["an item past its time limit", {}, 1501, "TIME_LIMIT"],
    ["an item just past its deadline", { deadlineAt: 1100 }, 1100 + limits.deadlineGraceMs, undefined],
    ["an item well past its deadline", { deadlineAt: 1100 }, 1101 + limits.deadlineGraceMs, "DEADLINE"],
    ["an item that was cancelled just now", { cancelledAt: 1100 }, 1100 + limits.cancelGraceMs, undefined],
    ["an item that was cancelled long ago", { cancelledAt: 1100 }, 1101 + limits.cancelGraceMs, "CANCELLED"],
    ["a start function within its limit", { cold: true }, 1000 + limits.startTimeLimitMs, undefined],
    ["a start function past its limit", { cold: true }, 1001 + limits.startTimeLimitMs, "MODULE_UNAVAILABLE"],
    ["a start function past the item's deadline", { cold: true, deadlineAt: 1100 }, 1200, undefined],
  ])("decides about %s", (_, changed, now, reason) => {
    expect(judge({ ...work, ...changed }, now, never)?.reason).toBe(reason);
  });

  // An item of a node that was stopped for a moment failed for good with TIME_LIMIT.
  it("does not count the time in which the process stood still", () => {
    const stoodStill = (since: number): number => (since === work.beganAt ? 2000 : 0);
    expect(judge(work, 3500, stoodStill)).toBeUndefined();
    expect(judge(work, 3501, stoodStill)?.reason).toBe("TIME_LIMIT");
    expect(judge({ ...work, deadlineAt: 3000 }, 3400, stoodStill)?.reason).toBe("DEADLINE");
  });

  it("names function, time and limit", () => {
    expect(judge(work, 1600, never)).toEqual({
      code: 4,
      reason: "TIME_LIMIT",
      message: 'function "spin" ran for 600 ms; its time limit is 500 ms',
    });
  });
});

describe("Watchdog", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("ticks from when it is woken until there is nothing to watch", () => {
    let left = 3;
    const tick = vi.fn(() => --left > 0);
    const watchdog = new Watchdog(tick);
    vi.advanceTimersByTime(100);
    expect(tick).not.toHaveBeenCalled();
    watchdog.wake();
    watchdog.wake();
    vi.advanceTimersByTime(100);
    expect(tick).toHaveBeenCalledTimes(3);
    left = 1;
    watchdog.wake();
    vi.advanceTimersByTime(100);
    expect(tick).toHaveBeenCalledTimes(4);
  });

  it("can be stopped at any time", () => {
    const tick = vi.fn(() => true);
    const watchdog = new Watchdog(tick);
    watchdog.stop();
    watchdog.wake();
    watchdog.stop();
    watchdog.stop();
    vi.advanceTimersByTime(100);
    expect(tick).not.toHaveBeenCalled();
  });

  it("knows how long the process stood still, and no longer when nothing is watched", () => {
    let late = 0;
    const clock = { now: () => Date.now() + late }; // fake timers move it
    const watchdog = new Watchdog(() => true, clock);
    watchdog.wake();
    vi.advanceTimersByTime(50);
    const before = clock.now();
    late = limits.standstillMs - 1;
    vi.advanceTimersByTime(limits.watchdogMs);
    expect(watchdog.stoodStill(before)).toBe(0);
    late += 2000;
    vi.advanceTimersByTime(limits.watchdogMs);
    expect(watchdog.stoodStill(before)).toBe(2000);
    expect(watchdog.stoodStill(clock.now() - 500)).toBe(500);
    expect(watchdog.stoodStill(clock.now())).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(watchdog.stoodStill(before)).toBe(2000);
    watchdog.stop();
    expect(watchdog.stoodStill(before)).toBe(0);
  });
});
