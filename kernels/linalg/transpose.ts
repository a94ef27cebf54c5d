/**
 * Transposition by squares of one vector's width, in bands of columns narrow enough that the lines of memory that a
 * band is written to stay in the first cache.
 */
import { lanes } from "./lanes";

/** Columns of a band. */
const BAND: usize = 32;

/** Writes the transpose of a matrix of rows × cols elements at `from` to `to`. */
export function transposeInto<T>(from: usize, rows: usize, cols: usize, to: usize): void {
  const step = lanes<T>();
  const wholeRows = rows & ~(step - 1);
  const wholeCols = cols & ~(step - 1);
  for (let band: usize = 0; band < wholeCols; band += BAND) {
    const end = min(band + BAND, wholeCols);
    for (let row: usize = 0; row < wholeRows; row += step) {
      for (let col = band; col < end; col += step) {
        const source = from + (row * cols + col) * sizeof<T>();
        const target = to + (col * rows + row) * sizeof<T>();
        if (sizeof<T>() == 8) transposeTwo(source, cols << 3, target, rows << 3);
        else transposeFour(source, cols << 2, target, rows << 2);
      }
    }
  }
  copyElements<T>(from, rows, cols, to, wholeRows, rows, 0, cols);
  copyElements<T>(from, rows, cols, to, 0, wholeRows, wholeCols, cols);
}

/** Two by two elements of 64 bits. */
function transposeTwo(from: usize, stride: usize, to: usize, toStride: usize): void {
  const row0 = v128.load(from);
  const row1 = v128.load(from + stride);
  v128.store(to, v128.shuffle<i64>(row0, row1, 0, 2));
  v128.store(to + toStride, v128.shuffle<i64>(row0, row1, 1, 3));
}

/** Four by four elements of 32 bits. */
function transposeFour(from: usize, stride: usize, to: usize, toStride: usize): void {
  const row0 = v128.load(from);
  const row1 = v128.load(from + stride);
  const row2 = v128.load(from + 2 * stride);
  const row3 = v128.load(from + 3 * stride);
  const low01 = v128.shuffle<i32>(row0, row1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(row0, row1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(row2, row3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(row2, row3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + toStride, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * toStride, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * toStride, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** What no square covers, one by one. */
function copyElements<T>(
  from: usize,
  rows: usize,
  cols: usize,
  to: usize,
  rowStart: usize,
  rowEnd: usize,
  colStart: usize,
  colEnd: usize,
): void {
  for (let row = rowStart; row < rowEnd; row++) {
    for (let col = colStart; col < colEnd; col++) {
      store<T>(to + (col * rows + row) * sizeof<T>(), load<T>(from + (row * cols + col) * sizeof<T>()));
    }
  }
}
