import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Code } from "../../src/base/code.ts";
import { exactSum, fractionOf, type Fraction } from "../support/exact-numbers.ts";
import { openLibraryKernel, type LibraryKernel } from "../support/library-kernel.ts";
import { testSeed } from "../support/seed.ts";

/** A matrix as it travels. */
interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array | Float32Array;
}

type Numbers = Float64Array | Float32Array;

let kernel: LibraryKernel;
let fast: LibraryKernel;

beforeAll(async () => {
  kernel = await openLibraryKernel("linalg");
  fast = await openLibraryKernel("linalg_fast");
}, 60_000);

const doubleRounding = 2 ** -53;
const singleRounding = 2 ** -24;

/** Sizes around those of tiles, panels and blocks. */
const edgeSizes = [
  [1, 1, 1],
  [4, 4, 4],
  [3, 5, 7],
  [5, 1, 9],
  [1, 300, 1],
  [8, 16, 8],
  [131, 259, 5],
  [5, 257, 65],
  [2, 3, 1031],
] as const;

/** Numbers that look random and are the same in every run: a linear congruence, from -1 to 1. */
function numbers(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function matrix(rows: number, cols: number, seed = rows * 1000 + cols): Matrix {
  return { rows, cols, data: numbers(rows * cols, seed) };
}

function single({ rows, cols, data }: Matrix): Matrix {
  return { rows, cols, data: Float32Array.from(data) };
}

function identity(n: number): Matrix {
  return fromElements(n, n, (i, j) => (i === j ? 1 : 0));
}

function fromElements(rows: number, cols: number, element: (i: number, j: number) => number): Matrix {
  const data = Float64Array.from({ length: rows * cols }, (_, at) =>
    element(Math.floor(at / cols), at % cols),
  );
  return { rows, cols, data };
}

const at = ({ data, cols }: Matrix, i: number, j: number): number => data[i * cols + j] ?? NaN;

/** A product by definition with sums that lose nothing, and the sum of the sizes of what was added. */
function exactProduct(a: Matrix, b: Matrix): { readonly value: Float64Array; readonly size: Float64Array } {
  const value = new Float64Array(a.rows * b.cols);
  const size = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.cols; j++) {
      const terms = Array.from({ length: a.cols }, (_, k) => [at(a, i, k), at(b, k, j)] as const);
      value[i * b.cols + j] = exactSum(terms);
      size[i * b.cols + j] = terms.reduce((sum, [x, y]) => sum + Math.abs(x * y), 0);
    }
  }
  return { value, size };
}

/** The error of each element is within the bound that holds for any order of additions: k roundings of the sizes. */
function expectNear(got: Numbers, a: Matrix, b: Matrix, rounding: number): void {
  const { value, size } = exactProduct(a, b);
  expect(got.length).toBe(value.length);
  const worst = value.reduce((most, exact, i) => {
    const bound = (a.cols + 2) * rounding * (size[i] ?? NaN);
    const error = Math.abs((got[i] ?? NaN) - exact);
    return Math.max(most, error === 0 ? 0 : error / bound);
  }, 0);
  expect(worst).toBeLessThanOrEqual(1);
}

function multiply(from: LibraryKernel, name: string, a: Matrix, b: Matrix): Matrix {
  return from.call(name, { a, b }) as Matrix; // by the kernel's descriptor
}

function vector(name: string, a: Matrix, x: Numbers): Numbers {
  return kernel.call(name, { a, x }) as Numbers; // by the kernel's descriptor
}

function solve(a: Matrix, b: Matrix): Matrix {
  return kernel.call("solve", { a, b }) as Matrix; // by the kernel's descriptor
}

function determinant(a: Matrix): number {
  return kernel.call("determinant", { a }) as number; // by the kernel's descriptor
}

interface Lu {
  readonly factors: Matrix;
  readonly pivots: Int32Array;
}

function decompose(a: Matrix): Lu {
  return kernel.call("lu", { a }) as Lu; // by the kernel's descriptor
}

const shapes = fc.record({
  m: fc.nat({ max: 20 }),
  k: fc.nat({ max: 20 }),
  n: fc.nat({ max: 20 }),
  seed: fc.nat(),
});

describe.each([
  ["linalg", () => kernel],
  ["linalg_fast", () => fast],
] as const)("matmul of %s", (_, opened) => {
  it.each(edgeSizes)("multiplies %i × %i by … × %i", (m, k, n) => {
    const a = matrix(m, k);
    const b = matrix(k, n);
    const product = multiply(opened(), "matmul", a, b);
    expect([product.rows, product.cols]).toEqual([m, n]);
    expectNear(product.data, a, b, doubleRounding);
    const singles = [single(a), single(b)] as const;
    expectNear(multiply(opened(), "matmulF32", ...singles).data, ...singles, singleRounding);
  });

  it("multiplies matrices of any size up to 20, also empty ones", () => {
    const property = fc.property(shapes, ({ m, k, n, seed }) => {
      const a = matrix(m, k, seed);
      const b = matrix(k, n, seed + 1);
      expectNear(multiply(opened(), "matmul", a, b).data, a, b, doubleRounding);
      const singles = [single(a), single(b)] as const;
      expectNear(multiply(opened(), "matmulF32", ...singles).data, ...singles, singleRounding);
    });
    fc.assert(property, { seed: testSeed, numRuns: 60 });
  });

  it("is exact where every sum is", () => {
    const a = fromElements(37, 300, (i, j) => ((i * 7 + j * 3) % 17) - 8);
    const b = fromElements(300, 29, (i, j) => ((i * 5 + j) % 13) - 6);
    const wanted = exactProduct(a, b).value;
    expect(multiply(opened(), "matmul", a, b).data).toEqual(wanted);
    expect(multiply(opened(), "matmulF32", single(a), single(b)).data).toEqual(Float32Array.from(wanted));
  });

  it("leaves a matrix as it is when it is multiplied by the identity", () => {
    const a = matrix(45, 70);
    expect(multiply(opened(), "matmul", a, identity(70))).toEqual(a);
    expect(multiply(opened(), "matmul", identity(45), a)).toEqual(a);
  });

  it("keeps infinities and NaN in their own rows and columns, also in unfinished tiles", () => {
    const a = fromElements(5, 5, (i, j) => (i === 4 && j === 4 ? Infinity : 1));
    const product = multiply(opened(), "matmul", a, identity(5));
    expect(product.data.slice(0, 20).every(Number.isFinite)).toBe(true);
    expect([...product.data.slice(20)]).toEqual([NaN, NaN, NaN, NaN, Infinity]);
  });

  it("multiplies over the edge of every block at once: checked by vectors", () => {
    const [a, b] = [matrix(261, 515), matrix(515, 1030)];
    const product = multiply(opened(), "matmul", a, b);
    // (A B) x and A (B x) by plain sums; the entries of x are signs, which a wrong element cannot hide behind.
    const x = numbers(1030, 9).map(Math.sign);
    const plain = ({ data, rows, cols }: Matrix, by: Numbers): Float64Array =>
      Float64Array.from({ length: rows }, (_, i) =>
        Array.from(by).reduce((sum, each, j) => sum + each * (data[i * cols + j] ?? NaN), 0),
      );
    const left = plain(product, x);
    const right = plain(a, plain(b, x));
    for (const [i, value] of left.entries()) expect(value).toBeCloseTo(right[i] ?? NaN, 8);
  });

  it.each([
    [{ a: matrix(2, 3), b: matrix(2, 3) }, "a is 2 × 3 and b is 2 × 3: columns of a and rows of b differ"],
    [
      { a: { ...matrix(2, 3), rows: 3 }, b: matrix(3, 1) },
      "a is said to be 3 × 3 but has 6 elements in data",
    ],
    [
      { a: matrix(1, 1), b: { rows: -1, cols: -1, data: [1] } },
      "b is said to be -1 × -1 but has 1 elements in data",
    ],
    [
      { a: { rows: 65536, cols: 65536, data: [] }, b: matrix(1, 1) },
      "a is said to be 65536 × 65536 but has 0 elements in data",
    ],
    [
      { a: { rows: 100000, cols: 0, data: [] }, b: { rows: 0, cols: 100000, data: [] } },
      "the result would be 100000 × 100000, which is more than 64 MiB",
    ],
  ])("refuses a request: $1", (request, message) => {
    for (const name of ["matmul", "matmulF32"]) {
      expect(opened().refusal(name, request)).toEqual({ code: Code.INVALID_ARGUMENT, message });
    }
  });
});

describe("linalg", () => {
  it("is pure like its fast sister, and every function has a comment", () => {
    expect([kernel.pure, fast.pure]).toEqual([true, true]);
    for (const { comment } of [...kernel.schema.functions, ...fast.schema.functions]) {
      expect(comment.length).toBeGreaterThan(20);
    }
  });
});

describe("matvec", () => {
  it.each([
    [0, 0],
    [0, 3],
    [3, 0],
    [1, 1],
    [4, 2],
    [7, 33],
    [33, 7],
    [101, 1000],
  ])("multiplies %i × %i by a vector", (rows, cols) => {
    const a = matrix(rows, cols);
    const x = matrix(cols, 1, 5);
    expectNear(vector("matvec", a, x.data), a, x, doubleRounding);
    expectNear(vector("matvecF32", single(a), single(x).data), single(a), single(x), singleRounding);
  });

  it("refuses a vector of another length", () => {
    for (const name of ["matvec", "matvecF32"]) {
      expect(kernel.refusal(name, { a: matrix(2, 3), x: [1, 2] })).toEqual({
        code: Code.INVALID_ARGUMENT,
        message: "a is 2 × 3 and x has 2 elements: columns of a and elements of x differ",
      });
    }
  });
});

describe("transpose", () => {
  it("exchanges rows and columns, whatever the shape", () => {
    const property = fc.property(fc.nat({ max: 70 }), fc.nat({ max: 70 }), (rows, cols) => {
      const a = matrix(rows, cols);
      const wanted = fromElements(cols, rows, (i, j) => at(a, j, i));
      expect(kernel.call("transpose", { a })).toEqual(wanted);
      expect(kernel.call("transposeF32", { a: single(a) })).toEqual(single(wanted));
    });
    fc.assert(property, { seed: testSeed, numRuns: 60 });
  });

  it("has memory and time for the largest matrix that a request can bring", () => {
    const [rows, cols] = [2800, 2990];
    const got = kernel.call("transpose", { a: matrix(rows, cols) }) as Matrix; // by the kernel's descriptor
    expect([got.rows, got.cols, got.data.length]).toEqual([cols, rows, rows * cols]);
    expect(at(got, 2989, 2799)).toBe(at(matrix(rows, cols), 2799, 2989));
  });

  it("refuses a shape that does not fit the data", () => {
    expect(kernel.refusal("transpose", { a: { rows: 1, cols: 1, data: [] } }).message).toBe(
      "a is said to be 1 × 1 but has 0 elements in data",
    );
  });
});

describe("lu", () => {
  it.each([1, 2, 31, 32, 33, 64, 65, 150])("gives triangles whose product is the matrix: n = %i", (n) => {
    const a = matrix(n, n);
    const { factors, pivots } = decompose(a);
    const lower = fromElements(n, n, (i, j) => (i > j ? at(factors, i, j) : i === j ? 1 : 0));
    const upper = fromElements(n, n, (i, j) => (i <= j ? at(factors, i, j) : 0));
    expect(lower.data.every((each) => Math.abs(each) <= 1)).toBe(true);
    const order = Array.from({ length: n }, (_, i) => i);
    for (const [i, pivot] of pivots.entries()) {
      [order[i], order[pivot]] = [order[pivot] ?? NaN, order[i] ?? NaN];
    }
    const product = exactProduct(lower, upper).value;
    const worst = product.reduce(
      (most, value, k) => Math.max(most, Math.abs(value - at(a, order[Math.floor(k / n)] ?? NaN, k % n))),
      0,
    );
    expect(worst).toBeLessThan(n * 8 * doubleRounding);
  });

  it("chooses the largest element of a column as its pivot", () => {
    const { pivots } = decompose({ rows: 3, cols: 3, data: Float64Array.of(1, 2, 3, -4, 5, 6, 2, 8, 7) });
    expect([...pivots]).toEqual([1, 2, 2]);
  });

  it.each([
    [{ rows: 2, cols: 2, data: [1, 2, 2, 4] }, "a is singular: column 1 has no pivot"],
    [{ rows: 2, cols: 2, data: [0, 1, 0, 4] }, "a is singular: column 0 has no pivot"],
    [{ rows: 40, cols: 40, data: Array(1600).fill(1) }, "a is singular: column 1 has no pivot"],
    [matrix(2, 3), "a must be square, not 2 × 3"],
    [{ rows: 2, cols: 2, data: [1, 2, NaN, 4] }, "a must be finite: element 2 is NaN"],
    [{ rows: 1, cols: 1, data: [-Infinity] }, "a must be finite: element 0 is -Infinity"],
  ])("refuses a request: $1", (a, message) => {
    const refusal = { code: Code.INVALID_ARGUMENT, message };
    expect(kernel.refusal("lu", { a })).toEqual(refusal);
    expect(kernel.refusal("solve", { a, b: matrix(a.rows, 1) })).toEqual(refusal);
  });
});

describe("solve", () => {
  it.each([
    [1, 1],
    [5, 2],
    [32, 1],
    [33, 3],
    [100, 1],
    [130, 17],
  ])("leaves a residual of some roundings: n = %i, %i right-hand sides", (n, m) => {
    const a = matrix(n, n);
    const b = matrix(n, m, 77);
    const x = solve(a, b);
    const { value, size } = exactProduct(a, x);
    for (const [i, wanted] of b.data.entries()) {
      const bound = 4 * n * doubleRounding * ((size[i] ?? NaN) + Math.abs(wanted));
      expect(Math.abs((value[i] ?? NaN) - wanted)).toBeLessThanOrEqual(bound);
    }
  });

  it("solves systems whose solution is known exactly, by fractions", () => {
    const property = fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (n, seed) => {
      const a = fromElements(n, n, (i, j) =>
        i === j ? 40 : Math.round(10 * (numbers(i * n + j + 1, seed).at(-1) ?? NaN)),
      );
      const b = fromElements(n, 1, (i) => i + 1);
      const exact = solveByFractions(a, b);
      const x = solve(a, b);
      for (const [i, value] of exact.entries()) expect(x.data[i]).toBeCloseTo(value, 13);
    });
    fc.assert(property, { seed: testSeed, numRuns: 40 });
  });

  it.each([2, 5, 8, 10])(
    "solves the Hilbert matrix with a small residual, however ill it is: n = %i",
    (n) => {
      const hilbert = fromElements(n, n, (i, j) => 1 / (i + j + 1));
      const b = fromElements(n, 1, () => 1);
      const x = solve(hilbert, b);
      const { value, size } = exactProduct(hilbert, x);
      for (const [i, got] of value.entries()) {
        expect(Math.abs(got - 1)).toBeLessThan(4 * n * doubleRounding * (size[i] ?? NaN));
      }
    },
  );

  it("inverts with the identity as right-hand side", () => {
    const a = matrix(50, 50);
    const product = multiply(kernel, "matmul", a, solve(a, identity(50)));
    for (const [i, value] of product.data.entries()) {
      expect(value).toBeCloseTo(i % 51 === 0 ? 1 : 0, 11);
    }
  });

  it("gives an empty solution to an empty system and to no right-hand side", () => {
    const none = { rows: 0, cols: 0, data: new Float64Array() };
    expect(solve(none, none)).toEqual(none);
    expect(solve(matrix(3, 3), { rows: 3, cols: 0, data: new Float64Array() }).rows).toBe(3);
  });

  it("refuses right-hand sides of another height", () => {
    expect(kernel.refusal("solve", { a: matrix(3, 3), b: matrix(2, 1) }).message).toBe(
      "a has 3 rows and b has 2",
    );
  });
});

describe("luSolve", () => {
  it("gives the same bits as solve", () => {
    const a = matrix(70, 70);
    const b = matrix(70, 4);
    expect(kernel.call("luSolve", { lu: decompose(a), b })).toEqual(solve(a, b));
  });

  const two = { rows: 2, cols: 2, data: [1, 2, 3, 4] };
  const b = { rows: 2, cols: 1, data: [1, 2] };

  it.each([
    [{ lu: { factors: two, pivots: [0] }, b }, "lu.pivots has 1 elements, lu.factors 2 rows"],
    [{ lu: { factors: two, pivots: [0, 2] }, b }, "lu.pivots[1] must be from 1 to 1, not 2"],
    [{ lu: { factors: two, pivots: [-1, 1] }, b }, "lu.pivots[0] must be from 0 to 1, not -1"],
    [{ lu: { factors: two, pivots: [1, 0] }, b }, "lu.pivots[1] must be from 1 to 1, not 0"],
    [
      { lu: { factors: { ...two, data: [1, 2, 3, 0] }, pivots: [0, 1] }, b },
      "lu.factors has a zero on its diagonal, in row 1",
    ],
    [{ lu: { factors: matrix(2, 3), pivots: [] }, b }, "lu.factors must be square, not 2 × 3"],
    [{ b }, "lu.factors has 0 rows and b has 2"],
  ])("refuses a request: $1", (request, message) => {
    expect(kernel.refusal("luSolve", request)).toEqual({ code: Code.INVALID_ARGUMENT, message });
  });
});

describe("determinant", () => {
  it("is that of known matrices", () => {
    expect(determinant({ rows: 0, cols: 0, data: new Float64Array() })).toBe(1);
    expect(determinant(identity(60))).toBe(1);
    expect(determinant({ rows: 2, cols: 2, data: Float64Array.of(0, 2, 3, 0) })).toBe(-6);
    expect(determinant({ rows: 2, cols: 2, data: Float64Array.of(1, 2, 2, 4) })).toBe(0);
    const second = (n: number): Matrix =>
      fromElements(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
    for (const n of [1, 10, 100]) expect(determinant(second(n))).toBeCloseTo(n + 1, 9);
  });

  it("refuses a matrix that is not square", () => {
    expect(kernel.refusal("determinant", { a: matrix(1, 2) }).message).toBe("a must be square, not 1 × 2");
  });
});

/** Gauss's elimination in fractions of whole numbers; the diagonal dominates, so no pivot is zero. */
function solveByFractions(a: Matrix, b: Matrix): number[] {
  const n = a.rows;
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (__, j) => fractionOf(at(a, i, j))),
    fractionOf(at(b, i, 0)),
  ]);
  for (const [i, pivotRow] of rows.entries()) {
    const pivot = cell(pivotRow, i);
    for (const [k, row] of rows.entries()) {
      if (k === i) continue;
      const share = cell(row, i).over(pivot);
      for (let j = i; j <= n; j++) row[j] = cell(row, j).minus(share.times(cell(pivotRow, j)));
    }
  }
  return rows.map((row, i) => cell(row, n).over(cell(row, i)).toNumber());
}

function cell(row: readonly Fraction[], at: number): Fraction {
  const found = row[at];
  if (found === undefined) throw new Error(`a row of ${row.length} has no cell ${at}`);
  return found;
}
