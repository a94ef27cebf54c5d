import { describe, expect, it } from "vitest";
import { halfUseful } from "../../../bench/figures/granularity.bench.ts";

/** A sweep where carrying an item costs as much whatever its length. */
function sweep(overhead: number, lengths: readonly number[]) {
  return lengths.map((length) => ({ length, cost: length + overhead }));
}

describe("halfUseful", () => {
  it.each([0.7, 1, 2.5, 4])("finds an overhead of %d µs between the lengths", (overhead) => {
    expect(halfUseful(sweep(overhead, [0.5, 1, 2, 4, 8]))).toBeCloseTo(overhead);
  });

  it("tells what is spent at the longest where less than half is useful everywhere", () => {
    expect(halfUseful(sweep(20, [1, 2, 4]))).toBe(20);
  });

  it("tells what is spent at the shortest where more than half is useful everywhere", () => {
    expect(halfUseful(sweep(0.25, [1, 2, 4]))).toBe(0.25);
  });

  it("refuses an empty sweep", () => {
    expect(() => halfUseful([])).toThrow("no length was tried");
  });
});
