/**
 * From random bits to normal numbers by the inverse of the normal distribution: M. J. Wichura, Algorithm AS 241: the
 * percentage points of the normal distribution, Applied Statistics 37 (1988), PPND16, good to 1 part in 10^16.
 *
 * A word w stands for u = (k + 1/2) / 2^52 with k its upper 52 bits, so u is never 0 or 1 and as often above 1/2 as
 * below. 85 of 100 numbers lie where one rational function serves; two of those are done at once. The others are put
 * on a list without a branch, since nobody could predict it, and done after.
 */

/** Half of the width of the middle. */
const MIDDLE: f64 = 0.425;

/** Room for the numbers of one pass and the list of those that are left for later. */
export class Normals {
  /** The words, then the numbers. */
  readonly values: StaticArray<f64>;
  private tails: StaticArray<u32>;
  private offsets: StaticArray<f64>;

  /** For so many numbers at most, an even number. */
  constructor(capacity: i32) {
    this.values = new StaticArray<f64>(capacity);
    // One more than there can be: the list is written first and counted then.
    this.tails = new StaticArray<u32>(capacity + 2);
    this.offsets = new StaticArray<f64>(capacity + 2);
  }

  /** Turns the first `count` words, an even number, into normal numbers. */
  transform(count: i32): void {
    const values = changetype<usize>(this.values);
    const tails = changetype<usize>(this.tails);
    const offsets = changetype<usize>(this.offsets);
    const one = i64x2.splat(0x3ff0000000000000);
    let tailCount: usize = 0;
    for (let i = 0; i < count; i += 2) {
      const at = values + ((<usize>i) << 3);
      const fraction = v128.or(i64x2.shr_u(v128.load(at), 12), one);
      // u - 1/2, without rounding.
      const q = f64x2.sub(fraction, f64x2.splat(1.5 - 1.1102230246251565e-16));
      v128.store(at, middle(q));
      const outside = i64x2.bitmask(f64x2.gt(f64x2.abs(q), f64x2.splat(MIDDLE)));
      store<u32>(tails + (tailCount << 2), i);
      store<f64>(offsets + (tailCount << 3), f64x2.extract_lane(q, 0));
      tailCount += outside & 1;
      store<u32>(tails + (tailCount << 2), i + 1);
      store<f64>(offsets + (tailCount << 3), f64x2.extract_lane(q, 1));
      tailCount += outside >> 1;
    }
    for (let i: usize = 0; i < tailCount; i++) {
      const at = values + ((<usize>load<u32>(tails + (i << 2))) << 3);
      store<f64>(at, tail(load<f64>(offsets + (i << 3))));
    }
  }
}

/**
 * Coefficients of the middle, from the highest power down: eight above and eight below the line. They lie in memory,
 * since a vector of a number in the code takes three instructions to make, and one of a number in memory takes one.
 */
const ABOVE: usize = memory.data<f64>([
  2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
  1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
]);
const BELOW: usize = memory.data<f64>([
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
  5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
]);

/** c + x d */
function next(c: v128, x: v128, d: v128): v128 {
  return f64x2.add(c, f64x2.mul(x, d));
}

function middle(q: v128): v128 {
  const r = f64x2.sub(f64x2.splat(0.180625), f64x2.mul(q, q));
  let a = next(v128.load64_splat(ABOVE, 8), r, v128.load64_splat(ABOVE));
  a = next(v128.load64_splat(ABOVE, 16), r, a);
  a = next(v128.load64_splat(ABOVE, 24), r, a);
  a = next(v128.load64_splat(ABOVE, 32), r, a);
  a = next(v128.load64_splat(ABOVE, 40), r, a);
  a = next(v128.load64_splat(ABOVE, 48), r, a);
  a = next(v128.load64_splat(ABOVE, 56), r, a);
  let b = next(v128.load64_splat(BELOW, 8), r, v128.load64_splat(BELOW));
  b = next(v128.load64_splat(BELOW, 16), r, b);
  b = next(v128.load64_splat(BELOW, 24), r, b);
  b = next(v128.load64_splat(BELOW, 32), r, b);
  b = next(v128.load64_splat(BELOW, 40), r, b);
  b = next(v128.load64_splat(BELOW, 48), r, b);
  b = next(v128.load64_splat(BELOW, 56), r, b);
  return f64x2.div(f64x2.mul(q, a), b);
}

function tail(q: f64): f64 {
  const root = sqrt(-Math.log(0.5 - abs(q)));
  return copysign(root <= 5 ? near(root - 1.6) : far(root - 5), q);
}

function near(r: f64): f64 {
  let a: f64 = 7.7454501427834140764e-4;
  a = 2.27238449892691845833e-2 + r * a;
  a = 2.4178072517745061177e-1 + r * a;
  a = 1.27045825245236838258 + r * a;
  a = 3.64784832476320460504 + r * a;
  a = 5.7694972214606914055 + r * a;
  a = 4.6303378461565452959 + r * a;
  a = 1.42343711074968357734 + r * a;
  let b: f64 = 1.05075007164441684324e-9;
  b = 5.475938084995344946e-4 + r * b;
  b = 1.51986665636164571966e-2 + r * b;
  b = 1.4810397642748007459e-1 + r * b;
  b = 6.8976733498510000455e-1 + r * b;
  b = 1.6763848301838038494 + r * b;
  b = 2.05319162663775882187 + r * b;
  return a / (1 + r * b);
}

function far(r: f64): f64 {
  let a: f64 = 2.01033439929228813265e-7;
  a = 2.71155556874348757815e-5 + r * a;
  a = 1.2426609473880784386e-3 + r * a;
  a = 2.6532189526576123093e-2 + r * a;
  a = 2.9656057182850489123e-1 + r * a;
  a = 1.7848265399172913358 + r * a;
  a = 5.4637849111641143699 + r * a;
  a = 6.6579046435011037772 + r * a;
  let b: f64 = 2.04426310338993978564e-15;
  b = 1.4215117583164458887e-7 + r * b;
  b = 1.8463183175100546818e-5 + r * b;
  b = 7.868691311456132591e-4 + r * b;
  b = 1.48753612908506148525e-2 + r * b;
  b = 1.3692988092273580531e-1 + r * b;
  b = 5.9983220655588793769e-1 + r * b;
  return a / (1 + r * b);
}
