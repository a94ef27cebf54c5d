import { describe, expect, it } from "vitest";
import { limits } from "../../src/base/limits.ts";
import { MapInputs } from "../../src/sdk/map-inputs.ts";
import { MapResults } from "../../src/sdk/map-results.ts";
import { MapWindow } from "../../src/sdk/map-window.ts";
import { resolveMapOptions } from "../../src/sdk/options.ts";

const nothing = { count: 0, bytes: 0 };

function setup(ordered = true) {
  const inputs = new MapInputs();
  const results = new MapResults(ordered);
  const told: boolean[] = [];
  const options = { ...resolveMapOptions(undefined), concurrency: 100, windowBytes: 1000 };
  const window = new MapWindow(options, inputs, results, { pause: (paused) => told.push(paused) });
  return {
    window,
    results,
    told,
    take: (count: number, bytes = 0) => inputs.append(new Uint32Array(count), new Uint8Array(bytes)),
    /** Results of so many bytes each. */
    come(first: number, count: number, bytes = 300) {
      inputs.settle(first, count);
      const sizes = new Uint32Array(count).fill(bytes);
      results.add({ kind: "values", first, count, sizes, payloads: new Uint8Array(bytes * count) });
      window.regulate();
    },
    hand() {
      results.take();
      window.regulate();
    },
    room: (session: number = limits.sessionWindowBytes) => window.hasRoom(nothing, session),
  };
}

describe("MapWindow", () => {
  it("has room for an input however small the window is", () => {
    expect(setup().room(0)).toBe(true);
  });

  it("bounds inputs by their number and their bytes, and by what the session allows", () => {
    const { take, room } = setup();
    take(99, 999);
    expect([room(), room(999)]).toEqual([true, false]);
    take(1);
    expect(room()).toBe(false);
  });

  it("is filled up again when there is room for some, and then wholly", () => {
    const { take, come, hand, room } = setup();
    const settle = (first: number, count: number): void => {
      come(first, count, 0);
      for (let item = 0; item < count; item++) hand();
    };
    take(100);
    expect(room()).toBe(false);
    settle(0, 6);
    expect(room()).toBe(false);
    settle(6, 1);
    expect(room()).toBe(true);
    take(1);
    expect(room()).toBe(true);
    take(6);
    expect(room()).toBe(false);
  });

  it("takes fewer inputs when results are large", () => {
    const { take, come, hand, room } = setup();
    take(14);
    come(0, 1);
    expect(room()).toBe(false); // 14 under way, of 300 bytes each: more than four windows
    hand();
    expect(room()).toBe(true);
  });

  it("pauses when the consumer has more before it than the window, and goes on below half of it", () => {
    const { take, come, hand, told } = setup();
    take(10);
    for (let index = 0; index < 3; index++) come(index, 1);
    expect(told).toEqual([]);
    come(3, 1);
    come(4, 1);
    expect(told).toEqual([true]);
    for (let left = 3; left > 0; left--) hand();
    expect(told).toEqual([true]);
    hand();
    expect(told).toEqual([true, false]);
  });

  it("does not pause while the next result is missing, for it may not have been started", () => {
    const { take, come, told } = setup();
    take(10);
    come(1, 5);
    expect(told).toEqual([]);
    come(0, 1);
    expect(told).toEqual([true]);
  });

  it("goes on when what is left is behind one that is missing", () => {
    const { take, come, hand, told } = setup();
    take(10);
    come(2, 5);
    come(0, 1);
    expect(told).toEqual([true]);
    hand();
    expect(told).toEqual([true, false]);
  });

  it("takes a new submission to flow", () => {
    const { window, take, come, told } = setup(false);
    take(10);
    come(0, 5);
    window.restart();
    window.regulate();
    expect(told).toEqual([true, true]);
  });
});
