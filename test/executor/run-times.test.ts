import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { RunTimes } from "../../src/executor/run-times.ts";

describe("RunTimes", () => {
  it("knows nothing of a function that has not run", () => {
    const times = new RunTimes();
    times.learn("a", new Float32Array(0));
    expect(times.estimateMs("a", 1)).toBe(Infinity);
  });

  it("goes by the mean of each part, and follows a change", () => {
    const times = new RunTimes();
    times.learn("a", Float32Array.of(1, 3));
    expect(times.estimateMs("a", 10)).toBe(20);
    for (let round = 0; round < 50; round++) times.learn("a", Float32Array.of(4));
    expect(times.estimateMs("a", 1)).toBeCloseTo(4, 2);
    expect(times.estimateMs("b", 1)).toBe(Infinity);
  });

  it("tells the time of an item when that was taken to be far shorter", () => {
    const times = new RunTimes();
    const told = [[0.5, 0.5], [0.5], [64, 64], [64]].map((runMs) =>
      times.learn("a", Float32Array.from(runMs)),
    );
    expect(told).toEqual([undefined, undefined, undefined, 64]);
    expect(times.isShort("a")).toBe(false);
  });

  it("forgets the function it met first when there are too many", () => {
    const times = new RunTimes();
    for (let index = 0; index <= limits.estimatesMax; index++) times.learn(String(index), Float32Array.of(1));
    expect(times.estimateMs("0", 1)).toBe(Infinity);
    expect(times.estimateMs("1", 1)).toBe(1);
  });
});
