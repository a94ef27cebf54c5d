/**
 * Dense linear algebra: products, transposition, and systems of linear equations by LU decomposition. Matrices travel
 * row by row. Every number is the same on every processor; the kernel linalg_fast gives that up for speed.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 402653184, "memoryInitialBytes": 5242880 } */
import { multiplyVector } from "./linalg/dot";
import { factor, substitute } from "./linalg/factor";
import {
  checkFinite,
  checkShape,
  checkSquare,
  Matrix,
  MatrixF32,
  matrixOf,
  newElements,
  refuse,
  times,
} from "./linalg/matrix";
import { product } from "./linalg/product";
import { transposeInto } from "./linalg/transpose";

/** A matrix in two triangular factors, P A = L U. */
export class Lu {
  /** L below the diagonal, whose own diagonal of ones is left out, and U from the diagonal up. */
  factors: Matrix = new Matrix();
  /** In step i, counted from 0, row i was exchanged with row pivots[i]. */
  pivots: StaticArray<i32> = [];
}

/**
 * Product of two matrices.
 * @param a m × k
 * @param b k × n
 * @returns m × n, at most 64 MiB; infinities and NaN go through as in IEEE 754
 */
export function matmul(a: Matrix, b: Matrix): Matrix {
  return product<Matrix, f64>(a, b);
}

/**
 * Product of two matrices in single precision, sums included; twice as fast as with doubles.
 * @param a m × k
 * @param b k × n
 * @returns m × n, at most 64 MiB
 */
export function matmulF32(a: MatrixF32, b: MatrixF32): MatrixF32 {
  return product<MatrixF32, f32>(a, b);
}

/**
 * Product of a matrix and a vector.
 * @param a m × n
 * @param x n elements
 * @returns m elements
 */
export function matvec(a: Matrix, x: StaticArray<f64>): StaticArray<f64> {
  return vectorProduct<Matrix, f64>(a, x);
}

/**
 * Product of a matrix and a vector in single precision.
 * @param a m × n
 * @param x n elements
 * @returns m elements
 */
export function matvecF32(a: MatrixF32, x: StaticArray<f32>): StaticArray<f32> {
  return vectorProduct<MatrixF32, f32>(a, x);
}

/**
 * Exchanges rows and columns.
 * @param a m × n
 * @returns n × m
 */
export function transpose(a: Matrix): Matrix {
  return transposed<Matrix, f64>(a);
}

/**
 * Exchanges rows and columns in single precision.
 * @param a m × n
 * @returns n × m
 */
export function transposeF32(a: MatrixF32): MatrixF32 {
  return transposed<MatrixF32, f32>(a);
}

/**
 * Decomposes a matrix into triangular factors with partial pivoting, so that luSolve can solve many systems with it.
 * A matrix that is singular to working precision often has a tiny pivot rather than none: only an exact zero is refused.
 * @param a square, finite
 * @returns the factors and the exchanges of rows
 */
export function lu(a: Matrix): Lu {
  checkSystem(a);
  const n = a.rows;
  const result = new Lu();
  result.factors = a;
  result.pivots = newElements<i32>(n, 1);
  const done = factor(changetype<usize>(a.data), n, changetype<usize>(result.pivots));
  if (<i32>done < n) refuse("a is singular: column " + done.toString() + " has no pivot");
  return result;
}

/**
 * Solves A X = B with factors that lu gave.
 * @param lu factors of A, n × n
 * @param b n × m, a column for each right-hand side
 * @returns X, n × m
 */
export function luSolve(lu: Lu, b: Matrix): Matrix {
  checkShape<Matrix>("lu.factors", lu.factors);
  checkSquare("lu.factors", lu.factors);
  const n = lu.factors.rows;
  if (lu.pivots.length != n) {
    refuse(
      "lu.pivots has " + lu.pivots.length.toString() + " elements, lu.factors " + n.toString() + " rows",
    );
  }
  for (let i = 0; i < n; i++) {
    const pivot = unchecked(lu.pivots[i]);
    if (pivot < i || pivot >= n) {
      refuse(
        "lu.pivots[" +
          i.toString() +
          "] must be from " +
          i.toString() +
          " to " +
          (n - 1).toString() +
          ", not " +
          pivot.toString(),
      );
    }
    if (unchecked(lu.factors.data[i * n + i]) == 0)
      refuse("lu.factors has a zero on its diagonal, in row " + i.toString());
  }
  checkRightSide(b, n, "lu.factors");
  return solved(lu, b);
}

/**
 * Solves A X = B by LU decomposition with partial pivoting.
 * @param a n × n, finite and not singular
 * @param b n × m, a column for each right-hand side
 * @returns X, n × m
 */
export function solve(a: Matrix, b: Matrix): Matrix {
  checkSystem(a);
  checkRightSide(b, a.rows, "a");
  return solved(lu(a), b);
}

/**
 * Determinant, from the LU decomposition.
 * @param a square, finite; the determinant of 0 × 0 is 1
 * @returns the determinant, 0 when a pivot is exactly zero
 */
export function determinant(a: Matrix): f64 {
  checkSystem(a);
  const n = a.rows;
  const pivots = newElements<i32>(n, 1);
  if (<i32>factor(changetype<usize>(a.data), n, changetype<usize>(pivots)) < n) return 0;
  let result: f64 = 1;
  for (let i = 0; i < n; i++) {
    const pivot = unchecked(a.data[i * n + i]);
    result *= unchecked(pivots[i]) == i ? pivot : -pivot;
  }
  return result;
}

function vectorProduct<M, T>(a: M, x: StaticArray<T>): StaticArray<T> {
  checkShape<M>("a", a);
  if (x.length != a.cols) {
    refuse(
      "a is " +
        times(a.rows, a.cols) +
        " and x has " +
        x.length.toString() +
        " elements: columns of a and elements of x differ",
    );
  }
  const result = newElements<T>(a.rows, 1);
  const from = changetype<usize>(a.data);
  multiplyVector<T>(from, a.rows, a.cols, changetype<usize>(x), changetype<usize>(result));
  return result;
}

function transposed<M, T>(a: M): M {
  checkShape<M>("a", a);
  const data = newElements<T>(a.cols, a.rows);
  transposeInto<T>(changetype<usize>(a.data), a.rows, a.cols, changetype<usize>(data));
  return matrixOf<M, T>(a.cols, a.rows, data);
}

function solved(lu: Lu, b: Matrix): Matrix {
  const n = lu.factors.rows;
  substitute(
    changetype<usize>(lu.factors.data),
    n,
    changetype<usize>(lu.pivots),
    changetype<usize>(b.data),
    b.cols,
  );
  return b;
}

/** A matrix of equations: square and finite. */
function checkSystem(a: Matrix): void {
  checkShape<Matrix>("a", a);
  checkSquare("a", a);
  checkFinite("a", a.data);
}

function checkRightSide(b: Matrix, rows: i32, name: string): void {
  checkShape<Matrix>("b", b);
  if (b.rows != rows) refuse(name + " has " + rows.toString() + " rows and b has " + b.rows.toString());
}
