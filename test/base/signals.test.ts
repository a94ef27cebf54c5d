import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeddleError } from "../../src/base/error.ts";
import { abortError, linkSignals, untilAborted, withTimeout } from "../../src/base/signals.ts";

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("linkSignals", () => {
  it("aborts with the reason of the first that aborts and lets go of all", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const linked = linkSignals([first.signal, undefined, second.signal]);
    expect(linked.signal.aborted).toBe(false);
    second.abort("second");
    expect(linked.signal.aborted).toBe(true);
    expect(linked.signal.reason).toBe("second");
    expect(listeners(first.signal) + listeners(second.signal)).toBe(0);
  });

  it("is aborted from the start when one of them is", () => {
    const open = new AbortController();
    const linked = linkSignals([open.signal, AbortSignal.abort("before")]);
    expect(linked.signal.reason).toBe("before");
    expect(listeners(open.signal)).toBe(0);
  });

  it("hears nothing any more after close", () => {
    const parent = new AbortController();
    {
      using linked = linkSignals([parent.signal]);
      expect(listeners(parent.signal)).toBe(1);
      linked.close();
      parent.abort();
      expect(linked.signal.aborted).toBe(false);
    }
    expect(listeners(parent.signal)).toBe(0);
  });
});

describe("withTimeout", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("aborts with DEADLINE when the time is over, not before", () => {
    const parent = new AbortController();
    const deadline = withTimeout(parent.signal, 100, "the handshake");
    vi.advanceTimersByTime(99);
    expect(deadline.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(abortError(deadline.signal)).toMatchObject({
      reason: "DEADLINE",
      rawMessage: "the handshake took longer than 100 ms",
    });
    expect(parent.signal.aborted).toBe(false);
    expect(listeners(parent.signal)).toBe(0);
  });

  it("aborts with the parent's reason and clears its timer", () => {
    const parent = new AbortController();
    const deadline = withTimeout(parent.signal, 100);
    parent.abort("enough");
    expect(deadline.signal.reason).toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves neither timer nor listener behind when it is closed", () => {
    const parent = new AbortController();
    {
      using deadline = withTimeout(parent.signal, 100);
      expect(vi.getTimerCount()).toBe(1);
      expect(deadline.signal.aborted).toBe(false);
    }
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners(parent.signal)).toBe(0);
  });

  it.each([0, -1, -Infinity])("aborts at once for %d ms", (timeoutMs) => {
    const deadline = withTimeout(undefined, timeoutMs);
    expect(abortError(deadline.signal).reason).toBe("DEADLINE");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sets no timer for Infinity or below an aborted parent", () => {
    expect(withTimeout(undefined, Infinity).signal.aborted).toBe(false);
    expect(withTimeout(AbortSignal.abort("before"), 100).signal.reason).toBe("before");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("refuses NaN", () => {
    expect(() => withTimeout(undefined, Number.NaN)).toThrow(HeddleError);
  });

  it("waits longer than the 24.8 days a timer can hold", () => {
    const longMs = 2 ** 31 + 5_000;
    const deadline = withTimeout(undefined, longMs);
    vi.advanceTimersByTime(longMs - 1);
    expect(deadline.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(deadline.signal.aborted).toBe(true);
  });
});

describe("untilAborted", () => {
  it("gives the outcome of the promise and removes its listener", async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
    expect(listeners(signal)).toBe(0);
  });

  it("throws what the abort said and drops the late outcome", async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const waiting = untilAborted(late.promise, controller.signal);
    controller.abort(new HeddleError("GATEWAY_STOPPING", "going down"));
    await expect(waiting).rejects.toMatchObject({ reason: "GATEWAY_STOPPING" });
    late.reject(new Error("too late to matter"));
    expect(listeners(controller.signal)).toBe(0);
  });

  it("throws at once when the signal is aborted already", async () => {
    const waiting = untilAborted(Promise.resolve(7), AbortSignal.abort());
    await expect(waiting).rejects.toMatchObject({ reason: "CANCELLED" });
  });
});

describe("abortError", () => {
  it("keeps a HeddleError and turns anything else into CANCELLED", () => {
    const own = new HeddleError("DEADLINE", "over");
    expect(abortError(AbortSignal.abort(own))).toBe(own);
    expect(abortError(AbortSignal.abort())).toMatchObject({ reason: "CANCELLED" });
    expect(abortError(AbortSignal.abort("no more"))).toMatchObject({ rawMessage: "no more" });
  });
});
