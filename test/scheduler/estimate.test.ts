import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { estimateMs, functionOf, learn } from "../../src/scheduler/estimate.ts";

const options = { retryTokensMax: 100 };

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

describe("functionOf", () => {
  it("gives the same function for the same key", () => {
    const functions = new Map();
    expect(functionOf(functions, "a", options)).toBe(functionOf(functions, "a", options));
  });

  it("forgets the oldest when there are too many", () => {
    const functions = new Map();
    const first = functionOf(functions, "first", options);
    for (let place = 1; place <= limits.estimatesMax; place++) functionOf(functions, `key ${place}`, options);
    expect(functions.size).toBe(limits.estimatesMax);
    expect(functionOf(functions, "first", options)).not.toBe(first);
  });
});
