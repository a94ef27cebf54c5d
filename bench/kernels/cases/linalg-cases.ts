import { randomDoubles, type KernelCase, type Value } from "./case.ts";

interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array | Float32Array;
}

/** Products of square matrices of 256 doubles and 512 floats, in blocks larger than the first cache. */
export function productCases(kernel: string): readonly KernelCase[] {
  return [
    productCase(kernel, "matmul", matrix(256, 256, 1), matrix(256, 256, 2), 1e-13),
    productCase(kernel, "matmulF32", single(matrix(512, 512, 3)), single(matrix(512, 512, 4)), 1e-5),
  ];
}

/** The functions of linalg, on matrices of 0.5 to 2 MiB. */
export function linalgCases(): readonly KernelCase[] {
  const large = matrix(512, 512, 5);
  const system = matrix(256, 256, 6);
  const sides = matrix(256, 16, 7);
  const side = matrix(256, 1, 8);
  const x = randomDoubles(512, 9);
  return [
    ...productCases("linalg"),
    matrixCase("matvec", large, { x }, [x], 1e-13),
    matrixCase("matvecF32", single(large), { x: Float32Array.from(x) }, [Float32Array.from(x)], 1e-5),
    matrixCase("transpose", large, {}, [], 0),
    matrixCase("transposeF32", single(large), {}, [], 0),
    { ...matrixCase("lu", system, {}, [], 1e-10), outputs: factorsOf },
    luSolveCase(system, sides),
    { ...matrixCase("solve", system, { b: side }, valuesOf(side), 1e-9), input: "256 × 256, 1 right side" },
    matrixCase("determinant", matrix(128, 128, 10), {}, [], 1e-10),
  ];
}

function productCase(kernel: string, name: string, a: Matrix, b: Matrix, tolerance: number): KernelCase {
  return {
    kernel,
    function: name,
    input: shapeOf(a),
    request: { a, b },
    arguments: [...valuesOf(a), ...valuesOf(b)],
    outputs: dataOf,
    tolerance,
  };
}

function matrixCase(
  name: string,
  a: Matrix,
  more: object,
  values: readonly Value[],
  tolerance: number,
): KernelCase {
  return {
    kernel: "linalg",
    function: name,
    input: shapeOf(a),
    request: { a, ...more },
    arguments: [...valuesOf(a), ...values],
    outputs: dataOf,
    tolerance,
  };
}

/** The factors are those of a matrix whose diagonal is so large that no row has to be exchanged. */
function luSolveCase(a: Matrix, b: Matrix): KernelCase {
  const factors = {
    ...a,
    data: a.data.map((value, at) => (at % (a.cols + 1) === 0 ? value + 300 : value / 300)),
  };
  const pivots = Int32Array.from({ length: a.rows }, (_, row) => Math.min(row + (row % 3), a.rows - 1));
  return {
    kernel: "linalg",
    function: "luSolve",
    input: "256 × 256, 16 right sides",
    request: { lu: { factors, pivots }, b },
    arguments: [...valuesOf(factors), pivots, ...valuesOf(b)],
    outputs: dataOf,
    tolerance: 1e-12,
  };
}

function matrix(rows: number, cols: number, seed: number): Matrix {
  return { rows, cols, data: randomDoubles(rows * cols, seed) };
}

function single(from: Matrix): Matrix {
  return { ...from, data: Float32Array.from(from.data) };
}

function valuesOf({ rows, cols, data }: Matrix): readonly Value[] {
  return [rows, cols, data];
}

function shapeOf({ rows, cols }: Matrix): string {
  return `${rows} × ${cols}`;
}

/** Of a matrix its elements alone, since its shape is what was asked for. */
function dataOf(value: unknown): readonly Value[] {
  const matrixOrNot = value as Matrix | Float64Array | number; // by the kernel's descriptor
  return [typeof matrixOrNot === "object" && "rows" in matrixOrNot ? matrixOrNot.data : matrixOrNot];
}

function factorsOf(value: unknown): readonly Value[] {
  const { factors, pivots } = value as { factors: Matrix; pivots: Int32Array }; // by the kernel's descriptor
  return [factors.data, pivots];
}
