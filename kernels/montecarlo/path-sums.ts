/**
 * Sums that come out the same to the last bit, however a range of paths is cut and in whatever order the parts are
 * added. Each number is cut at a fixed grid into a high and a low part, the low part is rounded to a finer grid, and
 * both are added up by themselves: sums of whole multiples of a grid are exact while they fit 53 bits. The grids leave
 * room for 2^32 numbers whose mean is about 1; rounding to the fine one changes a number by less than 10^-12, and a
 * square by less than 10^-9. (The idea is that of J. Demmel, H. D. Nguyen, Fast reproducible floating-point
 * summation, ARITH 2013.)
 */
import { Code, fail } from "heddle";

/** 1.5 · 2^52 times a grid: adding and subtracting it rounds to the grid. */
const ROUNDER: f64 = 6755399441055744;
const VALUE_GRID: f64 = 1.0 / 131072;
const SQUARE_GRID: f64 = 1.0 / 256;
const FINER: f64 = 1.0 / 4194304;
/** Most numbers that may be added up. */
export const COUNT_MAX: u64 = 4294967296;
/** Above these the high parts could no longer be exact. */
const SUM_MAX: f64 = 17179869184;
const SQUARES_MAX: f64 = 8796093022208;

/** What some paths add up to. Parts of one sequence can be added field by field, in any order, without rounding. */
export class Part {
  /** Index of the first pair or point. */
  first: u64 = 0;
  /** How many there are. */
  count: u64 = 0;
  /** What the sums are to be multiplied with, and the squares twice; a power of two. */
  scale: f64 = 1;
  /** Sum of the outcomes, the larger share. */
  sum: f64 = 0;
  /** Sum of the outcomes, the rest. */
  sumLow: f64 = 0;
  /** Sum of the squared outcomes, the larger share. */
  squares: f64 = 0;
  /** Sum of the squared outcomes, the rest. */
  squaresLow: f64 = 0;
}

/** The smallest power of two that is not below a number. */
export function powerOfTwo(value: f64): f64 {
  let power: f64 = 1;
  while (power < value) power *= 2;
  while (power >= 2 * value) power /= 2;
  return power;
}

/** Adds `count` outcomes, already divided by the scale. */
export function addOutcomes(part: Part, outcomes: usize, count: i32): void {
  let sum = f64x2.splat(0);
  let sumLow = f64x2.splat(0);
  let squares = f64x2.splat(0);
  let squaresLow = f64x2.splat(0);
  for (let i = 0; i < count; i += 2) {
    const at = outcomes + ((<usize>i) << 3);
    // A last single one has a zero for company, which adds nothing.
    const y = i + 1 < count ? v128.load(at) : v128.load64_zero(at);
    const y2 = f64x2.mul(y, y);
    const high = onGrid(y, VALUE_GRID);
    const high2 = onGrid(y2, SQUARE_GRID);
    sum = f64x2.add(sum, high);
    sumLow = f64x2.add(sumLow, onGrid(f64x2.sub(y, high), VALUE_GRID * FINER));
    squares = f64x2.add(squares, high2);
    squaresLow = f64x2.add(squaresLow, onGrid(f64x2.sub(y2, high2), SQUARE_GRID * FINER));
  }
  part.sum += bothOf(sum);
  part.sumLow += bothOf(sumLow);
  part.squares += bothOf(squares);
  part.squaresLow += bothOf(squaresLow);
}

/** Ends the call when a sum is too large to be exact, or no number. */
export function checkRange(part: Part): void {
  const fits = part.sum < SUM_MAX && part.squares < SQUARES_MAX;
  if (!fits) fail(Code.OUT_OF_RANGE, "the outcomes spread too widely for exact sums; lower the volatility");
}

function onGrid(value: v128, grid: f64): v128 {
  const rounder = f64x2.splat(ROUNDER * grid);
  return f64x2.sub(f64x2.add(value, rounder), rounder);
}

function bothOf(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}
