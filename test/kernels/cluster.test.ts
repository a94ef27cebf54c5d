import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

interface Chunk {
  readonly assignments: Uint32Array;
  readonly counts: BigUint64Array;
  readonly sums: Float64Array;
  readonly carries: Float64Array;
  readonly inertia: number;
  readonly inertiaCarry: number;
}

interface Update {
  readonly centroids: Float64Array;
  readonly counts: BigUint64Array;
  readonly inertia: number;
  readonly shift: number;
  readonly empty: number;
}

interface Clustering extends Omit<Update, "shift" | "empty"> {
  readonly assignments: Uint32Array;
  readonly iterations: number;
  readonly converged: boolean;
}

interface StepRequest {
  readonly points: Float64Array;
  readonly centroids: Float64Array;
  readonly dimensions: number;
}

let kernel: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("cluster");
}, 60_000);

// The replies are typed by the kernel's descriptor.
const step = (request: StepRequest, assign = true): Chunk =>
  kernel.call("step", { ...request, assign }) as Chunk;
const update = (request: object): Update => kernel.call("update", request) as Update;
const kmeans = (request: object): Clustering => kernel.call("kmeans", request) as Clustering;
const numbers = (...values: number[]): Float64Array => Float64Array.from(values);

/** Any finite numbers, often equal ones, so that there are ties. */
const coordinate = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }));

const stepRequest = fc
  .record({
    dimensions: fc.integer({ min: 1, max: 9 }),
    rows: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(7, 8, 9, 16, 17)),
    count: fc.integer({ min: 1, max: 12 }),
  })
  .chain(({ dimensions, rows, count }) => {
    const some = (length: number) => fc.array(coordinate, { minLength: length, maxLength: length });
    return fc.record({
      points: some(rows * dimensions).map((values) => Float64Array.from(values)),
      centroids: some(count * dimensions).map((values) => Float64Array.from(values)),
      dimensions: fc.constant(dimensions),
    });
  });

describe("cluster", () => {
  it("is pure and has a comment on every function and parameter", () => {
    expect(kernel.pure).toBe(true);
    for (const { name, comment } of kernel.schema.functions) expect(comment, name).not.toBe("");
    for (const { request } of kernel.schema.functions) {
      for (const { name, comment } of request.fields) expect(comment, name).not.toBe("");
    }
  });
});

describe("step", () => {
  it("assigns, counts and adds up as the plain loop does", () => {
    fc.assert(
      fc.property(stepRequest, (request) => {
        const chunk = step(request);
        const plain = plainStep(request);
        expect([...chunk.assignments]).toEqual(plain.assignments);
        expect([...chunk.counts].map(Number)).toEqual(plain.counts);
        for (const [i, sum] of plain.sums.entries()) {
          const exact = (chunk.sums[i] ?? NaN) + (chunk.carries[i] ?? NaN);
          expect(Math.abs(exact - sum)).toBeLessThanOrEqual(1e-14 * (plain.sizes[i] ?? 0));
        }
        const inertia = chunk.inertia + chunk.inertiaCarry;
        expect(Math.abs(inertia - plain.inertia)).toBeLessThanOrEqual(1e-14 * plain.inertia);
      }),
      { seed: testSeed, numRuns: 400 },
    );
  });

  it("gives a point between two centroids, or on two equal ones, to the first", () => {
    const { assignments } = step({
      points: numbers(1, 3, 5, 7, 8),
      centroids: numbers(9, 0, 2, 4, 6, 4, 2),
      dimensions: 1,
    });
    expect([...assignments]).toEqual([1, 2, 3, 4, 0]);
  });

  it("leaves out the assignments unless they are asked for, and is the same otherwise", () => {
    const request = { points: numbers(1, 2, 3, 4), centroids: numbers(0, 5), dimensions: 1 };
    const { assignments, ...rest } = step(request, false);
    expect(assignments).toHaveLength(0);
    expect(step(request)).toMatchObject(rest);
  });

  it("finds nothing in no points", () => {
    const chunk = step({ points: numbers(), centroids: numbers(1, 2, 3, 4), dimensions: 2 });
    expect(chunk.counts).toEqual(BigUint64Array.of(0n, 0n));
    expect(chunk.sums).toEqual(new Float64Array(4));
    expect(chunk.inertia).toBe(0);
  });

  it("keeps what rounding would take", () => {
    const points = numbers(1e16, ...Array.from({ length: 1000 }, () => 1), -1e16);
    const { sums, carries } = step({ points, centroids: numbers(0), dimensions: 1 });
    expect((sums[0] ?? NaN) + (carries[0] ?? NaN)).toBe(1000);
  });

  it("is right for many points and centroids", () => {
    const random = randomNumbers(1);
    const request = {
      points: Float64Array.from({ length: 5001 * 3 }, random),
      centroids: Float64Array.from({ length: 1000 * 3 }, random),
      dimensions: 3,
    };
    const chunk = step(request);
    const plain = plainStep(request);
    expect([...chunk.assignments]).toEqual(plain.assignments);
    expect([...chunk.counts].map(Number)).toEqual(plain.counts);
  });

  it.each([
    [{ dimensions: 0 }, "dimensions must be from 1 to 4096, not 0"],
    [{ dimensions: 4097 }, "dimensions must be from 1 to 4096, not 4097"],
    [{ points: numbers(1, 2, 3) }, "points must have a multiple of dimensions (2) numbers, not 3"],
    [{ centroids: numbers(1) }, "centroids must have a multiple of dimensions (2) numbers, not 1"],
    [{ centroids: numbers() }, "centroids must be from 1 to 65536, not 0"],
    [{ centroids: numbers(1, 2, NaN, 4) }, "centroid 1 has the coordinate NaN; coordinates must be finite"],
    [{ points: numbers(1, 2, 3, NaN) }, "point 1 has the coordinate NaN; coordinates must be finite"],
    [{ points: numbers(-Infinity, 2) }, "point 0 has the coordinate -Infinity"],
    [{ points: numbers(1, 2, 1e200, 0) }, "point 1 is too far from every centroid"],
  ])("refuses %j", (changes, sentence) => {
    const request = { points: numbers(1, 2), centroids: numbers(1, 2), dimensions: 2, assign: true };
    const { code, message } = kernel.refusal("step", { ...request, ...changes });
    expect(code).toBe(Code.INVALID_ARGUMENT);
    expect(message).toContain(sentence);
  });
});

describe("update", () => {
  it("moves centroids to the means of their points, and leaves those without points where they are", () => {
    const centroids = numbers(0, 0, 10, 10, 99, 99);
    const chunk = step({ points: numbers(1, 2, 3, 4, 9, 8), centroids, dimensions: 2 });
    const { shift, ...rest } = update({ chunks: [chunk], centroids, dimensions: 2 });
    expect(rest).toEqual({
      centroids: numbers(2, 3, 9, 8, 99, 99),
      counts: BigUint64Array.of(2n, 1n, 0n),
      inertia: 5 + 25 + 5,
      empty: 1,
    });
    expect(shift).toBeCloseTo(Math.sqrt(13), 14);
  });

  it("gives the same bits for whole numbers, however the points are cut into chunks", () => {
    const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(whole, fc.array(fc.nat({ max: 100 }), { maxLength: 6 }), (values, cuts) => {
        const request = {
          points: Float64Array.from(values),
          centroids: numbers(-500, 0, 500),
          dimensions: 1,
        };
        expect(inChunks(request, cuts)).toEqual(inChunks(request, []));
      }),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("gives the same digits for any numbers, however the points are cut into chunks", () => {
    fc.assert(
      fc.property(stepRequest, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (request, cuts) => {
        const one = inChunks(request, []);
        const many = inChunks(request, cuts);
        expect(many.counts).toEqual(one.counts);
        for (const [i, value] of one.centroids.entries()) {
          expect(Math.abs((many.centroids[i] ?? NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 2.3e-16);
        }
        expect(Math.abs(many.inertia - one.inertia)).toBeLessThanOrEqual(one.inertia * 2.3e-16);
      }),
      { seed: testSeed, numRuns: 300 },
    );
  });

  it("refuses chunks of other centroids, none, and sums that overflow", () => {
    const centroids = numbers(0, 1);
    const chunk = step({ points: numbers(1), centroids, dimensions: 1 });
    const refused = (chunks: readonly object[], others = centroids) =>
      kernel.refusal("update", { chunks, centroids: others, dimensions: 1 });
    expect(refused([]).message).toBe("chunks must not be empty");
    expect(refused([chunk, { counts: [1n], sums: [1] }]).message).toBe(
      "chunk 1 does not belong to these centroids: it has 1 counts and 1 sums",
    );
    expect(refused([chunk], numbers(0, 1, 2)).message).toContain("chunk 0 does not belong");
    expect(refused([{ ...chunk, sums: numbers(NaN, Infinity) }])).toMatchObject({
      code: Code.OUT_OF_RANGE,
      message: expect.stringContaining("the sum of the points of centroid 1 overflows"),
    });
  });
});

describe("seedPoints", () => {
  const seedPoints = (request: object): Float64Array => kernel.call("seedPoints", request) as Float64Array;

  it("gives every point when asked for as many, each once", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -999, max: 999 }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const points = Float64Array.from(values);
          const chosen = seedPoints({ points, dimensions: 1, count: values.length, seed: 5n });
          expect(chosen.toSorted()).toEqual(points.toSorted());
        },
      ),
      { seed: testSeed, numRuns: 50 },
    );
  });

  it("draws further points by the square of their distance", () => {
    // From 0 the others are 1 and 3 away: drawn 1 in 10 and 9 in 10 times; from 1 and from 3 likewise by theirs.
    const first = new Map<number, number>();
    const pairs = new Map<string, number>();
    for (let seed = 0n; seed < 3000n; seed++) {
      const [a = NaN, b = NaN] = seedPoints({ points: numbers(0, 1, 3), dimensions: 1, count: 2, seed });
      first.set(a, (first.get(a) ?? 0) + 1);
      pairs.set(`${a} ${b}`, (pairs.get(`${a} ${b}`) ?? 0) + 1);
    }
    for (const count of first.values()) expect(Math.abs(count / 3000 - 1 / 3)).toBeLessThan(0.04);
    const expected = { "0 1": 0.1, "0 3": 0.9, "1 0": 0.2, "1 3": 0.8, "3 0": 9 / 13, "3 1": 4 / 13 };
    for (const [pair, share] of Object.entries(expected)) {
      const seen = (pairs.get(pair) ?? 0) / (first.get(Number(pair[0])) ?? NaN);
      expect(Math.abs(seen - share), pair).toBeLessThan(0.08);
    }
  });

  it("gives the same points for the same seed, and others for another", () => {
    const points = Float64Array.from({ length: 200 }, randomNumbers(2));
    const request = { points, dimensions: 2, count: 5, seed: 1n };
    expect(seedPoints(request)).toEqual(seedPoints(request));
    expect(seedPoints(request)).not.toEqual(seedPoints({ ...request, seed: 2n }));
  });

  it("goes on when all points are alike", () => {
    expect(seedPoints({ points: numbers(4, 4, 4), dimensions: 1, count: 3 })).toEqual(numbers(4, 4, 4));
  });

  it.each([
    [{ count: 0 }, "count must be from 1 to the number of points, here 2, not 0"],
    [{ count: 3 }, "count must be from 1 to the number of points, here 2, not 3"],
    [{ points: numbers() }, "points must not be empty"],
    [{ points: numbers(1, NaN), count: 2 }, "point 1 has the coordinate NaN"],
    [{ points: numbers(1e200, -1e200), count: 2 }, "is too far from every centroid"],
  ])("refuses %j", (changes, sentence) => {
    const { message } = kernel.refusal("seedPoints", {
      points: numbers(1, 2),
      dimensions: 1,
      count: 1,
      ...changes,
    });
    expect(message).toContain(sentence);
  });
});

describe("kmeans", () => {
  it("finds clusters that are plain to see, whatever the seed", () => {
    const random = randomNumbers(3);
    const middles = [-30, 0, 30, 60];
    const points = Float64Array.from({ length: 400 }, (_, i) => (middles[i % 4] ?? 0) + random());
    for (let seed = 0n; seed < 20n; seed++) {
      const { centroids, counts, assignments, converged } = kmeans({ points, dimensions: 1, count: 4, seed });
      expect(converged).toBe(true);
      expect([...centroids.toSorted()].map((value) => Math.round(value - 0.5))).toEqual(middles);
      expect(counts).toEqual(BigUint64Array.of(100n, 100n, 100n, 100n));
      expect([...assignments]).toEqual([...assignments.keys()].map((i) => assignments[i % 4]));
    }
  });

  it("does what seeding, steps and updates do one by one", () => {
    const points = Float64Array.from({ length: 300 }, randomNumbers(4));
    const done = kmeans({ points, dimensions: 2, count: 6, seed: 8n });
    let centroids = kernel.call("seedPoints", { points, dimensions: 2, count: 6, seed: 8n }) as Float64Array;
    for (let i = 0; i < done.iterations; i++) {
      const chunks = [step({ points: points.slice(0, 100), centroids, dimensions: 2 })];
      chunks.push(step({ points: points.slice(100), centroids, dimensions: 2 }));
      centroids = update({ chunks, centroids, dimensions: 2 }).centroids;
    }
    const last = step({ points, centroids, dimensions: 2 });
    expect(done.converged).toBe(true);
    expect(last.assignments).toEqual(done.assignments);
    for (const [i, value] of done.centroids.entries()) expect(centroids[i]).toBeCloseTo(value, 13);
  });

  it("is at rest in the end: every centroid is the mean of its points", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (values, count, seed) => {
          const points = Float64Array.from(values);
          const some = Math.min(count, values.length);
          const { centroids, assignments, counts, converged } = kmeans({
            points,
            dimensions: 1,
            count: some,
            seed,
          });
          expect(converged).toBe(true);
          for (const [c, centroid] of centroids.entries()) {
            const own = values.filter((_, i) => assignments[i] === c);
            expect(own).toHaveLength(Number(counts[c]));
            const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
            if (own.length > 0) expect(centroid).toBeCloseTo(mean, 12);
          }
        },
      ),
      { seed: testSeed, numRuns: 200 },
    );
  });

  it("stops when it is told to", () => {
    const points = Float64Array.from({ length: 2000 }, randomNumbers(5));
    const request = { points, dimensions: 2, count: 20, seed: 1n };
    const one = kmeans({ ...request, iterations: 1 });
    expect(one).toMatchObject({ iterations: 1, converged: false });
    const rough = kmeans({ ...request, tolerance: 0.05 });
    const fine = kmeans({ ...request, iterations: 100_000 });
    expect(rough.converged && fine.converged).toBe(true);
    expect(rough.iterations).toBeLessThan(fine.iterations);
    expect(fine.inertia).toBeLessThan(rough.inertia);
  });

  it("puts every point in a cluster of its own when there are as many", () => {
    const { inertia, counts } = kmeans({ points: numbers(5, 1, 9), dimensions: 1, count: 3 });
    expect(inertia).toBe(0);
    expect(counts).toEqual(BigUint64Array.of(1n, 1n, 1n));
  });

  it.each([
    [{ iterations: 100_001 }, "iterations must be at most 100000, not 100001"],
    [{ tolerance: -1 }, "tolerance must be 0 or above and finite, not -1"],
    [{ tolerance: NaN }, "not NaN"],
    [{ count: 9 }, "here 2, not 9"],
    [{ points: numbers() }, "points must not be empty"],
    [{ points: numbers(1, Infinity) }, "point 1 has the coordinate Infinity"],
  ])("refuses %j", (changes, sentence) => {
    const { code, message } = kernel.refusal("kmeans", {
      points: numbers(1, 2),
      dimensions: 1,
      count: 2,
      ...changes,
    });
    expect(code).toBe(Code.INVALID_ARGUMENT);
    expect(message).toContain(sentence);
  });
});

/** A step over chunks that begin at some rows, put together. */
function inChunks(request: StepRequest, cuts: readonly number[]): Update {
  const { points, centroids, dimensions } = request;
  const edges = [0, ...cuts.map((cut) => cut * dimensions), points.length];
  const inside = edges.map((edge) => Math.min(edge, points.length)).toSorted((a, b) => a - b);
  const chunks = inside
    .slice(1)
    .map((end, i) => step({ ...request, points: points.slice(inside[i], end) }, false));
  return update({ chunks, centroids, dimensions });
}

/** The textbook's loop, and the sizes of what was added up. */
function plainStep({ points, centroids, dimensions: d }: StepRequest) {
  const assignments: number[] = [];
  const counts = Array.from({ length: centroids.length / d }, () => 0);
  const sums = Array.from(centroids, () => 0);
  const sizes = Array.from(centroids, () => 0);
  let inertia = 0;
  for (let start = 0; start < points.length; start += d) {
    const point = points.subarray(start, start + d);
    const distances = counts.map((_, c) => point.reduce((sum, x, j) => sum + (x - at(c * d + j)) ** 2, 0));
    const least = Math.min(...distances);
    const nearest = distances.indexOf(least);
    assignments.push(nearest);
    counts[nearest] = (counts[nearest] ?? 0) + 1;
    for (const [j, x] of point.entries()) {
      sums[nearest * d + j] = (sums[nearest * d + j] ?? 0) + x;
      sizes[nearest * d + j] = (sizes[nearest * d + j] ?? 0) + Math.abs(x);
    }
    inertia += least;
  }
  return { assignments, counts, sums, sizes, inertia };

  function at(index: number): number {
    return centroids[index] ?? NaN;
  }
}

/** Numbers from 0 to 1, always the same. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
