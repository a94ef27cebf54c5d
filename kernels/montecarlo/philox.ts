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

/** Blocks that `fourBlocks` makes at once, and 64-bit words in them. */
export const BLOCKS: i32 = 4;
export const WORDS: i32 = 8;

/** One block: the counter in `words` (4) is replaced by what it gives under the key. */
export function block(words: StaticArray<u32>, seed: u64): void {
  let c0 = words[0];
  let c1 = words[1];
  let c2 = words[2];
  let c3 = words[3];
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
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/**
 * Four blocks side by side: those of the counters (n, n >> 32, third, fourth) for n = first … first + 3, where first
 * is a multiple of 4. Writes eight 64-bit words, two for each block.
 */
export function fourBlocks(first: u64, third: u32, fourth: u32, seed: u64, to: usize): void {
  const m0 = i32x4.splat(MULTIPLIER_0);
  const m1 = i32x4.splat(MULTIPLIER_1);
  let k0 = i32x4.splat(<u32>seed);
  let k1 = i32x4.splat(<u32>(seed >> 32));
  let c0 = i32x4.add(i32x4.splat(<u32>first), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(<u32>(first >> 32));
  let c2 = i32x4.splat(third);
  let c3 = i32x4.splat(fourth);
  for (let round = 0; round < ROUNDS; round++) {
    const p0Low = i64x2.extmul_low_i32x4_u(c0, m0);
    const p0High = i64x2.extmul_high_i32x4_u(c0, m0);
    const p1Low = i64x2.extmul_low_i32x4_u(c2, m1);
    const p1High = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(v128.shuffle<i32>(p1Low, p1High, 1, 3, 5, 7), c1), k0);
    c1 = v128.shuffle<i32>(p1Low, p1High, 0, 2, 4, 6);
    c2 = v128.xor(v128.xor(v128.shuffle<i32>(p0Low, p0High, 1, 3, 5, 7), c3), k1);
    c3 = v128.shuffle<i32>(p0Low, p0High, 0, 2, 4, 6);
    k0 = i32x4.add(k0, i32x4.splat(KEY_STEP_0));
    k1 = i32x4.add(k1, i32x4.splat(KEY_STEP_1));
  }
  // From four words of four blocks to four blocks of four words.
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
  const c = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(a, c, 0, 2), 0);
  v128.store(to, v128.shuffle<i64>(a, c, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(b, d, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(b, d, 1, 3), 48);
}
