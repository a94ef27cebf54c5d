/**
 * The paths themselves. A pair is a path and its mirror image, made from the same numbers with the other sign; the
 * outcome of a pair is the mean of both, discounted.
 *
 * Which numbers pair i meets (third and fourth are words of the Philox counter, the seed is its key):
 * - European: half i mod 2 of block i / 2, third 0, fourth 0;
 * - Asian, step s: half s mod 2 of block i, third s / 2, fourth 1;
 * - a point for π: the two halves of block i, third 0, fourth 2.
 */
import { exponential } from "./exponential";
import { Normals } from "./normal";
import { Option, scaleOf, Side } from "./option";
import { addOutcomes, checkRange, Part } from "./path-sums";
import { BLOCKS, eightBlocks, fourBlocks, WORDS } from "./philox";

const EUROPEAN: u32 = 0;
const ASIAN: u32 = 1;
const POINTS: u32 = 2;
/** Numbers made in one go: they stay in the nearest cache. */
const PASS: i32 = 512;
/** Numbers in eight blocks. */
const STRIDE: i32 = 2 * WORDS;

/** Normal numbers first … first + count of the sequence that European pairs meet. */
export function fillNormals(seed: u64, first: u64, to: StaticArray<f64>): void {
  const normals = new Normals(PASS);
  const count = to.length;
  let done = 0;
  while (done < count) {
    const skip = drawEuropean(normals, seed, first + done);
    const some = min(PASS - skip, count - done);
    memory.copy(
      changetype<usize>(to) + ((<usize>done) << 3),
      changetype<usize>(normals.values) + ((<usize>skip) << 3),
      (<usize>some) << 3,
    );
    done += some;
  }
}

/** Makes a pass of numbers that holds number `index`; gives its place in the pass. */
function drawEuropean(normals: Normals, seed: u64, index: u64): i32 {
  const start = index & ~(<u64>STRIDE - 1);
  const to = changetype<usize>(normals.values);
  for (let i = 0; i < PASS; i += STRIDE) {
    eightBlocks((start + i) >> 1, 0, EUROPEAN, seed, to + ((<usize>i) << 3));
  }
  normals.transform(PASS);
  return <i32>(index - start);
}

/** The pairs of a European option. */
export function europeanPart(option: Option, seed: u64, first: u64, count: u32): Part {
  const part = newPart(first, count, scaleOf(option));
  const sign: f64 = option.side == Side.Put ? -1 : 1;
  const spread = f64x2.splat(option.volatility * sqrt(option.years));
  const forward = f64x2.splat(sign * option.spot * growthOver(option, option.years));
  const strike = f64x2.splat(sign * option.strike);
  const weight = f64x2.splat((0.5 * Math.exp(-option.rate * option.years)) / part.scale);
  const normals = new Normals(PASS);
  const values = changetype<usize>(normals.values);
  let done: u64 = 0;
  while (done < count) {
    const skip = drawEuropean(normals, seed, first + done);
    const some = <i32>min<u64>(PASS - skip, count - done);
    for (let i = 0; i < PASS; i += 2) {
      const at = values + ((<usize>i) << 3);
      const factor = exponential(f64x2.mul(spread, v128.load(at)));
      const up = gain(f64x2.mul(forward, factor), strike);
      const down = gain(f64x2.div(forward, factor), strike);
      v128.store(at, f64x2.mul(f64x2.add(up, down), weight));
    }
    addOutcomes(part, values + ((<usize>skip) << 3), some);
    done += some;
  }
  checkRange(part);
  return part;
}

/** The pairs of an option on the mean of the prices at `steps` equally spaced times, the last of which is expiry. */
export function asianPart(option: Option, steps: u32, seed: u64, first: u64, count: u32): Part {
  const part = newPart(first, count, scaleOf(option));
  const sign: f64 = option.side == Side.Put ? -1 : 1;
  const interval = option.years / steps;
  const spread = f64x2.splat(option.volatility * sqrt(interval));
  const growth = f64x2.splat(growthOver(option, interval));
  const start = f64x2.splat((sign * option.spot) / steps);
  const strike = f64x2.splat(sign * option.strike);
  const weight = f64x2.splat((0.5 * Math.exp(-option.rate * option.years)) / part.scale);
  const blocks = (steps + 1) >> 1;
  const normals = new Normals(blocks * WORDS);
  const outcomes = memory.data(32);
  let done: u64 = 0;
  while (done < count) {
    const group = (first + done) & ~(<u64>BLOCKS - 1);
    for (let i: u32 = 0; i < blocks; i++) {
      const to = changetype<usize>(normals.values) + ((<usize>i) << 6);
      fourBlocks(group, i, ASIAN, seed, to);
      byStep(to);
    }
    normals.transform(blocks * WORDS);
    for (let half: usize = 0; half < 32; half += 16) {
      let at = changetype<usize>(normals.values) + half;
      let up = start;
      let down = start;
      let upSum = f64x2.splat(0);
      let downSum = f64x2.splat(0);
      for (let step: u32 = 0; step < steps; step++) {
        const factor = exponential(f64x2.mul(spread, v128.load(at)));
        up = f64x2.mul(up, f64x2.mul(growth, factor));
        down = f64x2.mul(down, f64x2.div(growth, factor));
        upSum = f64x2.add(upSum, up);
        downSum = f64x2.add(downSum, down);
        at += 32;
      }
      const both = f64x2.add(gain(upSum, strike), gain(downSum, strike));
      v128.store(outcomes + half, f64x2.mul(both, weight));
    }
    const skip = <i32>(first + done - group);
    const some = <i32>min<u64>(BLOCKS - skip, count - done);
    addOutcomes(part, outcomes + ((<usize>skip) << 3), some);
    done += some;
  }
  checkRange(part);
  return part;
}

/** Points of the unit square; those within 1 of a corner count 4, the others nothing. */
export function piPart(seed: u64, first: u64, count: u32): Part {
  const part = newPart(first, count, 4);
  const words = memory.data(64, 16);
  const end = first + count;
  let hits: u64 = 0;
  for (let group = first & ~(<u64>BLOCKS - 1); group < end; group += BLOCKS) {
    fourBlocks(group, 0, POINTS, seed, words);
    const inside = hitsOf(words) | (hitsOf(words + 32) << 2);
    // In the first and the last group, some may not be asked for.
    const before = group < first ? <i32>(first - group) : 0;
    const after = end - group < 4 ? 4 - <i32>(end - group) : 0;
    const wanted = (15 << before) & (15 >> after);
    hits += popcnt<i32>(inside & wanted);
  }
  part.sum = <f64>hits;
  part.squares = <f64>hits;
  return part;
}

/** Bits of which of two points are hits. */
function hitsOf(at: usize): i32 {
  const first = square(v128.load(at));
  const second = square(v128.load(at, 16));
  const sums = f64x2.add(v128.shuffle<i64>(first, second, 0, 2), v128.shuffle<i64>(first, second, 1, 3));
  return i64x2.bitmask(f64x2.le(sums, f64x2.splat(1)));
}

function square(words: v128): v128 {
  const fraction = v128.or(i64x2.shr_u(words, 12), i64x2.splat(0x3ff0000000000000));
  const u = f64x2.sub(fraction, f64x2.splat(1 - 1.1102230246251565e-16));
  return f64x2.mul(u, u);
}

/** Four blocks of two steps each become two steps of four pairs each. */
function byStep(at: usize): void {
  const a = v128.load(at, 0);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  v128.store(at, v128.shuffle<i64>(a, b, 0, 2), 0);
  v128.store(at, v128.shuffle<i64>(c, d, 0, 2), 16);
  v128.store(at, v128.shuffle<i64>(a, b, 1, 3), 32);
  v128.store(at, v128.shuffle<i64>(c, d, 1, 3), 48);
}

/** What the holder gains; prices and strike have the sign of the side. */
function gain(price: v128, strike: v128): v128 {
  return f64x2.pmax(f64x2.splat(0), f64x2.sub(price, strike));
}

/** By what the price grows over some time when nothing happens by chance. */
function growthOver(option: Option, years: f64): f64 {
  const variance = option.volatility * option.volatility;
  return Math.exp((option.rate - option.dividend - 0.5 * variance) * years);
}

function newPart(first: u64, count: u64, scale: f64): Part {
  const part = new Part();
  part.first = first;
  part.count = count;
  part.scale = scale;
  return part;
}
