/**
 * Products of matrices by blocks (K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM
 * TOMS 34 (2008)): a block of A that fits the second cache and a narrow panel of B that fits the first are copied into
 * the order in which the inner loop reads them, and multiplied tile by tile.
 *
 * The order of additions depends on the sizes alone: an element of C is a sum of sums over DEPTH steps.
 */
import { packColumns, packRows, TILE_ROWS, tileColumns } from "./pack";
import { multiplyEdge, multiplyTile, Update } from "./tile";

/** Steps along the inner dimension that one block covers. */
const DEPTH: usize = 256;
/** Rows of a block of A: with f64 it takes 256 KiB. */
const ROWS: usize = 128;
/** Columns of a block of B. */
const COLUMNS: usize = 1024;

/** Room for packed blocks; made once, however many products are computed. */
@final
export class Workspace<T> {
  private rows: usize;
  private columns: usize;

  /** Enough for products of m×k by k×n. */
  constructor(m: usize, k: usize, n: usize) {
    const depth = min(k, DEPTH);
    const rows = roundUp(min(m, ROWS), TILE_ROWS);
    const columns = roundUp(min(n, COLUMNS), tileColumns<T>());
    this.rows = __alloc(rows * depth * sizeof<T>());
    this.columns = __alloc(columns * depth * sizeof<T>());
  }

  /** Multiplies the m×k matrix at `a` by the k×n matrix at `b` into C. Strides are bytes from row to row. */
  multiply(
    m: usize,
    k: usize,
    n: usize,
    a: usize,
    aStride: usize,
    b: usize,
    bStride: usize,
    c: usize,
    cStride: usize,
    update: i32,
  ): void {
    const packedRows = this.rows;
    const packedColumns = this.columns;
    for (let column: usize = 0; column < n; column += COLUMNS) {
      const width = min(n - column, COLUMNS);
      let mode = update;
      for (let step: usize = 0; step < k; step += DEPTH) {
        const depth = min(k - step, DEPTH);
        const at = column * sizeof<T>();
        packColumns<T>(b + step * bStride + at, bStride, depth, width, packedColumns);
        for (let row: usize = 0; row < m; row += ROWS) {
          const height = min(m - row, ROWS);
          packRows<T>(a + row * aStride + step * sizeof<T>(), aStride, height, depth, packedRows);
          multiplyBlock<T>(
            packedRows,
            packedColumns,
            height,
            depth,
            width,
            c + row * cStride + at,
            cStride,
            mode,
          );
        }
        if (mode == Update.SET) mode = Update.ADD;
      }
    }
  }
}

/** Multiplies a packed block of A by one of B, tile by tile. */
function multiplyBlock<T>(
  a: usize,
  b: usize,
  rows: usize,
  depth: usize,
  columns: usize,
  c: usize,
  stride: usize,
  update: i32,
): void {
  const width = tileColumns<T>();
  for (let column: usize = 0; column < columns; column += width) {
    const panel = b + column * depth * sizeof<T>();
    for (let row: usize = 0; row < rows; row += TILE_ROWS) {
      const tile = c + row * stride + column * sizeof<T>();
      const strip = a + row * depth * sizeof<T>();
      if (row + TILE_ROWS <= rows && column + width <= columns) {
        multiplyTile<T>(strip, panel, depth, tile, stride, update);
      } else {
        multiplyEdge<T>(strip, panel, depth, tile, stride, update, rows - row, columns - column);
      }
    }
  }
}

function roundUp(value: usize, multiple: usize): usize {
  return ((value + multiple - 1) / multiple) * multiple;
}
