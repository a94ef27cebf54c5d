import { describe, expect, it } from "vitest";
import { defaultSchedulerOptions, resolveSchedulerOptions } from "../../src/scheduler/options.ts";

describe("resolveSchedulerOptions", () => {
  it("fills in the defaults", () => {
    expect(resolveSchedulerOptions({ leaseMs: 5 })).toEqual({ ...defaultSchedulerOptions, leaseMs: 5 });
  });

  it.each([
    [{ leaseMs: -1 }, "leaseMs is -1"],
    [{ batchTargetMs: Number.NaN }, "batchTargetMs is NaN"],
    [{ frameItemsMax: 0 }, "frameItemsMax is 0"],
    [{ placement: "best" as never }, "placement is best"],
  ])("refuses %o", (partial, message) => {
    expect(() => resolveSchedulerOptions(partial)).toThrow(message);
  });
});
