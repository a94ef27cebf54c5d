import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

interface Part {
  readonly first: bigint;
  readonly count: bigint;
  readonly scale: number;
  readonly sum: number;
  readonly sumLow: number;
  readonly squares: number;
  readonly squaresLow: number;
}

interface Estimate {
  readonly mean: number;
  readonly standardError: number;
  readonly count: bigint;
}

const option = {
  side: 0,
  spot: 100,
  strike: 105,
  rate: 0.03,
  dividend: 0.01,
  volatility: 0.2,
  years: 1,
};

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("montecarlo");
}, 60_000);

// The replies are typed by the kernel's descriptor.
const estimateBy = (name: string, request: object): Estimate => kernel.call(name, request) as Estimate;
const part = (name: string, request: object): Part => kernel.call(name, request) as Part;
const normals = (seed: bigint, first: bigint, count: number): number[] => [
  ...(kernel.call("normals", { seed, first, count }) as Float64Array),
];
const philox = (counter: readonly number[], seed: bigint): number[] => [
  ...(kernel.call("philox", { counter: Uint32Array.from(counter), seed }) as Uint32Array),
];

describe("montecarlo", () => {
  it("is pure and has a comment on every function and parameter", () => {
    expect(kernel.pure).toBe(true);
    for (const { name, comment } of kernel.schema.functions) expect(comment, name).not.toBe("");
    for (const { request } of kernel.schema.functions) {
      for (const { name, comment } of request.fields) expect(comment, name).not.toBe("");
    }
  });

  it("gives the same bits in every call", () => {
    const request = { option, seed: 9n, pairs: 1001 };
    expect(estimateBy("european", request)).toEqual(estimateBy("european", request));
  });

  it("gives another answer for another seed", () => {
    const [one, other] = [1n, 1n << 32n].map((seed) => estimateBy("european", { option, seed, pairs: 1000 }));
    expect(one?.mean).not.toBe(other?.mean);
  });
});

describe("philox", () => {
  // The known answers that the authors of Philox publish with their library Random123.
  it.each([
    [[0, 0, 0, 0], 0n, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      0xffffffffffffffffn,
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      0x299f31d0a4093822n,
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives the published answer for the counter %j and the key %s", (counter, seed, answer) => {
    expect(philox(counter, seed)).toEqual(answer);
  });

  it("gives as many blocks as asked for, one after the other, over every carry", () => {
    const wordsOf = (counter: bigint): number[] =>
      [0n, 32n, 64n, 96n].map((shift) => Number((counter >> shift) & 0xffffffffn));
    const edges = fc.constantFrom(0n, 1n << 32n, 1n << 64n, 1n << 96n, 1n << 128n);
    fc.assert(
      fc.property(
        edges,
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        (edge, near, blocks) => {
          const first = BigInt.asUintN(128, edge + BigInt(near));
          const counter = Uint32Array.from(wordsOf(first));
          const single = Array.from({ length: blocks }, (_, i) =>
            philox(wordsOf(BigInt.asUintN(128, first + BigInt(i))), 7n),
          );
          expect([...(kernel.call("philox", { counter, seed: 7n, blocks }) as Uint32Array)]).toEqual(
            single.flat(),
          );
        },
      ),
      { seed: testSeed, numRuns: 100 },
    );
  });

  it("refuses more blocks than a result has room for", () => {
    const counter = new Uint32Array(4);
    expect(kernel.refusal("philox", { counter, blocks: 524_289 }).message).toBe(
      "blocks must be at most 524288, not 524289",
    );
  });

  it.each([[[]], [[1, 2, 3]], [[1, 2, 3, 4, 5]]])("refuses a counter of other than 4 words: %j", (words) => {
    expect(kernel.refusal("philox", { counter: Uint32Array.from(words) })).toMatchObject({
      code: Code.INVALID_ARGUMENT,
      message: `counter must have 4 words, not ${words.length}`,
    });
  });
});

describe("normals", () => {
  it("turns the words of the generator into numbers whose distribution function gives them back", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 62n), (seed, first) => {
        const [value = NaN] = normals(seed, first, 1);
        const block = first >> 1n;
        const words = philox([Number(block & 0xffffffffn), Number(block >> 32n), 0, 0], seed);
        const [low = 0, high = 0] = words.slice(first % 2n === 0n ? 0 : 2);
        const u = (Number((BigInt(high) << 20n) | BigInt(low >>> 12)) + 0.5) / 2 ** 52;
        expect(Math.abs(distribution(value) - u)).toBeLessThan(1e-14);
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("has the shares of the normal distribution, in both tails as in the middle", () => {
    const values = normals(5n, 0n, 300_000);
    const above = (limit: number) => values.filter((value) => Math.abs(value) > limit).length / values.length;
    for (const limit of [0.5, 1, 1.43, 1.44, 2, 3]) {
      const share = 2 * (1 - distribution(limit));
      const error = Math.sqrt((share * (1 - share)) / values.length);
      expect(Math.abs(above(limit) - share)).toBeLessThan(5 * error);
    }
    expect(values.filter((value) => value < 0).length / values.length).toBeCloseTo(0.5, 2);
  });

  it("is the same sequence wherever it is cut", () => {
    const whole = normals(3n, 1000n, 1500);
    fc.assert(
      fc.property(fc.nat({ max: 1499 }), fc.integer({ min: 1, max: 700 }), (from, count) => {
        const some = Math.min(count, 1500 - from);
        expect(normals(3n, 1000n + BigInt(from), some)).toEqual(whole.slice(from, from + some));
      }),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("counts beyond 2^32 without a seam", () => {
    const seam = 2n ** 33n;
    const around = normals(3n, seam - 5n, 10);
    expect(around).toEqual([...normals(3n, seam - 5n, 5), ...normals(3n, seam, 5)]);
    expect(new Set(around).size).toBe(10);
    expect(around.slice(5)).not.toEqual(normals(3n, 0n, 5));
  });

  it("refuses none, too many, and an index out of range", () => {
    expect(kernel.refusal("normals", { count: 0 }).message).toBe("count must be at least 1, not 0");
    expect(kernel.refusal("normals", { count: 1_048_577 }).message).toContain("not 1048577");
    expect(kernel.refusal("normals", { count: 1, first: 2n ** 63n }).message).toBe(
      "first must be at most 2^62, not 9223372036854775808",
    );
  });
});

describe("european", () => {
  it.each([
    ["call", {}],
    ["put", { side: 1 }],
    ["call in the money, no dividend", { strike: 60, dividend: 0 }],
    ["put far out of the money", { side: 1, strike: 60 }],
    ["long and wild call", { years: 4, volatility: 0.8 }],
    ["short and calm put", { side: 1, years: 0.01, volatility: 0.05, strike: 100 }],
    ["call in large money", { spot: 1e9, strike: 1.1e9 }],
    ["put in small money with negative rates", { side: 1, spot: 1e-6, strike: 1e-6, rate: -0.02 }],
  ])("agrees with the formula of Black and Scholes: %s", (_, changes) => {
    const priced = { ...option, ...changes };
    const { mean, standardError, count } = estimateBy("european", {
      option: priced,
      seed: 11n,
      pairs: 200_000,
    });
    expect(count).toBe(200_000n);
    expect(Math.abs(mean - blackScholes(priced))).toBeLessThan(4.5 * standardError);
    expect(standardError).toBeGreaterThan(0);
    expect(standardError).toBeLessThan(blackScholes(priced) / 5);
  });

  it("follows the paths that the numbers of `normals` make", () => {
    const values = normals(21n, 77n, 300);
    const outcomes = values.map((z) => (payoffAt(z) + payoffAt(-z)) / 2);
    const mean = outcomes.reduce((sum, outcome) => sum + outcome, 0) / 300;
    const parts = [part("europeanSums", { option, seed: 21n, first: 77n, pairs: 300 })];
    const estimate = estimateBy("estimate", { parts });
    expect(estimate.mean).toBeCloseTo(mean, 10);
    const variance = outcomes.reduce((sum, outcome) => sum + (outcome - mean) ** 2, 0) / 299;
    expect(estimate.standardError).toBeCloseTo(Math.sqrt(variance / 300), 8);
  });

  it("has standard errors that hold what they say", () => {
    const price = blackScholes(option);
    const misses = Array.from({ length: 200 }, (_, i) => {
      const { mean, standardError } = estimateBy("european", { option, seed: BigInt(i), pairs: 2000 });
      return Math.abs(mean - price) > 2 * standardError;
    }).filter(Boolean).length;
    expect(misses).toBeGreaterThan(0);
    expect(misses).toBeLessThan(25);
  });

  it("is certain without volatility", () => {
    const { mean, standardError } = estimateBy("european", {
      option: { ...option, volatility: 0, strike: 90 },
      seed: 1n,
      pairs: 1000,
    });
    expect(mean).toBeCloseTo(100 * Math.exp(-0.01) - 90 * Math.exp(-0.03), 9);
    expect(standardError).toBeLessThan(1e-4);
  });

  it("gives a single pair without an error", () => {
    const { mean, standardError, count } = estimateBy("european", { option, seed: 1n, pairs: 1 });
    expect(mean).toBeGreaterThanOrEqual(0);
    expect({ standardError, count }).toEqual({ standardError: 0, count: 1n });
  });

  it.each([
    [{ spot: 0 }, "spot must be above 0 and finite, at most 1e100, not 0.0"],
    [{ spot: NaN }, "not NaN"],
    [{ strike: -5 }, "strike must be above 0 and finite, at most 1e100, not -5.0"],
    [{ years: Infinity }, "years must be above 0"],
    [{ rate: NaN }, "rate must be finite, not NaN"],
    [{ dividend: -Infinity }, "dividend must be finite, not -Infinity"],
    [{ rate: 60 }, "rate × years and dividend × years must be from -50 to 50"],
    [{ volatility: -0.1 }, "volatility must be 0 or above and finite, not -0.1"],
    [{ volatility: 1.6, years: 4 }, "volatility × √years must be at most 3, not 3.2"],
    [{ side: 7 }, "side must be 0 (call) or 1 (put), not 7"],
  ])("refuses an option with %j", (changes, sentence) => {
    const broken = { option: { ...option, ...changes }, seed: 1n, pairs: 10 };
    for (const refusal of [
      kernel.refusal("european", broken),
      kernel.refusal("asian", { ...broken, steps: 2 }),
    ]) {
      expect(refusal.code).toBe(Code.INVALID_ARGUMENT);
      expect(refusal.message).toContain(sentence);
    }
  });

  it("refuses no pairs, and no option", () => {
    expect(kernel.refusal("european", { option, pairs: 0 }).message).toBe("pairs must be at least 1, not 0");
    expect(kernel.refusal("european", { pairs: 1 }).message).toContain("spot must be above 0");
  });
});

describe("asian", () => {
  it("is the European option when there is one step", () => {
    const { mean, standardError } = estimateBy("asian", { option, steps: 1, seed: 4n, pairs: 100_000 });
    expect(Math.abs(mean - blackScholes(option))).toBeLessThan(4.5 * standardError);
  });

  it.each([2, 3, 12, 51])("has the expected mean of prices in %d steps", (steps) => {
    // A call so deep in the money that it is always exercised is worth the discounted mean price less the strike.
    const sure = { ...option, strike: 1e-3 };
    const { mean, standardError } = estimateBy("asian", { option: sure, steps, seed: 4n, pairs: 20_000 });
    let prices = 0;
    for (let step = 1; step <= steps; step++) prices += 100 * Math.exp((0.02 * step) / steps);
    const worth = (prices / steps - sure.strike) * Math.exp(-0.03);
    expect(Math.abs(mean - worth)).toBeLessThan(4.5 * standardError);
  });

  it("follows the steps that the generator gives, counted from the index of the pair", () => {
    const [seed, first, steps] = [8n, 6n, 5];
    const [mean] = [estimateOfAsianPair(seed, Number(first), steps)];
    const parts = [part("asianSums", { option: { ...option, strike: 80 }, steps, seed, first, pairs: 1 })];
    expect(estimateBy("estimate", { parts }).mean).toBeCloseTo(mean, 9);
  });

  it("is worth less than the European call, and call less put is what both sides agree on", () => {
    const request = { option, steps: 24, seed: 2n, pairs: 50_000 };
    const call = estimateBy("asian", request);
    const put = estimateBy("asian", { ...request, option: { ...option, side: 1 } });
    expect(call.mean).toBeLessThan(blackScholes(option));
    let prices = 0;
    for (let step = 1; step <= 24; step++) prices += 100 * Math.exp((0.02 * step) / 24);
    const parity = (prices / 24 - option.strike) * Math.exp(-0.03);
    expect(Math.abs(call.mean - put.mean - parity)).toBeLessThan(
      4.5 * (call.standardError + put.standardError),
    );
  });

  it("refuses steps out of range", () => {
    for (const steps of [0, 4097]) {
      expect(kernel.refusal("asian", { option, steps, pairs: 1 })).toEqual({
        code: Code.INVALID_ARGUMENT,
        message: `steps must be from 1 to 4096, not ${steps}`,
      });
    }
    expect(estimateBy("asian", { option, steps: 4096, seed: 1n, pairs: 3 }).count).toBe(3n);
  });
});

describe("pi", () => {
  it("is within its standard error", () => {
    const { mean, standardError, count } = estimateBy("pi", { seed: 6n, points: 1_000_000 });
    expect(Math.abs(mean - Math.PI)).toBeLessThan(4.5 * standardError);
    expect(standardError).toBeCloseTo(Math.sqrt((Math.PI * (4 - Math.PI)) / 1e6), 5);
    expect(count).toBe(1_000_000n);
  });

  it("counts the points that the generator gives", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 40 }), (first, points) => {
        let hits = 0;
        for (let i = first; i < first + points; i++) {
          const [a = 0, b = 0, c = 0, d = 0] = philox([i, 0, 0, 2], 6n);
          if (unit(a, b) ** 2 + unit(c, d) ** 2 <= 1) hits++;
        }
        expect(part("piSums", { seed: 6n, first: BigInt(first), points }).sum).toBe(hits);
      }),
      { seed: testSeed, numRuns: 30 },
    );
  });

  it("refuses no points", () => {
    expect(kernel.refusal("pi", {}).message).toBe("points must be at least 1, not 0");
  });
});

describe("estimate", () => {
  const whole = 5000;
  const requests = {
    european: { option, seed: 13n },
    asian: { option, steps: 7, seed: 13n },
    pi: { seed: 13n },
  };

  it.each(["european", "asian", "pi"] as const)(
    "gives the same bits however the range is cut and in whatever order the parts come: %s",
    (name) => {
      const request = requests[name];
      const counted = name === "pi" ? "points" : "pairs";
      const expected = estimateBy(name, { ...request, [counted]: whole });
      const all = part(`${name}Sums`, { ...request, [counted]: whole });
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.integer({ min: 1, max: whole - 1 }), { maxLength: 12 }),
          fc.infiniteStream(fc.nat()),
          (cuts, order) => {
            const edges = [0, ...cuts.toSorted((a, b) => a - b), whole];
            const parts = edges.slice(1).map((end, i) => {
              const first = edges[i] ?? 0;
              return part(`${name}Sums`, { ...request, first: BigInt(first), [counted]: end - first });
            });
            const keys = new Map(parts.map((each) => [each, order.next().value]));
            const shuffled = parts.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
            expect(estimateBy("estimate", { parts: shuffled })).toEqual(expected);
            for (const field of ["sum", "sumLow", "squares", "squaresLow"] as const) {
              const added = shuffled.reduce((sum, each) => sum + each[field], 0);
              expect(added, field).toBe(all[field]);
            }
          },
        ),
        { seed: testSeed, numRuns: 25 },
      );
    },
  );

  it("refuses what does not belong together", () => {
    const [one, two] = [0n, 50n].map((first) => part("europeanSums", { option, seed: 1n, first, pairs: 60 }));
    const other = part("piSums", { seed: 1n, first: 200n, points: 60 });
    const refused = (parts: readonly unknown[]): string => kernel.refusal("estimate", { parts }).message;
    expect(refused([])).toBe("parts must not be empty");
    expect(refused([two, one])).toBe("two parts overlap at index 50");
    expect(refused([one, one])).toBe("two parts overlap at index 0");
    expect(refused([one, other])).toBe("parts belong to different options: their scales differ");
    expect(
      refused([
        { ...one, count: 2n ** 32n },
        { ...one, first: 2n ** 40n },
      ]),
    ).toContain("at most 4294967296");
    expect(refused([{ ...one, count: 2n ** 63n }])).toContain("is too large");
    expect(refused([{ scale: 1 }])).toBe("parts must have at least 1 pair or point in all");
  });

  it("says so when sums are too large to be exact, or no numbers", () => {
    const one = part("europeanSums", { option, seed: 1n, pairs: 60 });
    for (const sum of [1e11, NaN]) {
      expect(kernel.refusal("estimate", { parts: [{ ...one, sum }] })).toMatchObject({
        code: Code.OUT_OF_RANGE,
        message: expect.stringContaining("spread too widely"),
      });
    }
  });
});

type Option = typeof option;

function blackScholes({ side, spot, strike, rate, dividend, volatility, years }: Option): number {
  const spread = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate - dividend + volatility ** 2 / 2) * years) / spread;
  const sign = side === 1 ? -1 : 1;
  const asset = spot * Math.exp(-dividend * years) * distribution(sign * d1);
  return sign * (asset - strike * Math.exp(-rate * years) * distribution(sign * (d1 - spread)));
}

function payoffAt(z: number): number {
  const { spot, strike, rate, dividend, volatility } = option;
  const price = spot * Math.exp(rate - dividend - volatility ** 2 / 2 + volatility * z);
  return Math.max(0, price - strike) * Math.exp(-rate);
}

/** The outcome of one Asian pair with strike 80, step by step. */
function estimateOfAsianPair(seed: bigint, pair: number, steps: number): number {
  const { spot, rate, dividend, volatility, years } = option;
  const interval = years / steps;
  const gains = [1, -1].map((sign) => {
    let price = spot;
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const words = philox([pair, 0, step >> 1, 1], seed);
      const [low = 0, high = 0] = words.slice(step % 2 === 0 ? 0 : 2);
      const z = sign * quantile(unit(low, high));
      price *= Math.exp(
        (rate - dividend - volatility ** 2 / 2) * interval + volatility * Math.sqrt(interval) * z,
      );
      sum += price;
    }
    return Math.max(0, sum / steps - 80);
  });
  return (((gains[0] ?? 0) + (gains[1] ?? 0)) / 2) * Math.exp(-rate * years);
}

function unit(low: number, high: number): number {
  return (Number((BigInt(high) << 20n) | BigInt(low >>> 12)) + 0.5) / 2 ** 52;
}

/** The inverse of `distribution`, by halving. */
function quantile(u: number): number {
  let low = -9;
  let high = 9;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < u) low = middle;
    else high = middle;
  }
  return low;
}

/** The normal distribution function: Taylor's series of its integral near 0, a continued fraction beyond. */
function distribution(x: number): number {
  const density = Math.exp(-x * x * 0.5) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) > 5) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / (Math.abs(x) + fraction);
    const beyond = density / (Math.abs(x) + fraction);
    return x < 0 ? beyond : 1 - beyond;
  }
  let term = x;
  let sum = x;
  for (let k = 3; k < 200; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}
