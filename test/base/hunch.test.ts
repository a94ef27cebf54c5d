import { describe, expect, it } from "vitest";
import { Hunch } from "../../src/base/hunch.ts";

/** How often it is not acted on before it is again. */
function restOf(hunch: Hunch): number {
  let rests = 0;
  while (!hunch.follow()) rests++;
  return rests;
}

describe("Hunch", () => {
  it("is acted on for as long as it proves right", () => {
    const hunch = new Hunch(8);
    for (let time = 0; time < 10; time++) {
      expect(hunch.follow()).toBe(true);
      hunch.learn(true);
    }
  });

  it("rests longer each time it proves wrong, up to its bound", () => {
    const hunch = new Hunch(8);
    const rests: number[] = [];
    for (let time = 0; time < 6; time++) {
      hunch.learn(false);
      rests.push(restOf(hunch));
    }
    expect(rests).toEqual([1, 2, 4, 8, 8, 8]);
  });

  it("forgets what went wrong once it has proved right", () => {
    const hunch = new Hunch(8);
    for (let time = 0; time < 5; time++) {
      hunch.learn(false);
      restOf(hunch);
    }
    hunch.learn(true);
    expect(restOf(hunch)).toBe(0);
    hunch.learn(false);
    expect(restOf(hunch)).toBe(1);
  });
});
