import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberLabel } from "../../../bench/draw/number-label.ts";

describe("numberLabel", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1024, "1024"],
    [0.35, "0.35"],
    [12_500, "12.5k"],
    [999_999, "1M"],
    [1.5e9, "1.5G"],
    [0.000_012, "1.2e-5"],
    [-3.14159, "-3.14"],
    [2e20, "2e20"],
  ])("writes %d as %s", (value, expected) => {
    expect(numberLabel(value)).toBe(expected);
  });

  it("stays short and near the value", () => {
    const units: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (value) => {
        const written = numberLabel(value);
        expect(written.length).toBeLessThanOrEqual(11);
        const unit = units[written.at(-1) ?? ""];
        const read = unit === undefined ? Number(written) : Number(written.slice(0, -1)) * unit;
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 0.006);
      }),
    );
  });
});
