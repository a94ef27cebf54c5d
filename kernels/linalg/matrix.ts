/** Matrices as they travel, the checks of those that come in, and room for those that go out. */
import { Code, fail } from "heddle";
import { newBlock } from "../lib/container";

/** A matrix of doubles, row by row. */
export class Matrix {
  /** Number of rows. */
  rows: i32 = 0;
  /** Number of columns. */
  cols: i32 = 0;
  /** rows × cols elements, row after row. */
  data: StaticArray<f64> = [];
}

/** A matrix of single-precision numbers, row by row. */
export class MatrixF32 {
  /** Number of rows. */
  rows: i32 = 0;
  /** Number of columns. */
  cols: i32 = 0;
  /** rows × cols elements, row after row. */
  data: StaticArray<f32> = [];
}

/** Bytes of a result, at most: what a call can give back. */
const RESULT_BYTES_MAX: u64 = 64 << 20;

/** Ends the invocation unless a matrix has as many elements as its shape says. `M` is one of the two classes. */
export function checkShape<M>(name: string, matrix: M): void {
  const rows = matrix.rows;
  const cols = matrix.cols;
  const length = matrix.data.length;
  if (rows < 0 || cols < 0 || <i64>rows * <i64>cols != <i64>length) {
    const shape = name + " is said to be " + times(rows, cols);
    refuse(shape + " but has " + length.toString() + " elements in data");
  }
}

/** Ends the invocation unless a matrix has as many rows as columns. */
export function checkSquare(name: string, matrix: Matrix): void {
  if (matrix.rows != matrix.cols) refuse(name + " must be square, not " + times(matrix.rows, matrix.cols));
}

/** Ends the invocation when an element is infinite or not a number. */
export function checkFinite(name: string, values: StaticArray<f64>): void {
  for (let i = 0; i < values.length; i++) {
    const value = unchecked(values[i]);
    if (!isFinite(value))
      refuse(name + " must be finite: element " + i.toString() + " is " + value.toString());
  }
}

/** Elements that are still to be written. Ends the invocation when a call could not give them back. */
export function newElements<T>(rows: i32, cols: i32): StaticArray<T> {
  const bytes = <u64>rows * <u64>cols * <u64>sizeof<T>();
  if (bytes > RESULT_BYTES_MAX) {
    refuse("the result would be " + times(rows, cols) + ", which is more than 64 MiB");
  }
  return newBlock<StaticArray<T>>(<usize>bytes);
}

/** A matrix of a class with elements. */
export function matrixOf<M, T>(rows: i32, cols: i32, data: StaticArray<T>): M {
  const matrix = instantiate<M>();
  matrix.rows = rows;
  matrix.cols = cols;
  matrix.data = data;
  return matrix;
}

/** Ends the invocation with INVALID_ARGUMENT. */
export function refuse(message: string): void {
  fail(Code.INVALID_ARGUMENT, message);
}

/** A shape in words: `2 × 3`. */
export function times(rows: i32, cols: i32): string {
  return rows.toString() + " × " + cols.toString();
}
