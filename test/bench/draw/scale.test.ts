import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createScale, isShown, type ScaleOptions } from "../../../bench/draw/scale.ts";

function setup(options: Partial<ScaleOptions> & Pick<ScaleOptions, "values">) {
  return createScale({ scale: "linear", length: 500, tickRoom: 20, ...options });
}

const labels = (options: Parameters<typeof setup>[0]): string[] =>
  setup(options).ticks.map(({ label }) => label);

describe("createScale", () => {
  it.each([
    [
      [3, 47],
      ["0", "10", "20", "30", "40", "50"],
    ],
    [
      [0.1, 0.29],
      ["0.1", "0.15", "0.2", "0.25", "0.3"],
    ],
    [
      [190_000, 0],
      ["0", "50k", "100k", "150k", "200k"],
    ],
    [[5], ["2", "3", "4", "5", "6", "7", "8"]],
    [[0], ["-0.6", "-0.4", "-0.2", "0", "0.2", "0.4", "0.6"]],
    [[], ["0", "0.2", "0.4", "0.6", "0.8", "1"]],
  ])("labels round values around %j", (values, expected) => {
    expect(labels({ values })).toEqual(expected);
  });

  it("begins at 0 when asked to", () => {
    expect(labels({ values: [900, 1_000], fromZero: true })[0]).toBe("0");
    expect(labels({ values: [900, 1_000] })[0]).toBe("900");
  });

  it.each([
    [
      [2, 800],
      ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1000"].filter((_, at) => at % 3 === 0),
    ],
    [
      [0.001, 100_000],
      ["0.001", "0.01", "0.1", "1", "10", "100", "1000", "10k", "100k"],
    ],
    [
      [0, -4, 50],
      ["10", "20", "50", "100"],
    ],
  ])("labels powers of ten around %j on a logarithmic axis", (values, expected) => {
    expect(labels({ values, scale: "log" })).toEqual(expected);
  });

  it("spans and labels the values themselves when they are few and that is wanted", () => {
    const { ticks, place } = setup({ values: [1, 4, 16], scale: "log", labelValues: true });
    expect(ticks).toEqual([
      { at: 0, label: "1" },
      { at: 250, label: "4" },
      { at: 500, label: "16" },
    ]);
    expect(place(2)).toBeCloseTo(125);
  });

  it("gives every nine of a percentile as much room", () => {
    const { ticks } = setup({ values: [0, 90, 99, 99.9], scale: "percentiles", labelValues: true });
    expect(ticks.map(({ label }) => label)).toEqual(["0", "90", "99", "99.9"]);
    for (const [nines, { at }] of ticks.entries()) expect(at).toBeCloseTo((nines * 500) / 3);
  });

  it("leaves out labels that have no room", () => {
    expect(labels({ values: [0, 100], tickRoom: 200 })).toEqual(["0", "40", "80"]);
  });

  it("keeps the order of values, inside its length, whatever they are", () => {
    const options = fc.record({
      scale: fc.constantFrom("linear" as const, "log" as const, "percentiles" as const),
      values: fc.array(fc.double(), { maxLength: 20 }),
      fromZero: fc.boolean(),
      labelValues: fc.boolean(),
    });
    fc.assert(
      fc.property(options, (any) => {
        const { place, ticks } = setup(any);
        const shown = any.values.filter((value) => isShown(any.scale, value)).toSorted((a, b) => a - b);
        const places = shown.map(place);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(places.every((at) => at >= 0 && at <= 500)).toBe(true);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(26);
        expect(ticks.every(({ at }) => at >= 0 && at <= 500)).toBe(true);
      }),
      {
        numRuns: 500,
        examples: [[{ scale: "linear", values: [5e-324], fromZero: true, labelValues: false }]],
      },
    );
  });
});
