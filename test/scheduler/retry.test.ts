import { describe, expect, it } from "vitest";
import { decideRetry, retryBackoffMs, type Circumstances } from "../../src/scheduler/retry.ts";
import { purePolicy } from "../support/scheduler-driver.ts";

const half = { next: () => 0.5 };

function decide(
  reason: string,
  given: Partial<Circumstances> & { pure?: boolean; spent?: number; refused?: number } = {},
) {
  const { pure = true, spent = 0, refused = 0, ...rest } = given;
  const circumstances = {
    progressed: false,
    refusalsMax: 5,
    affordable: true,
    pushbackMs: undefined,
    ...rest,
  };
  return decideRetry(reason, { ...purePolicy, pure }, { spent, refused }, circumstances, half);
}

describe("decideRetry", () => {
  it.each([
    "KERNEL_TRAP",
    "KERNEL_FAILED",
    "TIME_LIMIT",
    "CANCELLED",
    "INTERNAL",
    "A_REASON_OF_A_NEWER_VERSION",
  ])("fails %s for good", (reason) => expect(decide(reason)).toEqual({ kind: "fail", why: "final" }));

  it.each(["NODE_LOST", "WORKER_LOST"])("tries %s again elsewhere when the function is pure", (reason) => {
    expect(decide(reason)).toEqual({ kind: "retry", spent: 1, refused: 0, backoffMs: 5, avoidNode: true });
    expect(decide(reason, { pure: false })).toEqual({ kind: "fail", why: "final" });
  });

  it("gives up after the last try", () => {
    expect(decide("NODE_LOST", { spent: 2 }).kind).toBe("retry");
    expect(decide("NODE_LOST", { spent: 3 })).toEqual({ kind: "fail", why: "tries" });
  });

  it("counts a module that is not there as a try, and tries again elsewhere, pure or not", () => {
    const decision = { kind: "retry", spent: 1, refused: 0, backoffMs: 5, avoidNode: true };
    expect(decide("MODULE_UNAVAILABLE", { pure: false })).toEqual(decision);
    expect(decide("MODULE_UNAVAILABLE", { spent: 3 })).toEqual({ kind: "fail", why: "tries" });
  });

  it.each(["NODE_OVERLOADED", "NODE_DRAINING", "NOT_STARTED"])(
    "takes %s for a refusal, which is no try",
    (reason) => {
      const decision = { kind: "retry", spent: 3, refused: 3, backoffMs: 20, avoidNode: false };
      expect(decide(reason, { pure: false, spent: 3, refused: 2 })).toEqual(decision);
    },
  );

  it("waits as long as the node says, and not at all when it says never", () => {
    expect(decide("NODE_OVERLOADED", { pushbackMs: 70 })).toMatchObject({ kind: "retry", backoffMs: 70 });
    expect(decide("NODE_OVERLOADED", { pushbackMs: -1 })).toEqual({ kind: "fail", why: "pushback" });
  });

  it("tries nothing again without a budget, but for the rest of an attempt that made progress", () => {
    expect(decide("NODE_LOST", { affordable: false })).toEqual({ kind: "fail", why: "budget" });
    const rest = { affordable: false, progressed: true };
    expect(decide("NOT_STARTED", rest)).toMatchObject({ kind: "retry", backoffMs: 0 });
  });

  it("gives up after too many refusals", () => {
    expect(decide("NODE_OVERLOADED", { refused: 4 }).kind).toBe("retry");
    expect(decide("NODE_OVERLOADED", { refused: 5 })).toEqual({ kind: "fail", why: "tries" });
  });

  it("tries the rest of an attempt that made progress again at once and for free", () => {
    const decision = { kind: "retry", spent: 3, refused: 5, backoffMs: 0, avoidNode: false };
    expect(decide("NOT_STARTED", { spent: 3, refused: 5, progressed: true })).toEqual(decision);
    expect(decide("NODE_OVERLOADED", { progressed: true })).toMatchObject({ refused: 1, backoffMs: 5 });
  });
});

describe("retryBackoffMs", () => {
  it("doubles with each failure up to its bound", () => {
    const bounds = [1, 2, 3, 8, 9, 100].map((failures) => retryBackoffMs(purePolicy, failures, half) * 2);
    expect(bounds).toEqual([10, 20, 40, 1_280, 2_000, 2_000]);
  });

  it("draws from nothing to its bound", () => {
    expect(retryBackoffMs(purePolicy, 1, { next: () => 0 })).toBe(0);
    expect(retryBackoffMs(purePolicy, 1, { next: () => 0.999 })).toBeCloseTo(9.99);
  });
});
