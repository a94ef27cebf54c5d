import { describe, expect, it } from "vitest";
import { MovingAverage } from "../../src/base/moving-average.ts";

describe("MovingAverage", () => {
  it("knows nothing before the first sample and takes that as it is", () => {
    const average = new MovingAverage(0.25);
    expect(average.value).toBeUndefined();
    average.add(8);
    expect(average.value).toBe(8);
  });

  it("moves towards later samples by its weight", () => {
    const average = new MovingAverage(0.25);
    average.add(8);
    average.add(4);
    expect(average.value).toBe(7);
  });
});
