/**
 * Copies blocks of a matrix into the order in which `tile.ts` reads them, so that its inner loop walks through two
 * runs of memory. A panel that reaches over the edge is filled up with zeros.
 */
import { lanes } from "./lanes";

/** Rows of a tile. */
export const TILE_ROWS: usize = 4;

/** Columns of a tile: two vectors. */
export function tileColumns<T>(): usize {
  return 2 * lanes<T>();
}

/** Rows × depth elements at `from` as panels of four rows, each one column after the other. */
export function packRows<T>(from: usize, stride: usize, rows: usize, depth: usize, to: usize): void {
  for (let row: usize = 0; row < rows; row += TILE_ROWS) {
    const left = rows - row;
    const row0 = from + row * stride;
    if (left >= TILE_ROWS) to = packFourRows<T>(row0, stride, depth, to);
    else to = packLastRows<T>(row0, stride, left, depth, to);
  }
}

function packFourRows<T>(row0: usize, stride: usize, depth: usize, to: usize): usize {
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  const end = depth * sizeof<T>();
  for (let at: usize = 0; at < end; at += sizeof<T>()) {
    store<T>(to, load<T>(row0 + at));
    store<T>(to, load<T>(row1 + at), sizeof<T>());
    store<T>(to, load<T>(row2 + at), 2 * sizeof<T>());
    store<T>(to, load<T>(row3 + at), 3 * sizeof<T>());
    to += TILE_ROWS * sizeof<T>();
  }
  return to;
}

function packLastRows<T>(row0: usize, stride: usize, rows: usize, depth: usize, to: usize): usize {
  memory.fill(to, 0, depth * TILE_ROWS * sizeof<T>());
  for (let i: usize = 0; i < depth; i++) {
    for (let row: usize = 0; row < rows; row++) {
      store<T>(to + row * sizeof<T>(), load<T>(row0 + row * stride + i * sizeof<T>()));
    }
    to += TILE_ROWS * sizeof<T>();
  }
  return to;
}

/** Depth × columns elements at `from` as panels of two vectors' width, each one row after the other. */
export function packColumns<T>(from: usize, stride: usize, depth: usize, columns: usize, to: usize): void {
  const width = tileColumns<T>();
  for (let column: usize = 0; column < columns; column += width) {
    const left = columns - column;
    let row = from + column * sizeof<T>();
    for (let i: usize = 0; i < depth; i++) {
      if (left >= width) {
        v128.store(to, v128.load(row));
        v128.store(to, v128.load(row, 16), 16);
      } else {
        memory.fill(to, 0, 32);
        memory.copy(to, row, left * sizeof<T>());
      }
      row += stride;
      to += 32;
    }
  }
}
