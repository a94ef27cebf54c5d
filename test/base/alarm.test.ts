import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Alarm } from "../../src/base/alarm.ts";

/** An alarm on a clock that shows 1000. */
function setup() {
  const ring = vi.fn();
  return { ring, alarm: new Alarm({ now: () => 1000 }, ring) };
}

describe("Alarm", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
  });

  it("rings at the earliest of the times it was set to, once", () => {
    const { alarm, ring } = setup();
    for (const at of [1400, 1200.5, 1300]) alarm.set(at);
    vi.advanceTimersByTime(200);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(1000);
    expect(ring).toHaveBeenCalledOnce();
  });

  it("rings soon for a time that has passed, and may be set again as it rings", () => {
    const { alarm, ring } = setup();
    ring.mockImplementationOnce(() => alarm.set(1050));
    alarm.set(900);
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(50);
    expect(ring).toHaveBeenCalledTimes(2);
  });

  it("has no timer for a time that never comes", () => {
    const { alarm } = setup();
    alarm.set(Infinity);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not ring at once for a time too far for a timer", () => {
    const { alarm, ring } = setup();
    alarm.set(1e12);
    vi.advanceTimersByTime(1000);
    expect(ring).not.toHaveBeenCalled();
  });

  it("never rings once it is stopped", () => {
    const { alarm, ring } = setup();
    alarm.set(1100);
    alarm.stop();
    alarm.set(1050);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(ring).not.toHaveBeenCalled();
  });
});
