/** Arithmetic without rounding, to compare floating-point results with. */

/** A quotient of whole numbers. */
export interface Fraction {
  times(by: Fraction): Fraction;
  over(by: Fraction): Fraction;
  minus(by: Fraction): Fraction;
  /** The nearest double, or one beside it. */
  toNumber(): number;
  readonly top: bigint;
  readonly bottom: bigint;
}

/** A whole number as a fraction. */
export function fractionOf(value: number): Fraction {
  return fraction(BigInt(value), 1n);
}

function fraction(top: bigint, bottom: bigint): Fraction {
  return {
    top,
    bottom,
    times: (by) => fraction(top * by.top, bottom * by.bottom),
    over: (by) => fraction(top * by.bottom, bottom * by.top),
    minus: (by) => fraction(top * by.bottom - by.top * bottom, bottom * by.bottom),
    toNumber: () => Number((top << 200n) / bottom) / 2 ** 200,
  };
}

/** The sum of products of doubles between 2^-300 and 2^300, rounded once. */
export function exactSum(terms: readonly (readonly [number, number])[]): number {
  let sum = 0n;
  for (const [x, y] of terms) sum += scaled(x) * scaled(y);
  return rounded(sum);
}

/** Every double in question is a whole multiple of this power of two. */
const scale = 360;

function scaled(value: number): bigint {
  if (value === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(value))) - 60;
  return BigInt(value * 2 ** -exponent) << BigInt(exponent + scale);
}

function rounded(sum: bigint): number {
  const size = sum < 0n ? -sum : sum;
  const shift = Math.max(0, size.toString(2).length - 64);
  return Number(sum >> BigInt(shift)) * 2 ** (shift - 2 * scale);
}
