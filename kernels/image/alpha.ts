/** Colours multiplied with their alpha and back, rounded to the nearest. */

/** Multiplies the colours of so many pixels with alpha / 255. */
export function multiply(data: usize, pixels: i32): void {
  const end = data + ((<usize>pixels) << 2);
  for (; data < end; data += 4) {
    const pixel = load<u32>(data);
    const alpha = pixel >> 24;
    const r = share((pixel & 0xff) * alpha);
    const g = share(((pixel >> 8) & 0xff) * alpha);
    const b = share(((pixel >> 16) & 0xff) * alpha);
    store<u32>(data, r | (g << 8) | (b << 16) | (alpha << 24));
  }
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
