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

  it("doubts a sample of many times the average, and takes the smaller of two in a row at once", () => {
    const average = new MovingAverage(0.25);
    expect([1, 1000].map((sample) => average.add(sample))).toEqual([false, false]);
    expect(average.value).toBe(2.75);
    average.add(2.75);
    expect([900, 1000].map((sample) => average.add(sample))).toEqual([false, true]);
    expect(average.value).toBe(900);
    expect(average.add(900)).toBe(false);
  });

  it("comes down by its weight only", () => {
    const average = new MovingAverage(0.5);
    for (const sample of [800, 0, 0]) expect(average.add(sample)).toBe(false);
    expect(average.value).toBe(200);
  });
});
