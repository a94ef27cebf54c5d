/** Colours multiplied with their alpha and back, rounded to the nearest. */

/** Multiplies the colours of so many pixels with alpha / 255, four pixels at a time. */
export function multiply(data: usize, pixels: i32): void {
  const end = data + ((<usize>pixels) << 2);
  const whole = data + (((<usize>pixels) & ~3) << 2);
  for (; data < whole; data += 16) {
    const four = v128.load(data);
    const low = shares(i16x8.extend_low_i8x16_u(four));
    const high = shares(i16x8.extend_high_i8x16_u(four));
    const colours = i8x16.narrow_i16x8_u(low, high);
    v128.store(data, v128.bitselect(four, colours, i32x4.splat(0xff000000)));
  }
  for (; data < end; data += 4) {
    const pixel = load<u32>(data);
    const alpha = pixel >> 24;
    const r = share((pixel & 0xff) * alpha);
    const g = share(((pixel >> 8) & 0xff) * alpha);
    const b = share(((pixel >> 16) & 0xff) * alpha);
    store<u32>(data, r | (g << 8) | (b << 16) | (alpha << 24));
  }
}

/** Two pixels in words, times their alpha over 255. */
function shares(two: v128): v128 {
  const alphas = i16x8.shuffle(two, two, 3, 3, 3, 3, 7, 7, 7, 7);
  const half = i16x8.add(i16x8.mul(two, alphas), i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(half, i16x8.shr_u(half, 8)), 8);
}

/** Divides the colours of so many pixels by alpha / 255; where alpha is 0 they become 0. */
export function divide(data: usize, pixels: i32): void {
  const end = data + ((<usize>pixels) << 2);
  for (; data < end; data += 4) {
    const pixel = load<u32>(data);
    const alpha = pixel >> 24;
    if (alpha == 255) continue;
    if (alpha == 0) {
      store<u32>(data, 0);
      continue;
    }
    const r = quotient(pixel & 0xff, alpha);
    const g = quotient((pixel >> 8) & 0xff, alpha);
    const b = quotient((pixel >> 16) & 0xff, alpha);
    store<u32>(data, r | (g << 8) | (b << 16) | (alpha << 24));
  }
}

/** A product of two bytes over 255, to the nearest. */
function share(product: u32): u32 {
  const half = product + 128;
  return (half + (half >> 8)) >> 8;
}

function quotient(value: u32, alpha: u32): u32 {
  return min<u32>(255, (value * 255 + (alpha >> 1)) / alpha);
}
