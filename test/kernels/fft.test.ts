import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("fft");
}, 60_000);

const forward = (x: object): Complex => kernel.call("forward", { x }) as Complex; // by the kernel's descriptor
const inverse = (spectrum: object): Complex => kernel.call("inverse", { spectrum }) as Complex; // as above
const forwardReal = (x: Float64Array): Complex => kernel.call("forwardReal", { x }) as Complex;
const inverseReal = (spectrum: object): Float64Array =>
  kernel.call("inverseReal", { spectrum }) as Float64Array;
const convolve = (a: Float64Array, b: Float64Array): Float64Array =>
  kernel.call("convolve", { a, b }) as Float64Array;

/** Every power of two up to 1024: all lengths that have a first, middle or last stage of their own. */
const lengths = Array.from({ length: 11 }, (_, exponent) => 2 ** exponent);
const longLengths = [2 ** 15, 2 ** 16, 2 ** 18];

/** Numbers from -1 to 1 that look random and are the same in every run. */
function numbers(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function signal(n: number, seed = n): Complex {
  return { re: numbers(n, seed), im: numbers(n, seed + 1) };
}

/** One element of the transform by definition, its angles reduced in whole numbers. */
function elementByDefinition({ re, im }: Complex, k: number): readonly [number, number] {
  const n = re.length;
  let [sumRe, sumIm] = [0, 0];
  for (const [j, real] of re.entries()) {
    const angle = (-2 * Math.PI * ((j * k) % n)) / n;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const imaginary = im[j] ?? NaN;
    sumRe += real * cosine - imaginary * sine;
    sumIm += real * sine + imaginary * cosine;
  }
  return [sumRe, sumIm];
}

/** The largest distance between two runs of complex numbers. */
function distance(a: Complex, b: Complex): number {
  expect([a.re.length, a.im.length]).toEqual([b.re.length, b.im.length]);
  return a.re.reduce(
    (most, re, i) => Math.max(most, Math.hypot(re - (b.re[i] ?? NaN), (a.im[i] ?? NaN) - (b.im[i] ?? NaN))),
    0,
  );
}

const energy = ({ re, im }: Complex): number =>
  re.reduce((sum, each) => sum + each ** 2, 0) + im.reduce((sum, each) => sum + each ** 2, 0);

function delta(n: number, at: number): Complex {
  const re = new Float64Array(n);
  re[at] = 1;
  return { re, im: new Float64Array(n) };
}

/** exp(-2πi k j / n) for all k. */
function wave(n: number, j: number): Complex {
  const angles = Float64Array.from({ length: n }, (_, k) => (-2 * Math.PI * ((j * k) % n)) / n);
  return { re: angles.map((each) => Math.cos(each)), im: angles.map((each) => Math.sin(each)) };
}

/** a + f b. */
function combine(a: Complex, f: number, b: Complex): Complex {
  return {
    re: a.re.map((each, i) => each + f * (b.re[i] ?? NaN)),
    im: a.im.map((each, i) => each + f * (b.im[i] ?? NaN)),
  };
}

describe("forward", () => {
  it.each(lengths)("gives what the definition gives: n = %i", (n) => {
    const x = signal(n);
    const spectrum = forward(x);
    const elements = Array.from({ length: n }, (_, k) => elementByDefinition(x, k));
    const wanted = {
      re: Float64Array.from(elements, ([re]) => re),
      im: Float64Array.from(elements, ([, im]) => im),
    };
    expect(distance(spectrum, wanted)).toBeLessThan(1e-15 * n * Math.log2(2 * n));
  });

  it.each(longLengths)("gives what the definition gives, in some places: n = %i", (n) => {
    const x = signal(n);
    const { re, im } = forward(x);
    for (const k of [0, 1, n / 4 + 1, n / 2, n - 1]) {
      const [wantedRe, wantedIm] = elementByDefinition(x, k);
      expect(Math.hypot((re[k] ?? NaN) - wantedRe, (im[k] ?? NaN) - wantedIm)).toBeLessThan(1e-14 * n);
    }
  });

  it.each([...lengths, ...longLengths])("makes waves of single elements: n = %i", (n) => {
    for (const at of new Set([0, 1 % n, n >> 1, n - 1])) {
      expect(distance(forward(delta(n, at)), wave(n, at))).toBeLessThan(1e-15);
    }
  });

  it("gives the published spectrum of 1, 2, 3, 4", () => {
    const { re, im } = forward({ re: [1, 2, 3, 4] });
    expect([...re]).toEqual([10, -2, -2, -2]);
    expect([...im]).toEqual([0, 2, 0, -2]);
  });

  it.each(longLengths)("keeps the energy (Parseval): n = %i", (n) => {
    const x = signal(n);
    expect(energy(forward(x)) / n / energy(x)).toBeCloseTo(1, 13);
  });

  it("is linear", () => {
    const property = fc.property(
      fc.nat({ max: 9 }),
      fc.nat(),
      fc.integer({ min: -8, max: 8 }),
      (e, seed, f) => {
        const n = 2 ** e;
        const [x, y] = [signal(n, seed), signal(n, seed + 7)];
        const combined = combine(forward(x), f, forward(y));
        expect(distance(forward(combine(x, f, y)), combined)).toBeLessThan(1e-14 * n);
      },
    );
    fc.assert(property, { seed: testSeed, numRuns: 50 });
  });

  it.each([
    [{ re: [1, 2, 3] }, "x has 3 elements, which is no power of two; fill it up with zeros to 4"],
    [
      { re: new Float64Array(1000) },
      "x has 1000 elements, which is no power of two; fill it up with zeros to 1024",
    ],
    [{}, "x is empty; a transform needs a power of two of elements, at least 1"],
    [{ re: [1, 2], im: [1] }, "x has 2 real parts and 1 imaginary parts"],
    [{ im: [1] }, "x has 0 real parts and 1 imaginary parts"],
  ])("refuses a request: $1", (x, message) => {
    expect(kernel.refusal("forward", { x })).toEqual({ code: Code.INVALID_ARGUMENT, message });
    const same = message.replace(/^x /, "spectrum ");
    expect(kernel.refusal("inverse", { spectrum: x }).message).toBe(same);
  });
});

describe("inverse", () => {
  it.each([...lengths, ...longLengths])("takes forward back: n = %i", (n) => {
    const x = signal(n);
    expect(distance(inverse(forward(x)), x)).toBeLessThan(2e-15);
    expect(distance(forward(inverse(x)), x)).toBeLessThan(2e-15);
  });
});

describe("forwardReal", () => {
  it.each([...lengths, ...longLengths])("gives the first half of what forward gives: n = %i", (n) => {
    const x = numbers(n, n);
    const whole = forward({ re: x });
    const count = (n >> 1) + 1;
    const wanted = { re: whole.re.slice(0, count), im: whole.im.slice(0, count) };
    expect(distance(forwardReal(x), wanted)).toBeLessThan(1e-14 * Math.sqrt(n));
  });

  it("refuses a length that is no power of two, and none", () => {
    expect(kernel.refusal("forwardReal", { x: new Float64Array(6) })).toEqual({
      code: Code.INVALID_ARGUMENT,
      message: "x has 6 elements, which is no power of two; fill it up with zeros to 8",
    });
    expect(kernel.refusal("forwardReal", {}).message).toContain("x is empty");
  });
});

describe("inverseReal", () => {
  it.each([...lengths, ...longLengths])("takes forwardReal back: n = %i", (n) => {
    const x = numbers(n, n);
    const back = inverseReal(forwardReal(x));
    expect(back.length).toBe(n);
    for (const [i, value] of back.entries()) {
      if (!(Math.abs(value - (x[i] ?? NaN)) < 2e-15)) expect(value).toBe(x[i]);
    }
  });

  it("ignores imaginary parts that a real signal does not have", () => {
    const { re, im } = forwardReal(numbers(16, 3));
    const disturbed = im.slice();
    disturbed[0] = 5;
    disturbed[8] = -3;
    expect(inverseReal({ re, im: disturbed })).toEqual(inverseReal({ re, im }));
  });

  it.each([
    [{ re: [] }, "spectrum has 0 elements; it must have 1, or 1 more than a power of two"],
    [{ re: [1, 2, 3, 4] }, "spectrum has 4 elements; it must have 1, or 1 more than a power of two"],
    [{ re: [1, 2], im: [1, 2, 3] }, "spectrum has 2 real parts and 3 imaginary parts"],
  ])("refuses a request: $1", (spectrum, message) => {
    expect(kernel.refusal("inverseReal", { spectrum })).toEqual({ code: Code.INVALID_ARGUMENT, message });
  });
});

describe("convolve", () => {
  it("multiplies polynomials: exact whole numbers after rounding", () => {
    const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 70 });
    const property = fc.property(whole, whole, (a, b) => {
      const wanted = new Array<number>(a.length && b.length ? a.length + b.length - 1 : 0).fill(0);
      for (const [i, x] of a.entries()) {
        for (const [j, y] of b.entries()) wanted[i + j] = (wanted[i + j] ?? NaN) + x * y;
      }
      const got = convolve(Float64Array.from(a), Float64Array.from(b));
      expect(Array.from(got, (each) => Math.round(each) + 0)).toEqual(wanted.map((each) => each + 0));
    });
    fc.assert(property, { seed: testSeed, numRuns: 100 });
  });

  it("refuses a result that would be too long", () => {
    const long = new Float64Array(2 ** 21);
    expect(kernel.refusal("convolve", { a: long, b: [1, 2] })).toEqual({
      code: Code.INVALID_ARGUMENT,
      message: "the convolution would have 2097153 elements, at most 2097152 are possible",
    });
  });
});

describe("fft", () => {
  it("is pure and has a comment on every function", () => {
    expect(kernel.pure).toBe(true);
    for (const { comment } of kernel.schema.functions) expect(comment.length).toBeGreaterThan(20);
  });

  it("transforms as many as it says", () => {
    expect(forward({ re: new Float64Array(2 ** 21).fill(1) }).re[0]).toBe(2 ** 21);
    expect(forwardReal(new Float64Array(2 ** 22).fill(1)).re[0]).toBe(2 ** 22);
    const long = new Float64Array(2 ** 20).fill(1);
    expect(convolve(long, long).length).toBe(2 ** 21 - 1);
  });
});
