/** Rows of pixels as 32-bit floats: a pixel is one vector of four. */

/** Bytes of a pixel as floats, and pixels that are worked on together. */
export const PIXEL: usize = 16;
export const TOGETHER: i32 = 4;

/** 2^23: adding it rounds to a whole number, which then stands in the low bits. */
const ROUNDER: f32 = 8388608;

/** A row of so many pixels, and some more so that four can always be read and written. */
export function newFloatRow(pixels: i32): usize {
  return changetype<usize>(new StaticArray<f32>((pixels + TOGETHER) * 4));
}

/** Turns a row of bytes into floats. Reads and writes up to three pixels more. */
export function toFloats(from: usize, pixels: i32, to: usize): void {
  for (let x = 0; x < pixels; x += TOGETHER) {
    const bytes = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)), 0);
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
    from += 16;
    to += 64;
  }
}

/** Four pixels as bytes, rounded to the nearest; for floats from 0 to 255. */
export function toBytes(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = v128.narrow<i32>(rounded(a), rounded(b));
  const high = v128.narrow<i32>(rounded(c), rounded(d));
  return i8x16.narrow_i16x8_u(low, high);
}

/** The same for floats that may lie outside 0 to 255. */
export function toBytesWithin(a: v128, b: v128, c: v128, d: v128): v128 {
  return toBytes(within(a), within(b), within(c), within(d));
}

function rounded(values: v128): v128 {
  return v128.and(f32x4.add(values, f32x4.splat(ROUNDER)), i32x4.splat(0xffff));
}

function within(values: v128): v128 {
  return f32x4.pmax(f32x4.splat(0), f32x4.pmin(f32x4.splat(255), values));
}
