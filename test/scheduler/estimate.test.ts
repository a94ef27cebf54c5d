import { describe, expect, it } from "vitest";
import { estimateMs, learn } from "../../src/scheduler/estimate.ts";
import { functionOf } from "../../src/scheduler/function-state.ts";
import { defaultSchedulerOptions as options } from "../../src/scheduler/options.ts";

describe("estimateMs", () => {
  it("is unbounded while nobody has timed the function", () => {
    expect(estimateMs(functionOf(new Map(), "key", options), 1)).toBe(Infinity);
  });

  it("follows what was learnt of one item", () => {
    const fn = functionOf(new Map(), "key", options);
    learn(fn, 10, 20);
    expect(estimateMs(fn, 3)).toBe(6);
  });
});

describe("learn", () => {
  it.each([Number.NaN, -1, Infinity])("leaves out a time of %s", (runMs) => {
    const fn = functionOf(new Map(), "key", options);
    learn(fn, 1, runMs);
    expect(fn.msPerItem.value).toBeUndefined();
  });

  it("never takes an item to cost nothing", () => {
    const fn = functionOf(new Map(), "key", options);
    learn(fn, 100, 0);
    expect(estimateMs(fn, 1)).toBeGreaterThan(0);
  });
});
