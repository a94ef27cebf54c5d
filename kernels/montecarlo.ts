/**
 * Means by chance: options by Black and Scholes, priced along paths with their mirror images, and π.
 *
 * Chance comes from a seed alone: numbers are made by Philox from the index of the path that meets them. A range of
 * paths can therefore be cut into parts, mapped over the fabric and put together by `estimate`, and gives the same mean
 * to the last bit, however it was cut. Use another seed for another, independent answer.
 */

/* heddle { "timeLimitMs": 60000, "memoryInitialBytes": 2097152 } */
import { Code, fail } from "heddle";
import { checkOption, Option } from "./montecarlo/option";
import { checkRange, COUNT_MAX, Part } from "./montecarlo/path-sums";
import { asianPart, europeanPart, fillNormals, piPart } from "./montecarlo/paths";
import { fillBlocks } from "./montecarlo/philox";

/** A mean and how far to trust it. */
export class Estimate {
  /** The mean over all pairs or points. */
  mean: f64 = 0;
  /** Its standard error: the truth lies within twice this distance in 95 of 100 cases. 0 for a single pair. */
  standardError: f64 = 0;
  /** How many pairs or points were used. */
  count: u64 = 0;
}

/** Most times a mean of an Asian option is taken over. */
const STEPS_MAX: u32 = 4096;
/** Indices end here, so that none wraps around. */
const INDEX_MAX: u64 = 1 << 62;
/** Most normal numbers one call gives: 8 MiB. */
const NORMALS_MAX: u32 = 1048576;
/** Most blocks of the generator one call gives: 8 MiB. */
const BLOCKS_MAX: u32 = 524288;

/**
 * Price of a European option: its discounted payoff, averaged over pairs of a path and its mirror image.
 * @param option the option
 * @param seed chooses the sequence of random numbers
 * @param pairs how many pairs, at least 1; a million take some 20 milliseconds
 * @returns the price, with its standard error
 */
export function european(option: Option, seed: u64, pairs: u32): Estimate {
  return estimateOf(europeanSums(option, seed, 0, pairs));
}

/**
 * A part of the work of `european`, to be mapped over ranges of pairs and put together by `estimate`.
 * @param option the option, the same in all parts
 * @param seed chooses the sequence of random numbers, the same in all parts
 * @param first index of the first pair, below 2^62
 * @param pairs how many pairs, at least 1
 * @returns sums over the pairs first … first + pairs - 1
 */
export function europeanSums(option: Option, seed: u64, first: u64, pairs: u32): Part {
  checkOption(option);
  checkRangeOf("pairs", first, pairs);
  return europeanPart(option, seed, first, pairs);
}

/**
 * Price of an Asian option: one on the arithmetic mean of the prices at equally spaced times up to expiry.
 * @param option the option
 * @param steps how many times the mean is taken over, 1 to 4096; the first is years / steps from now
 * @param seed chooses the sequence of random numbers
 * @param pairs how many pairs, at least 1
 * @returns the price, with its standard error
 */
export function asian(option: Option, steps: u32, seed: u64, pairs: u32): Estimate {
  return estimateOf(asianSums(option, steps, seed, 0, pairs));
}

/**
 * A part of the work of `asian`, to be mapped over ranges of pairs and put together by `estimate`.
 * @param option the option, the same in all parts
 * @param steps how many times the mean is taken over, 1 to 4096
 * @param seed chooses the sequence of random numbers, the same in all parts
 * @param first index of the first pair, below 2^62
 * @param pairs how many pairs, at least 1
 * @returns sums over the pairs first … first + pairs - 1
 */
export function asianSums(option: Option, steps: u32, seed: u64, first: u64, pairs: u32): Part {
  checkOption(option);
  checkRangeOf("pairs", first, pairs);
  if (steps < 1 || steps > STEPS_MAX) {
    fail(Code.INVALID_ARGUMENT, "steps must be from 1 to 4096, not " + steps.toString());
  }
  return asianPart(option, steps, seed, first, pairs);
}

/**
 * π from the share of random points of a square that lie within a quarter of a circle.
 * @param seed chooses the sequence of random numbers
 * @param points how many points, at least 1
 * @returns about π, with its standard error
 */
export function pi(seed: u64, points: u32): Estimate {
  return estimateOf(piSums(seed, 0, points));
}

/**
 * A part of the work of `pi`, to be mapped over ranges of points and put together by `estimate`.
 * @param seed chooses the sequence of random numbers, the same in all parts
 * @param first index of the first point, below 2^62
 * @param points how many points, at least 1
 * @returns sums over the points first … first + points - 1
 */
export function piSums(seed: u64, first: u64, points: u32): Part {
  checkRangeOf("points", first, points);
  return piPart(seed, first, points);
}

/**
 * Puts parts together. Whatever the parts and their order, the same pairs give the same bits.
 * @param parts of one sequence; at least 1, in any order, none overlapping another, 2^32 pairs or points at most
 * @returns mean and standard error over all of them
 */
export function estimate(parts: Array<Part>): Estimate {
  if (parts.length == 0) fail(Code.INVALID_ARGUMENT, "parts must not be empty");
  parts.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const total = new Part();
  total.scale = unchecked(parts[0]).scale;
  let end: u64 = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = unchecked(parts[i]);
    if (part.scale != total.scale) {
      fail(Code.INVALID_ARGUMENT, "parts belong to different options: their scales differ");
    }
    if (i > 0 && part.first < end) {
      fail(Code.INVALID_ARGUMENT, "two parts overlap at index " + part.first.toString());
    }
    if (part.count > COUNT_MAX || part.first > INDEX_MAX) {
      fail(
        Code.INVALID_ARGUMENT,
        "a part of " + part.count.toString() + " at " + part.first.toString() + " is too large",
      );
    }
    end = part.first + part.count;
    total.count += part.count;
    total.sum += part.sum;
    total.sumLow += part.sumLow;
    total.squares += part.squares;
    total.squaresLow += part.squaresLow;
    if (total.count > COUNT_MAX) {
      fail(Code.INVALID_ARGUMENT, "parts must have at most 4294967296 pairs or points in all");
    }
  }
  if (total.count == 0) fail(Code.INVALID_ARGUMENT, "parts must have at least 1 pair or point in all");
  checkRange(total);
  return estimateOf(total);
}

/**
 * Normal random numbers: those that the pairs of `europeanSums` meet.
 * @param seed chooses the sequence
 * @param first index of the first number, below 2^62
 * @param count how many, 1 to 1048576
 * @returns numbers first … first + count - 1 of the sequence
 */
export function normals(seed: u64, first: u64, count: u32): StaticArray<f64> {
  checkRangeOf("count", first, count);
  if (count > NORMALS_MAX) {
    fail(Code.INVALID_ARGUMENT, "count must be from 1 to 1048576, not " + count.toString());
  }
  const values = new StaticArray<f64>(count);
  fillNormals(seed, first, values);
  return values;
}

/**
 * Blocks of the generator, Philox 4x32-10, for those who want numbers of their own.
 * @param counter four words, the lowest first: which block comes first; the next ones have the numbers that follow
 * @param seed the key: its low word is the first
 * @param blocks how many blocks, at most 524288; 0 for one
 * @returns four random words for each block
 */
export function philox(counter: StaticArray<u32>, seed: u64, blocks: u32): StaticArray<u32> {
  if (counter.length != 4) {
    fail(Code.INVALID_ARGUMENT, "counter must have 4 words, not " + counter.length.toString());
  }
  if (blocks > BLOCKS_MAX) {
    fail(Code.INVALID_ARGUMENT, "blocks must be at most 524288, not " + blocks.toString());
  }
  const words = new StaticArray<u32>(4 * max(1, blocks));
  fillBlocks(counter, seed, words);
  return words;
}

function estimateOf(part: Part): Estimate {
  const estimate = new Estimate();
  const n = <f64>part.count;
  const mean = (part.sum + part.sumLow) / n;
  estimate.count = part.count;
  estimate.mean = mean * part.scale;
  if (part.count > 1) {
    const variance = ((part.squares + part.squaresLow) / n - mean * mean) / (n - 1);
    estimate.standardError = sqrt(max(0, variance)) * part.scale;
  }
  return estimate;
}

function checkRangeOf(name: string, first: u64, count: u32): void {
  if (count == 0) fail(Code.INVALID_ARGUMENT, name + " must be at least 1, not 0");
  if (first > INDEX_MAX) {
    fail(Code.INVALID_ARGUMENT, "first must be at most 2^62, not " + first.toString());
  }
}
