/**
 * Sobel's operator: how steeply brightness rises at each pixel. Brightness is (77 R + 150 G + 29 B + 128) / 256 of the
 * bytes, whole; beyond the edge it is that of the pixel at the edge. Three rows of it are enough at any time; the
 * result takes the place of the image.
 */
import { Image, inside, Edge } from "./picture";

/** Pixels that are worked on together. */
const TOGETHER: i32 = 8;
/** Bytes before the first pixel of a row of brightness; the one beyond the edge is the last of them. */
const BEFORE: usize = 16;

/** Constants of the loops lie in memory, from where a vector of them takes one instruction; in code it takes several. */
const WEIGHTS: usize = memory.data<i16>([77, 150, 29, 0, 77, 150, 29, 0], 16);
/** 128, and as floats 255 and 2^23. */
const NUMBERS: usize = memory.data<u32>([128, 0x437f0000, 0x4b000000]);

/** Puts the steepness, as grey with alpha 255, in the place of an image. */
export function steepness(image: Image): void {
  const width = <i32>image.width;
  const height = <i32>image.height;
  const rowBytes = <usize>width * 4;
  const data = changetype<usize>(image.data);
  const ring = new StaticArray<usize>(3);
  for (let i = 0; i < 3; i++) ring[i] = changetype<usize>(new StaticArray<i16>(width + 24)) + BEFORE;
  const result = changetype<usize>(new StaticArray<u8>((width + TOGETHER) * 4));
  let ready = 0;
  for (let y = 0; y < height; y++) {
    for (const end = min(height, y + 2); ready < end; ready++) {
      const row = ring[ready % 3];
      brightness(data + <usize>ready * rowBytes, width, row);
      store<i16>(row - 2, load<i16>(row));
      store<i16>(row + ((<usize>width) << 1), load<i16>(row + ((<usize>(width - 1)) << 1)));
    }
    const above = ring[inside(y - 1, height, Edge.Clamp) % 3];
    const below = ring[inside(y + 1, height, Edge.Clamp) % 3];
    gradients(above, ring[y % 3], below, width, result);
    memory.copy(data + <usize>y * rowBytes, result, rowBytes);
  }
}

/** Brightness of a row. Reads up to seven pixels more. */
function brightness(from: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += TOGETHER) {
    const first = brightnessOf(v128.load(from, 0));
    const second = brightnessOf(v128.load(from, 16));
    v128.store(to, v128.narrow<i32>(first, second));
    from += 32;
    to += 16;
  }
}

function brightnessOf(pixels: v128): v128 {
  const weights = v128.load(WEIGHTS);
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(pixels), weights);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(pixels), weights);
  const sums = i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
  return i32x4.shr_u(i32x4.add(sums, v128.load32_splat(NUMBERS)), 8);
}

function gradients(above: usize, row: usize, below: usize, width: i32, to: usize): void {
  for (let x = 0; x < width; x += TOGETHER) {
    const a0 = v128.load(above - 2);
    const a1 = v128.load(above);
    const a2 = v128.load(above, 2);
    const b0 = v128.load(row - 2);
    const b2 = v128.load(row, 2);
    const c0 = v128.load(below - 2);
    const c1 = v128.load(below);
    const c2 = v128.load(below, 2);
    const right = i16x8.add(i16x8.add(a2, c2), i16x8.shl(b2, 1));
    const left = i16x8.add(i16x8.add(a0, c0), i16x8.shl(b0, 1));
    const bottom = i16x8.add(i16x8.add(c0, c2), i16x8.shl(c1, 1));
    const top = i16x8.add(i16x8.add(a0, a2), i16x8.shl(a1, 1));
    const gx = i16x8.sub(right, left);
    const gy = i16x8.sub(bottom, top);
    v128.store(to, grey(v128.shuffle<i16>(gx, gy, 0, 8, 1, 9, 2, 10, 3, 11)), 0);
    v128.store(to, grey(v128.shuffle<i16>(gx, gy, 4, 12, 5, 13, 6, 14, 7, 15)), 16);
    above += 16;
    row += 16;
    below += 16;
    to += 32;
  }
}

/** Four grey pixels from four pairs of gradients. */
function grey(pairs: v128): v128 {
  const squares = f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(pairs, pairs));
  const size = f32x4.pmin(f32x4.sqrt(squares), v128.load32_splat(NUMBERS, 4));
  const bytes = f32x4.add(size, v128.load32_splat(NUMBERS, 8));
  const opaque = i8x16.splat(-1);
  return v128.shuffle<i8>(bytes, opaque, 0, 0, 0, 16, 4, 4, 4, 16, 8, 8, 8, 16, 12, 12, 12, 16);
}
