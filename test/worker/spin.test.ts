import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { Spin } from "../../src/worker/spin.ts";

/** A clock that goes on by so much with each reading. */
function setup({ stepMs = 0.001, maxMs = 1 } = {}) {
  let now = 0;
  const spin = new Spin({ now: () => (now += stepMs) }, maxMs);
  return { spin, elapsed: () => now };
}

/** Something that comes at the so many-th look, and how often it was looked for. */
function comes(at: number): { readonly hasCome: () => boolean; readonly looks: () => number } {
  let looks = 0;
  return { hasCome: () => ++looks >= at, looks: () => looks };
}

describe("Spin", () => {
  it("looks until it has come, and no longer", () => {
    const { spin } = setup();
    const { hasCome, looks } = comes(100);
    expect(spin.worthwhile()).toBe(true);
    spin.look(hasCome);
    expect(looks()).toBe(100);
    expect(spin.worthwhile()).toBe(true);
  });

  it("gives up after its time and is not worthwhile for a while", () => {
    const { spin, elapsed } = setup({ maxMs: 1 });
    spin.look(comes(Infinity).hasCome);
    expect(elapsed()).toBeGreaterThanOrEqual(1);
    expect(elapsed()).toBeLessThan(1.1);
    expect(spin.worthwhile()).toBe(false);
    expect(spin.worthwhile()).toBe(true);
  });

  it("gives up at once when the thread was set aside, whatever its time", () => {
    const { spin } = setup({ stepMs: limits.spinGapMs * 2, maxMs: 1000 });
    const { hasCome, looks } = comes(Infinity);
    spin.look(hasCome);
    expect(looks()).toBeLessThan(100);
    expect(spin.worthwhile()).toBe(false);
    expect(spin.worthwhile()).toBe(true);
  });

  it("rests for longer each time that the thread is set aside, as when it looked in vain", () => {
    const { spin } = setup({ stepMs: limits.spinGapMs * 2, maxMs: 1000 });
    const rests: number[] = [];
    for (let time = 0; time < 9; time++) {
      let rest = 0;
      spin.look(comes(Infinity).hasCome);
      while (!spin.worthwhile()) rest++;
      rests.push(rest);
    }
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, limits.spinRestMax, limits.spinRestMax]);
  });
});
