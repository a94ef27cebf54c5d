/**
 * Gaussian blur: as the weights of a Gauss curve in two dimensions are products of those in one, rows are blurred first
 * and the blurred rows then from top to bottom. Floats are kept in between, so rounding happens once. Only as many
 * blurred rows are kept as the next row needs; the result takes the place of the image.
 */
import { newFloatRow, PIXEL, toBytes, toFloats, TOGETHER } from "./float-row";
import { Edge, Image, inside } from "./picture";

/** Weights of a Gauss curve at 0 … radius, which with those at -1 … -radius add up to 1. */
export function gaussWeights(sigma: f64, radius: i32): StaticArray<f32> {
  const curve = new StaticArray<f64>(radius + 1);
  let sum: f64 = 0;
  for (let i = radius; i >= 0; i--) {
    const weight = Math.exp(-0.5 * (<f64>i / sigma) * (<f64>i / sigma));
    curve[i] = weight;
    sum += i == 0 ? weight : 2 * weight;
  }
  const weights = new StaticArray<f32>(radius + 1);
  for (let i = 0; i <= radius; i++) weights[i] = <f32>(curve[i] / sum);
  return weights;
}

/** Blurs an image where it lies. */
export function blur(image: Image, weights: StaticArray<f32>, edge: Edge): void {
  const width = <i32>image.width;
  const height = <i32>image.height;
  const radius = weights.length - 1;
  const rowBytes = <usize>width * 4;
  const data = changetype<usize>(image.data);
  const source = newFloatRow(width + 2 * radius);
  const kept = min(2 * radius + 1, height);
  const ring = new StaticArray<usize>(kept);
  for (let i = 0; i < kept; i++) ring[i] = newFloatRow(width);
  const rows = new StaticArray<usize>(2 * radius + 1);
  const result = changetype<usize>(new StaticArray<u8>((width + TOGETHER) * 4));
  let blurred = 0;
  for (let y = 0; y < height; y++) {
    for (const end = min(height, y + radius + 1); blurred < end; blurred++) {
      toFloats(data + <usize>blurred * rowBytes, width, source + <usize>radius * PIXEL);
      extend(source, width, radius, edge);
      blurRow(source, width, weights, ring[blurred % kept]);
    }
    // In the order in which they are used: the row itself, then one above and one below, and so on outwards.
    rows[0] = ring[y % kept];
    for (let k = 1; k <= radius; k++) {
      rows[2 * k - 1] = ring[inside(y - k, height, edge) % kept];
      rows[2 * k] = ring[inside(y + k, height, edge) % kept];
    }
    blurColumns(rows, width, weights, result);
    memory.copy(data + <usize>y * rowBytes, result, rowBytes);
  }
}

/** Fills the pixels before and after a row. */
function extend(row: usize, width: i32, radius: i32, edge: Edge): void {
  const start = row + <usize>radius * PIXEL;
  for (let i = 1; i <= radius; i++) {
    const before = start + <usize>inside(-i, width, edge) * PIXEL;
    const after = start + <usize>inside(width - 1 + i, width, edge) * PIXEL;
    v128.store(start - <usize>i * PIXEL, v128.load(before));
    v128.store(start + <usize>(width - 1 + i) * PIXEL, v128.load(after));
  }
}

function blurRow(source: usize, width: i32, weights: StaticArray<f32>, to: usize): void {
  const radius = <usize>weights.length - 1;
  const first = changetype<usize>(weights);
  const end = first + (radius << 2);
  let centre = source + radius * PIXEL;
  for (let x = 0; x < width; x += TOGETHER) {
    let weight = v128.load32_splat(first);
    let a = f32x4.mul(weight, v128.load(centre, 0));
    let b = f32x4.mul(weight, v128.load(centre, 16));
    let c = f32x4.mul(weight, v128.load(centre, 32));
    let d = f32x4.mul(weight, v128.load(centre, 48));
    let left = centre;
    let right = centre;
    for (let w = first + 4; w <= end; w += 4) {
      left -= PIXEL;
      right += PIXEL;
      weight = v128.load32_splat(w);
      a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(left, 0), v128.load(right, 0))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(left, 16), v128.load(right, 16))));
      c = f32x4.add(c, f32x4.mul(weight, f32x4.add(v128.load(left, 32), v128.load(right, 32))));
      d = f32x4.add(d, f32x4.mul(weight, f32x4.add(v128.load(left, 48), v128.load(right, 48))));
    }
    v128.store(to, a, 0);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    centre += 64;
    to += 64;
  }
}

function blurColumns(rows: StaticArray<usize>, width: i32, weights: StaticArray<f32>, to: usize): void {
  const first = changetype<usize>(weights);
  const end = first + ((<usize>weights.length - 1) << 2);
  const firstRow = changetype<usize>(rows);
  let at: usize = 0;
  for (let x = 0; x < width; x += TOGETHER) {
    let weight = v128.load32_splat(first);
    const row = load<usize>(firstRow) + at;
    let a = f32x4.mul(weight, v128.load(row, 0));
    let b = f32x4.mul(weight, v128.load(row, 16));
    let c = f32x4.mul(weight, v128.load(row, 32));
    let d = f32x4.mul(weight, v128.load(row, 48));
    let pair = firstRow + sizeof<usize>();
    for (let w = first + 4; w <= end; w += 4) {
      const above = load<usize>(pair) + at;
      const below = load<usize>(pair, sizeof<usize>()) + at;
      weight = v128.load32_splat(w);
      a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(above, 0), v128.load(below, 0))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(above, 16), v128.load(below, 16))));
      c = f32x4.add(c, f32x4.mul(weight, f32x4.add(v128.load(above, 32), v128.load(below, 32))));
      d = f32x4.add(d, f32x4.mul(weight, f32x4.add(v128.load(above, 48), v128.load(below, 48))));
      pair += 2 * sizeof<usize>();
    }
    v128.store(to, toBytes(a, b, c, d));
    at += 64;
    to += 16;
  }
}
