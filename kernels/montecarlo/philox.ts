/**
 * Philox 4x32-10: a generator without state. Ten rounds of multiplying turn a counter of four words and a key of two
 * into four words that pass for random, so number i of a sequence costs the same whether or not the ones before it
 * were asked for. A range of paths can be cut anywhere, and each path still meets the same numbers.
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
 */

const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;
const ROUNDS: i32 = 10;
/** The same in memory: a vector that was loaded stays in a register, one of a number in the code is made for every use. */
const CONSTANTS: usize = memory.data<u32>([0xd2511f53, 0xcd9e8d57, 0x9e3779b9, 0xbb67ae85]);

/** Blocks that `fourBlocks` makes at once, and 64-bit words in them. */
export const BLOCKS: i32 = 4;
export const WORDS: i32 = 8;

/** The blocks of a counter of four words and those that follow it, until `words` is full. */
export function fillBlocks(counter: StaticArray<u32>, seed: u64, words: StaticArray<u32>): void {
  let low = (<u64>counter[1] << 32) | <u64>counter[0];
  let high = (<u64>counter[3] << 32) | <u64>counter[2];
  let to = changetype<usize>(words);
  const end = to + ((<usize>words.length) << 2);
  while (to < end) {
    if (end - to >= 128 && <u32>low <= <u32>-8) {
      eightBlocks(low, <u32>high, <u32>(high >> 32), seed, to);
      to += 128;
      low += 8;
    } else {
      store<u64>(to, low);
      store<u64>(to, high, 8);
      blockAt(to, seed);
      to += 16;
      low++;
    }
    if (low == 0) high++;
  }
}

/** One block: the counter in `words` (4) is replaced by what it gives under the key. */
export function block(words: StaticArray<u32>, seed: u64): void {
  blockAt(changetype<usize>(words), seed);
}

function blockAt(words: usize, seed: u64): void {
  let c0 = load<u32>(words);
  let c1 = load<u32>(words, 4);
  let c2 = load<u32>(words, 8);
  let c3 = load<u32>(words, 12);
  let k0 = <u32>seed;
  let k1 = <u32>(seed >> 32);
  for (let round = 0; round < ROUNDS; round++) {
    const p0 = <u64>MULTIPLIER_0 * <u64>c0;
    const p1 = <u64>MULTIPLIER_1 * <u64>c2;
    c0 = (<u32>(p1 >> 32)) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = (<u32>(p0 >> 32)) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += KEY_STEP_0;
    k1 += KEY_STEP_1;
  }
  store<u32>(words, c0);
  store<u32>(words, c1, 4);
  store<u32>(words, c2, 8);
  store<u32>(words, c3, 12);
}

/**
 * Four blocks side by side: those of the counters (n, n >> 32, third, fourth) for n = first … first + 3, where the
 * lower half of first is at most 2^32 - 4. Writes eight 64-bit words, two for each block.
 */
export function fourBlocks(first: u64, third: u32, fourth: u32, seed: u64, to: usize): void {
  const m0 = v128.load32_splat(CONSTANTS);
  const m1 = v128.load32_splat(CONSTANTS, 4);
  const step0 = v128.load32_splat(CONSTANTS, 8);
  const step1 = v128.load32_splat(CONSTANTS, 12);
  let k0 = i32x4.splat(<u32>seed);
  let k1 = i32x4.splat(<u32>(seed >> 32));
  let c0 = i32x4.add(i32x4.splat(<u32>first), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(<u32>(first >> 32));
  let c2 = i32x4.splat(third);
  let c3 = i32x4.splat(fourth);
  for (let round = 0; round < ROUNDS; round++) {
    const next = v128.xor(v128.xor(upper(c2, m1), c1), k0);
    c1 = lower(c2, m1);
    c2 = v128.xor(v128.xor(upper(c0, m0), c3), k1);
    c3 = lower(c0, m0);
    c0 = next;
    k0 = i32x4.add(k0, step0);
    k1 = i32x4.add(k1, step1);
  }
  put(to, c0, c1, c2, c3);
}

/** Eight blocks in the same way, where the lower half of first is at most 2^32 - 8: a round waits less for the one before. */
export function eightBlocks(first: u64, third: u32, fourth: u32, seed: u64, to: usize): void {
  const m0 = v128.load32_splat(CONSTANTS);
  const m1 = v128.load32_splat(CONSTANTS, 4);
  const step0 = v128.load32_splat(CONSTANTS, 8);
  const step1 = v128.load32_splat(CONSTANTS, 12);
  let k0 = i32x4.splat(<u32>seed);
  let k1 = i32x4.splat(<u32>(seed >> 32));
  let c0 = i32x4.add(i32x4.splat(<u32>first), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(<u32>(first >> 32));
  let c2 = i32x4.splat(third);
  let c3 = i32x4.splat(fourth);
  let d0 = i32x4.add(c0, i32x4.splat(4));
  let d1 = c1;
  let d2 = c2;
  let d3 = c3;
  for (let round = 0; round < ROUNDS; round++) {
    const c = v128.xor(v128.xor(upper(c2, m1), c1), k0);
    const d = v128.xor(v128.xor(upper(d2, m1), d1), k0);
    c1 = lower(c2, m1);
    d1 = lower(d2, m1);
    c2 = v128.xor(v128.xor(upper(c0, m0), c3), k1);
    d2 = v128.xor(v128.xor(upper(d0, m0), d3), k1);
    c3 = lower(c0, m0);
    d3 = lower(d0, m0);
    c0 = c;
    d0 = d;
    k0 = i32x4.add(k0, step0);
    k1 = i32x4.add(k1, step1);
  }
  put(to, c0, c1, c2, c3);
  put(to + 64, d0, d1, d2, d3);
}

/** Lower words of four products. */
// @ts-ignore: decorator
@inline
function lower(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 0, 2, 4, 6);
}

/** Upper words of four products. */
// @ts-ignore: decorator
@inline
function upper(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7);
}

/** Writes four blocks of four words, given as four words of four blocks. */
// @ts-ignore: decorator
@inline
function put(to: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
  const c = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(a, c, 0, 2), 0);
  v128.store(to, v128.shuffle<i64>(a, c, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(b, d, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(b, d, 1, 3), 48);
}
