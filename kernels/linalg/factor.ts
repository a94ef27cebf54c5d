/**
 * P A = L U with partial pivoting, by blocks of columns (G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th
 * edition, section 3.4.7): a narrow panel is factored column by column, the rows to its right are solved with the
 * panel's triangle, and what remains below is updated by one product, which is where the time goes.
 *
 * L has ones on its diagonal, which are not stored; both factors lie in the place of A. In step i row i was exchanged
 * with row pivots[i].
 */
import { addScaled, dot } from "./dot";
import { Workspace } from "./multiply";
import { Update } from "./tile";

/** Columns of a panel. */
const PANEL: usize = 32;

/**
 * Factors the n×n matrix at `a` in place. Returns the number of columns that had a pivot: n, or less when the matrix is
 * singular; the rest is unfinished then.
 */
export function factor(a: usize, n: usize, pivots: usize): usize {
  const stride = n << 3;
  const workspace = new Workspace<f64>(n, PANEL, n);
  for (let start: usize = 0; start < n; start += PANEL) {
    const end = min(start + PANEL, n);
    for (let column = start; column < end; column++) {
      const pivot = pivotOf(a, n, column);
      store<i32>(pivots + (column << 2), <i32>pivot);
      if (load<f64>(a + pivot * stride + (column << 3)) == 0) return column;
      if (pivot != column) exchange(a + pivot * stride, a + column * stride, stride);
      eliminate(a, n, column, end);
    }
    if (end == n) break;
    for (let row = start + 1; row < end; row++) {
      const target = a + row * stride;
      for (let k = start; k < row; k++) {
        addScaled<f64>(
          target + (end << 3),
          -load<f64>(target + (k << 3)),
          a + k * stride + (end << 3),
          n - end,
        );
      }
    }
    const below = a + end * stride;
    const left = below + (start << 3);
    const above = a + start * stride + (end << 3);
    const rest = n - end;
    workspace.multiply(
      rest,
      end - start,
      rest,
      left,
      stride,
      above,
      stride,
      below + (end << 3),
      stride,
      Update.SUBTRACT,
    );
  }
  return n;
}

/** The row, from the diagonal down, with the largest element of a column; of equal ones the first. */
function pivotOf(a: usize, n: usize, column: usize): usize {
  const stride = n << 3;
  let at = a + column * stride + (column << 3);
  let largest = abs(load<f64>(at));
  let pivot = column;
  for (let row = column + 1; row < n; row++) {
    at += stride;
    const size = abs(load<f64>(at));
    if (size > largest) {
      largest = size;
      pivot = row;
    }
  }
  return pivot;
}

/** Divides the column below the diagonal by the pivot and updates the panel's columns to its right. */
function eliminate(a: usize, n: usize, column: usize, panelEnd: usize): void {
  const stride = n << 3;
  const source = a + column * stride + (column << 3);
  const pivot = load<f64>(source);
  const count = panelEnd - column - 1;
  let target = source;
  for (let row = column + 1; row < n; row++) {
    target += stride;
    const share = load<f64>(target) / pivot;
    store<f64>(target, share);
    addScaled<f64>(target + 8, -share, source + 8, count);
  }
}

/** Exchanges two rows. */
export function exchange(a: usize, b: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const kept = v128.load(a + at);
    v128.store(a + at, v128.load(b + at));
    v128.store(b + at, kept);
  }
  if (at < bytes) {
    const kept = load<f64>(a + at);
    store<f64>(a + at, load<f64>(b + at));
    store<f64>(b + at, kept);
  }
}

/** Solves A X = B in the place of B, n×m elements at `x`, with the factors of A. */
export function substitute(lu: usize, n: usize, pivots: usize, x: usize, m: usize): void {
  const width = m << 3;
  for (let row: usize = 0; row < n; row++) {
    const pivot = <usize>load<i32>(pivots + (row << 2));
    if (pivot != row) exchange(x + pivot * width, x + row * width, width);
  }
  const workspace = new Workspace<f64>(PANEL, n, m);
  forward(lu, n, x, m, workspace);
  backward(lu, n, x, m, workspace);
}

/** L Y = B. */
function forward(lu: usize, n: usize, x: usize, m: usize, workspace: Workspace<f64>): void {
  const stride = n << 3;
  const width = m << 3;
  for (let start: usize = 0; start < n; start += PANEL) {
    const end = min(start + PANEL, n);
    const rows = lu + start * stride;
    const target = x + start * width;
    subtractKnown(rows, end - start, start, stride, x, target, m, workspace);
    for (let row = start + 1; row < end; row++) {
      for (let k = start; k < row; k++) {
        const share = load<f64>(lu + row * stride + (k << 3));
        addScaled<f64>(x + row * width, -share, x + k * width, m);
      }
    }
  }
}

/** U X = Y. */
function backward(lu: usize, n: usize, x: usize, m: usize, workspace: Workspace<f64>): void {
  const stride = n << 3;
  const width = m << 3;
  for (let end = n; end > 0;) {
    const start = (end - 1) & ~(PANEL - 1);
    const rows = lu + start * stride + (end << 3);
    subtractKnown(rows, end - start, n - end, stride, x + end * width, x + start * width, m, workspace);
    for (let row = end; row-- > start;) {
      for (let k = row + 1; k < end; k++) {
        const share = load<f64>(lu + row * stride + (k << 3));
        addScaled<f64>(x + row * width, -share, x + k * width, m);
      }
      divide(x + row * width, load<f64>(lu + row * stride + (row << 3)), m);
    }
    end = start;
  }
}

/** Takes the part of a panel's equations that is known already to their right-hand sides. */
function subtractKnown(
  rows: usize,
  height: usize,
  known: usize,
  stride: usize,
  x: usize,
  target: usize,
  m: usize,
  workspace: Workspace<f64>,
): void {
  const width = m << 3;
  if (m > 1) {
    workspace.multiply(height, known, m, rows, stride, x, width, target, width, Update.SUBTRACT);
    return;
  }
  for (let row: usize = 0; row < height; row++) {
    const at = target + (row << 3);
    store<f64>(at, load<f64>(at) - dot<f64>(rows + row * stride, x, known));
  }
}

function divide(row: usize, divisor: f64, count: usize): void {
  for (let at = row; at < row + (count << 3); at += 8) store<f64>(at, load<f64>(at) / divisor);
}
