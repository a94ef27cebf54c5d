/**
 * e^x for two numbers at once: x = n ln 2 + r with |r| ≤ ln 2 / 2, e^r by its series up to r^13 (what is left out is
 * below 2^-57), 2^n by adding n to the exponent. For |x| ≤ 700; good to 2 units in the last place.
 */

/** 1.5 · 2^52: adding it rounds to a whole number, which then stands in the low bits. */
const ROUNDER: f64 = 6755399441055744;
const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts; n times the first is exact. */
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/** 1 / n! for n from 13 down: in memory, from where a vector of one is a single instruction. */
const INVERSES: usize = memory.data<f64>([
  1.0 / 6227020800,
  1.0 / 479001600,
  1.0 / 39916800,
  1.0 / 3628800,
  1.0 / 362880,
  1.0 / 40320,
  1.0 / 5040,
  1.0 / 720,
  1.0 / 120,
  1.0 / 24,
  1.0 / 6,
  0.5,
  1,
]);

export function exponential(x: v128): v128 {
  const rounded = f64x2.add(f64x2.mul(x, f64x2.splat(LOG2_E)), f64x2.splat(ROUNDER));
  const n = f64x2.sub(rounded, f64x2.splat(ROUNDER));
  const high = f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(high, f64x2.mul(n, f64x2.splat(LN2_LOW)));
  const s = f64x2.mul(r, r);
  // Even and odd powers apart: two short chains instead of a long one.
  let even = step(v128.load64_splat(INVERSES, 24), s, v128.load64_splat(INVERSES, 8));
  even = step(v128.load64_splat(INVERSES, 40), s, even);
  even = step(v128.load64_splat(INVERSES, 56), s, even);
  even = step(v128.load64_splat(INVERSES, 72), s, even);
  even = step(v128.load64_splat(INVERSES, 88), s, even);
  even = step(v128.load64_splat(INVERSES, 96), s, even);
  let odd = step(v128.load64_splat(INVERSES, 16), s, v128.load64_splat(INVERSES));
  odd = step(v128.load64_splat(INVERSES, 32), s, odd);
  odd = step(v128.load64_splat(INVERSES, 48), s, odd);
  odd = step(v128.load64_splat(INVERSES, 64), s, odd);
  odd = step(v128.load64_splat(INVERSES, 80), s, odd);
  odd = step(v128.load64_splat(INVERSES, 96), s, odd);
  const power = f64x2.add(even, f64x2.mul(r, odd));
  return i64x2.add(power, i64x2.shl(rounded, 52));
}

function step(c: v128, s: v128, rest: v128): v128 {
  return f64x2.add(c, f64x2.mul(s, rest));
}
