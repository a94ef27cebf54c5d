/**
 * The innermost loop of a product: a tile of C, four rows by two vectors, held in eight registers while one panel of A
 * and one of B run past. Each step loads two vectors and four elements, and multiplies and adds eight vectors.
 */
import { multiplyAdd } from "./lanes";
import { TILE_ROWS, tileColumns } from "./pack";

/** What becomes of a product. */
export namespace Update {
  /** C = A B */
  export const SET: i32 = 0;
  /** C = C + A B */
  export const ADD: i32 = 1;
  /** C = C - A B */
  export const SUBTRACT: i32 = 2;
}

/** A tile that reaches over the edge is computed here first: four rows of 32 bytes. */
const EDGE: usize = memory.data(128, 16);

/** Multiplies two packed panels into a whole tile of C. */
export function multiplyTile<T>(
  a: usize,
  b: usize,
  depth: usize,
  c: usize,
  stride: usize,
  update: i32,
): void {
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = b + depth * 32;
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<T>(a);
    c00 = multiplyAdd<T>(a0, b0, c00);
    c01 = multiplyAdd<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a, sizeof<T>());
    c10 = multiplyAdd<T>(a1, b0, c10);
    c11 = multiplyAdd<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = multiplyAdd<T>(a2, b0, c20);
    c21 = multiplyAdd<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = multiplyAdd<T>(a3, b0, c30);
    c31 = multiplyAdd<T>(a3, b1, c31);
    a += TILE_ROWS * sizeof<T>();
    b += 32;
  }
  put<T>(c, c00, c01, update);
  put<T>(c + stride, c10, c11, update);
  put<T>(c + 2 * stride, c20, c21, update);
  put<T>(c + 3 * stride, c30, c31, update);
}

/** The same for a tile of which only some rows and columns lie in C. */
export function multiplyEdge<T>(
  a: usize,
  b: usize,
  depth: usize,
  c: usize,
  stride: usize,
  update: i32,
  rows: usize,
  columns: usize,
): void {
  multiplyTile<T>(a, b, depth, EDGE, 32, Update.SET);
  for (let row: usize = 0; row < min(rows, TILE_ROWS); row++) {
    for (let column: usize = 0; column < min(columns, tileColumns<T>()); column++) {
      const at = c + row * stride + column * sizeof<T>();
      const product = load<T>(EDGE + row * 32 + column * sizeof<T>());
      if (update == Update.SET) store<T>(at, product);
      else if (update == Update.ADD) store<T>(at, load<T>(at) + product);
      else store<T>(at, load<T>(at) - product);
    }
  }
}

function put<T>(at: usize, low: v128, high: v128, update: i32): void {
  if (update == Update.ADD) {
    low = v128.add<T>(v128.load(at), low);
    high = v128.add<T>(v128.load(at, 16), high);
  } else if (update == Update.SUBTRACT) {
    low = v128.sub<T>(v128.load(at), low);
    high = v128.sub<T>(v128.load(at, 16), high);
  }
  v128.store(at, low);
  v128.store(at, high, 16);
}
