import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuantileSketch } from "../../src/base/quantile-sketch.ts";

describe("QuantileSketch", () => {
  it("knows nothing before the first value", () => {
    expect(new QuantileSketch(0.95, 100).value()).toBeUndefined();
  });

  it("is off by no more than a bucket", () => {
    const values = fc.array(fc.double({ min: 0.01, max: 100_000, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.95, 0.99), (list, quantile) => {
        const sketch = new QuantileSketch(quantile, 1_000);
        for (const value of list) sketch.add(value, 1);
        const exact = list.toSorted((a, b) => a - b)[Math.ceil(list.length * quantile) - 1] ?? Number.NaN;
        const found = sketch.value() ?? Number.NaN;
        expect(found).toBeGreaterThanOrEqual(exact * 0.999_999);
        expect(found).toBeLessThanOrEqual(exact * 2 ** 0.25 * 1.000_001);
      }),
    );
  });

  it("counts a value as often as it is told", () => {
    const sketch = new QuantileSketch(0.95, 1_000);
    sketch.add(100, 5);
    sketch.add(1, 95);
    expect(sketch.value()).toBeLessThan(2);
    sketch.add(100, 1);
    sketch.add(100, 20);
    expect(sketch.value()).toBeGreaterThan(90);
  });

  it("forgets what is old", () => {
    const sketch = new QuantileSketch(0.95, 100);
    for (let place = 0; place < 1_000; place++) sketch.add(1_000, 1);
    for (let place = 0; place < 1_000; place++) sketch.add(1, 1);
    expect(sketch.value()).toBeLessThan(2);
    expect(sketch.total).toBeLessThanOrEqual(100);
  });

  it("lets one large report weigh no more than its memory", () => {
    const sketch = new QuantileSketch(0.95, 100);
    sketch.add(1_000, 1e9);
    for (let place = 0; place < 1_000; place++) sketch.add(1, 1);
    expect(sketch.value()).toBeLessThan(2);
  });

  it.each([0, -1, 1e300])("takes %s for the nearest it can tell", (value) => {
    const sketch = new QuantileSketch(0.5, 100);
    sketch.add(value, 1);
    expect(sketch.value()).toBeGreaterThan(0);
    expect(sketch.value()).toBeLessThan(Infinity);
  });
});
