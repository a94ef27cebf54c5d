import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { functionOf } from "../../src/scheduler/function-state.ts";
import { defaultSchedulerOptions as options } from "../../src/scheduler/options.ts";

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
