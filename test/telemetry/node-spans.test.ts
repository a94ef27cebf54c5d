import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOnTimeline } from "../../src/telemetry/node-spans.ts";

const seed = Number(process.env["HEDDLE_SEED"] ?? Date.now() % 2 ** 31);

describe("placeOnTimeline", () => {
  it("puts the node's time in the middle of the attempt", () => {
    expect(placeOnTimeline(1000, 1020, { queuedMs: 2, coldMs: 3, runMs: 5, worker: 0 })).toEqual({
      executeAt: 1005,
      instantiateAt: 1007,
      runAt: 1010,
      endAt: 1015,
    });
  });

  it("cuts what a node claims beyond the attempt's end", () => {
    expect(placeOnTimeline(1000, 1010, { queuedMs: 4, coldMs: 0, runMs: 100, worker: 0 })).toEqual({
      executeAt: 1000,
      instantiateAt: 1004,
      runAt: 1004,
      endAt: 1010,
    });
  });

  it(`keeps order and stays inside, whatever a node sends (seed ${seed})`, () => {
    const time = fc.double({ min: 0, max: 2e12, noNaN: true });
    const claimed = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e4, noNaN: true }));
    fc.assert(
      fc.property(time, time, claimed, claimed, claimed, (startAt, endAt, queuedMs, coldMs, runMs) => {
        const line = placeOnTimeline(startAt, endAt, { queuedMs, coldMs, runMs, worker: 0 });
        const points = [
          startAt,
          line.executeAt,
          line.instantiateAt,
          line.runAt,
          line.endAt,
          Math.max(startAt, endAt),
        ];
        expect(points.every(Number.isFinite)).toBe(true);
        expect(points).toEqual(points.toSorted((a, b) => a - b));
      }),
      { seed },
    );
  });
});
