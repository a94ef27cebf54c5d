/** Sums of products along rows, four rows at a time so that four sums are under way at once. */
import { lanes, multiplyAdd, sumOf } from "./lanes";

/** Writes the product of a matrix of rows × cols elements at `a` and the vector at `x` to `to`. */
export function multiplyVector<T>(a: usize, rows: usize, cols: usize, x: usize, to: usize): void {
  const stride = cols * sizeof<T>();
  let row: usize = 0;
  for (; row + 4 <= rows; row += 4) {
    multiplyFourRows<T>(a + row * stride, stride, cols, x, to + row * sizeof<T>());
  }
  for (; row < rows; row++) store<T>(to + row * sizeof<T>(), dot<T>(a + row * stride, x, cols));
}

function multiplyFourRows<T>(row0: usize, stride: usize, cols: usize, x: usize, to: usize): void {
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  let sum0 = v128.splat<T>(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  const whole = (cols & ~(lanes<T>() - 1)) * sizeof<T>();
  for (let at: usize = 0; at < whole; at += 16) {
    const factor = v128.load(x + at);
    sum0 = multiplyAdd<T>(v128.load(row0 + at), factor, sum0);
    sum1 = multiplyAdd<T>(v128.load(row1 + at), factor, sum1);
    sum2 = multiplyAdd<T>(v128.load(row2 + at), factor, sum2);
    sum3 = multiplyAdd<T>(v128.load(row3 + at), factor, sum3);
  }
  let rest0 = sumOf<T>(sum0);
  let rest1 = sumOf<T>(sum1);
  let rest2 = sumOf<T>(sum2);
  let rest3 = sumOf<T>(sum3);
  for (let at = whole; at < stride; at += sizeof<T>()) {
    const factor = load<T>(x + at);
    rest0 += load<T>(row0 + at) * factor;
    rest1 += load<T>(row1 + at) * factor;
    rest2 += load<T>(row2 + at) * factor;
    rest3 += load<T>(row3 + at) * factor;
  }
  store<T>(to, rest0);
  store<T>(to, rest1, sizeof<T>());
  store<T>(to, rest2, 2 * sizeof<T>());
  store<T>(to, rest3, 3 * sizeof<T>());
}

/** Sum of the products of two runs of elements. */
export function dot<T>(a: usize, b: usize, count: usize): T {
  let sum = v128.splat<T>(0);
  const whole = (count & ~(lanes<T>() - 1)) * sizeof<T>();
  for (let at: usize = 0; at < whole; at += 16)
    sum = multiplyAdd<T>(v128.load(a + at), v128.load(b + at), sum);
  let rest = sumOf<T>(sum);
  for (let at = whole; at < count * sizeof<T>(); at += sizeof<T>()) rest += load<T>(a + at) * load<T>(b + at);
  return rest;
}

/** Adds `factor` times the run at `from` to the run at `to`. */
export function addScaled<T>(to: usize, factor: T, from: usize, count: usize): void {
  const scale = v128.splat<T>(factor);
  const whole = (count & ~(lanes<T>() - 1)) * sizeof<T>();
  for (let at: usize = 0; at < whole; at += 16) {
    v128.store(to + at, multiplyAdd<T>(scale, v128.load(from + at), v128.load(to + at)));
  }
  for (let at = whole; at < count * sizeof<T>(); at += sizeof<T>()) {
    store<T>(to + at, load<T>(to + at) + factor * load<T>(from + at));
  }
}
