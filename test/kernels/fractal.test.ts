import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

interface View {
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly width: number;
  readonly height: number;
}

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("fractal");
}, 60_000);

function mandelbrot(view: View, iterations: number): Float32Array {
  return kernel.call("mandelbrot", { view, iterations }) as Float32Array; // by the kernel's descriptor
}

function julia(view: View, cRe: number, cIm: number, iterations: number): Float32Array {
  return kernel.call("julia", { view, cRe, cIm, iterations }) as Float32Array; // by the kernel's descriptor
}

/** The count of one point, by definition. */
function countOf(z: readonly [number, number], c: readonly [number, number], iterations: number): number {
  let [re, im] = z;
  for (let n = 1; n <= iterations; n++) {
    const cross = re * im;
    re = re * re - im * im + c[0];
    im = cross + cross + c[1];
    const size = re * re + im * im;
    if (size <= 65536) continue;
    const smooth = n - Math.log2(Math.log(Math.sqrt(size)) / Math.log(256));
    return smooth > 0 ? smooth : 0;
  }
  return iterations;
}

/** Compares every pixel with its count by definition; the two logarithms may differ by some roundings of a float. */
function expectTile(
  got: Float32Array,
  { left, top, step, width, height }: View,
  count: (re: number, im: number) => number,
): void {
  expect(got.length).toBe(width * height);
  const wrong = Array.from(got).flatMap((value, at) => {
    const [re, im] = [left + (at % width) * step, top - Math.floor(at / width) * step];
    const wanted = count(re, im);
    return Math.abs(value - wanted) <= 1e-6 * (1 + wanted) ? [] : [{ re, im, value, wanted }];
  });
  expect(wrong).toEqual([]);
}

const whole: View = { left: -2.1, top: 1.3, step: 0.04, width: 75, height: 66 };

const views = fc.record({
  left: fc.double({ min: -2.2, max: 0.7, noNaN: true }),
  top: fc.double({ min: -1.3, max: 1.3, noNaN: true }),
  step: fc.double({ min: 1e-9, max: 0.3, noNaN: true }),
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 4 }),
});

describe("mandelbrot", () => {
  it.each([1, 2, 7, 8, 9, 15, 16, 17, 250])("counts every pixel of the set: %i iterations", (iterations) => {
    const tile = mandelbrot(whole, iterations);
    expectTile(tile, whole, (re, im) => countOf([0, 0], [re, im], iterations));
  });

  it("counts every pixel of any view", () => {
    const property = fc.property(views, fc.integer({ min: 1, max: 300 }), (view, iterations) => {
      expectTile(mandelbrot(view, iterations), view, (re, im) => countOf([0, 0], [re, im], iterations));
    });
    fc.assert(property, { seed: testSeed, numRuns: 200 });
  });

  it("counts where neighbours differ by the last digits", () => {
    const view = { left: -0.7436438870371587, top: 0.13182590420531197, step: 1e-9, width: 13, height: 9 };
    expectTile(mandelbrot(view, 3000), view, (re, im) => countOf([0, 0], [re, im], 3000));
  });

  it("is smooth: neighbours outside the set differ by little", () => {
    const tile = mandelbrot({ left: -3, top: 0.5, step: 1e-4, width: 2000, height: 1 }, 100);
    for (const [i, value] of tile.subarray(1).entries()) {
      expect(Math.abs(value - (tile[i] ?? NaN))).toBeLessThan(0.01);
    }
  });

  it.each([
    [0, 0],
    [-1, 0],
    [0.25, 0],
    [-0.75, 0],
    [-1.25, 0],
    [-2, 0],
    [0, 1],
    [-0.5, 0.5],
  ])("knows that %f + %f i belongs to the set", (left, top) => {
    expect([...mandelbrot({ left, top, step: 1, width: 1, height: 1 }, 100_000)]).toEqual([100_000]);
  });

  it("counts points that leave at once, however far they are", () => {
    for (const left of [1e3, 1e5, 1e150, -1e308]) {
      const view = { left, top: left, step: 1, width: 5, height: 2 };
      expectTile(mandelbrot(view, 10), view, (re, im) => countOf([0, 0], [re, im], 10));
    }
  });
});

describe("julia", () => {
  it.each([
    [-0.8, 0.156],
    [0, 0],
    [0.285, 0.01],
    [-2, 0],
  ])("counts every pixel for c = %f + %f i", (cRe, cIm) => {
    const tile = julia(whole, cRe, cIm, 200);
    expectTile(tile, whole, (re, im) => countOf([re, im], [cRe, cIm], 200));
  });

  it("counts points that leave at once, however far they are", () => {
    for (const left of [1e3, 1e150, 1e200, -1e308]) {
      const view = { left, top: left, step: 1, width: 5, height: 2 };
      expectTile(julia(view, 0, 0, 10), view, (re, im) => countOf([re, im], [0, 0], 10));
    }
  });

  it.each([
    [{ cRe: NaN }, "c_re must be finite, not NaN"],
    [{ cIm: -Infinity }, "c_im must be finite, not -Infinity"],
  ])("refuses %j", (change, message) => {
    const request = { view: whole, cRe: 0, cIm: 0, iterations: 10, ...change };
    expect(kernel.refusal("julia", request)).toEqual({ code: Code.INVALID_ARGUMENT, message });
  });
});

describe("fractal", () => {
  it("is pure and has a comment on every function", () => {
    expect(kernel.pure).toBe(true);
    for (const { comment } of kernel.schema.functions) expect(comment.length).toBeGreaterThan(20);
  });

  it.each([
    [{ width: 0 }, 10, "view must have 1 to 4194304 pixels, not 0 × 66"],
    [{ height: -1 }, 10, "view must have 1 to 4194304 pixels, not 75 × -1"],
    [{ width: -75, height: -66 }, 10, "view must have 1 to 4194304 pixels, not -75 × -66"],
    [{ width: 65536, height: 65536 }, 10, "view must have 1 to 4194304 pixels, not 65536 × 65536"],
    [{ width: 4194305, height: 1 }, 10, "view must have 1 to 4194304 pixels, not 4194305 × 1"],
    [{ step: 0 }, 10, "view.step must be above 0, not 0.0"],
    [{ step: -1 }, 10, "view.step must be above 0, not -1.0"],
    [{ left: NaN }, 10, "view.left must be finite, not NaN"],
    [{ top: Infinity }, 10, "view.top must be finite, not Infinity"],
    [{}, 0, "iterations must be from 1 to 1000000, not 0"],
    [{}, 1_000_001, "iterations must be from 1 to 1000000, not 1000001"],
  ])("refuses %j and %i iterations", (change, iterations, message) => {
    const request = { view: { ...whole, ...change }, iterations };
    const refusal = { code: Code.INVALID_ARGUMENT, message };
    expect(kernel.refusal("mandelbrot", request)).toEqual(refusal);
    expect(kernel.refusal("julia", request)).toEqual(refusal);
  });

  it("refuses a view that was left out", () => {
    expect(kernel.refusal("mandelbrot", { iterations: 5 }).message).toBe(
      "view.step must be above 0, not 0.0",
    );
  });

  it("makes the largest tile", () => {
    const tile = mandelbrot({ left: 3, top: 3, step: 1e-3, width: 2048, height: 2048 }, 10);
    expect(tile.length).toBe(2048 * 2048);
  });
});
