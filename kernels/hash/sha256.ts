/**
 * SHA-256 (FIPS 180-4, "Secure Hash Standard", section 6.2). The schedule of a block is expanded in memory, then eight
 * rounds at a time run with the eight words of state renamed instead of moved.
 */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2). */
// prettier-ignore
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

/** The state: the same of the square roots of the first eight primes (section 5.3.3), then what the blocks make of it. */
// prettier-ignore
const state: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16);

/** The schedule of one block, 64 words, each with its constant added. */
const schedule: usize = memory.data(256, 16);
/** The last one or two blocks, padded. */
const tail: usize = memory.data(128, 16);

const BLOCK: usize = 64;

/** Hashes so many bytes; the digest, 32 bytes, goes to `to`. Once per call: the state starts with the module. */
export function sha256Into(at: usize, size: usize, to: usize): void {
  const whole = at + (size & ~(BLOCK - 1));
  for (let block = at; block < whole; block += BLOCK) digestBlock(block);
  const rest = size & (BLOCK - 1);
  memory.copy(tail, whole, rest);
  store<u8>(tail + rest, 0x80);
  const end: usize = rest < 56 ? 64 : 128;
  store<u64>(tail + end - 8, bswap<u64>((<u64>size) << 3));
  digestBlock(tail);
  if (end == 128) digestBlock(tail + BLOCK);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(to + i, bswap<u32>(load<u32>(state + i)));
}

function digestBlock(block: usize): void {
  expand(block);
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let w = schedule; w < schedule + 256; w += 32) {
    h += mix(e, f, g) + load<u32>(w);
    d += h;
    h += majority(a, b, c);
    g += mix(d, e, f) + load<u32>(w, 4);
    c += g;
    g += majority(h, a, b);
    f += mix(c, d, e) + load<u32>(w, 8);
    b += f;
    f += majority(g, h, a);
    e += mix(b, c, d) + load<u32>(w, 12);
    a += e;
    e += majority(f, g, h);
    d += mix(a, b, c) + load<u32>(w, 16);
    h += d;
    d += majority(e, f, g);
    c += mix(h, a, b) + load<u32>(w, 20);
    g += c;
    c += majority(d, e, f);
    b += mix(g, h, a) + load<u32>(w, 24);
    f += b;
    b += majority(c, d, e);
    a += mix(f, g, h) + load<u32>(w, 28);
    e += a;
    a += majority(b, c, d);
  }
  add(0, a);
  add(4, b);
  add(8, c);
  add(12, d);
  add(16, e);
  add(20, f);
  add(24, g);
  add(28, h);
}

/** Σ₁(e) + Ch(e, f, g). */
function mix(e: u32, f: u32, g: u32): u32 {
  return (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g)));
}

/** Σ₀(a) + Maj(a, b, c). */
function majority(a: u32, b: u32, c: u32): u32 {
  return (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
}

function add(offset: usize, word: u32): void {
  store<u32>(state + offset, load<u32>(state + offset) + word);
}

/** The schedule, four words at a time: x0 to x3 are the sixteen words before them. */
function expand(block: usize): void {
  let x0 = wordsAt(block);
  let x1 = wordsAt(block + 16);
  let x2 = wordsAt(block + 32);
  let x3 = wordsAt(block + 48);
  let at: usize = 0;
  while (true) {
    put(at, x0);
    put(at + 16, x1);
    put(at + 32, x2);
    put(at + 48, x3);
    at += 64;
    if (at == 256) return;
    x0 = following(x0, x1, x2, x3);
    x1 = following(x1, x2, x3, x0);
    x2 = following(x2, x3, x0, x1);
    x3 = following(x3, x0, x1, x2);
  }
}

/** Four words of a block, which are big-endian. */
function wordsAt(at: usize): v128 {
  return i8x16.shuffle(v128.load(at), i32x4.splat(0), 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

function put(at: usize, words: v128): void {
  v128.store(schedule + at, i32x4.add(words, v128.load(K + at)));
}

/** W[t] = σ₁(W[t-2]) + W[t-7] + σ₀(W[t-15]) + W[t-16], of which the last two of four need the first two. */
function following(x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  const known = i32x4.add(
    i32x4.add(x0, v128.shuffle<i32>(x2, x3, 1, 2, 3, 4)),
    sigma0(v128.shuffle<i32>(x0, x1, 1, 2, 3, 4)),
  );
  const first = i32x4.add(known, sigma1(v128.shuffle<i32>(x3, x3, 2, 3, 2, 3)));
  const second = i32x4.add(known, sigma1(v128.shuffle<i32>(first, first, 0, 1, 0, 1)));
  return v128.shuffle<i32>(first, second, 0, 1, 6, 7);
}

function sigma0(words: v128): v128 {
  return v128.xor(v128.xor(rotate(words, 7), rotate(words, 18)), i32x4.shr_u(words, 3));
}

function sigma1(words: v128): v128 {
  return v128.xor(v128.xor(rotate(words, 17), rotate(words, 19)), i32x4.shr_u(words, 10));
}

function rotate(words: v128, by: i32): v128 {
  return v128.or(i32x4.shr_u(words, by), i32x4.shl(words, 32 - by));
}
