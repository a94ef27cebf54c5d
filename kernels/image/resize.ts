/**
 * New sizes: each old row that is needed is resized once, in floats, and new rows are made of those; rounding happens
 * once. Only as many resized rows are kept as one new row needs.
 */
import { newFloatRow, PIXEL, toBytesWithin, toFloats, TOGETHER } from "./float-row";
import { Image } from "./picture";
import { Filter, Taps } from "./taps";

/** Makes an image of another size by weights. */
export function resizeByWeights(image: Image, result: Image, filter: Filter): void {
  const width = <i32>result.width;
  const height = <i32>result.height;
  const oldWidth = <i32>image.width;
  const across = new Taps(oldWidth, width, filter);
  const down = new Taps(<i32>image.height, height, filter);
  const source = newFloatRow(oldWidth);
  const ring = new StaticArray<usize>(down.count);
  for (let i = 0; i < down.count; i++) ring[i] = newFloatRow(width);
  const rows = new StaticArray<usize>(down.count);
  const bytes = changetype<usize>(new StaticArray<u8>((width + TOGETHER) * 4));
  let resized = 0;
  for (let y = 0; y < height; y++) {
    const start = down.starts[y];
    const end = start + down.count;
    for (resized = max(resized, start); resized < end; resized++) {
      toFloats(changetype<usize>(image.data) + <usize>(resized * oldWidth) * 4, oldWidth, source);
      resizeRow(source, across, ring[resized % down.count]);
    }
    for (let k = 0; k < down.count; k++) rows[k] = ring[(start + k) % down.count];
    const weights = changetype<usize>(down.weights) + ((<usize>(y * down.count)) << 2);
    mixRows(rows, weights, width, bytes);
    memory.copy(changetype<usize>(result.data) + <usize>(y * width) * 4, bytes, <usize>width * 4);
  }
}

function resizeRow(source: usize, taps: Taps, to: usize): void {
  const count = (<usize>taps.count) << 2;
  const starts = changetype<usize>(taps.starts);
  const end = starts + ((<usize>taps.starts.length) << 2);
  let weights = changetype<usize>(taps.weights);
  for (let start = starts; start < end; start += 4) {
    let pixel = source + <usize>load<i32>(start) * PIXEL;
    let sum = f32x4.mul(v128.load32_splat(weights), v128.load(pixel));
    for (const last = weights + count; (weights += 4) < last;) {
      pixel += PIXEL;
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights), v128.load(pixel)));
    }
    v128.store(to, sum);
    to += PIXEL;
  }
}

function mixRows(rows: StaticArray<usize>, weights: usize, width: i32, to: usize): void {
  const firstRow = changetype<usize>(rows);
  const end = firstRow + <usize>rows.length * sizeof<usize>();
  let at: usize = 0;
  for (let x = 0; x < width; x += TOGETHER) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let w = weights;
    for (let row = firstRow; row < end; row += sizeof<usize>()) {
      const from = load<usize>(row) + at;
      const weight = v128.load32_splat(w);
      a = f32x4.add(a, f32x4.mul(weight, v128.load(from, 0)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(from, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(from, 32)));
      d = f32x4.add(d, f32x4.mul(weight, v128.load(from, 48)));
      w += 4;
    }
    v128.store(to, toBytesWithin(a, b, c, d));
    at += 64;
    to += 16;
  }
}

/** Makes an image of another size of the nearest pixels. */
export function resizeByNearest(image: Image, result: Image): void {
  const width = <i32>result.width;
  const height = <i32>result.height;
  const columns = new StaticArray<u32>(width);
  for (let x = 0; x < width; x++) columns[x] = nearest(x, image.width, width) << 2;
  const first = changetype<usize>(columns);
  const end = first + ((<usize>width) << 2);
  let to = changetype<usize>(result.data);
  let before = -1;
  for (let y = 0; y < height; y++) {
    const row = <i32>nearest(y, image.height, height);
    if (row == before) {
      memory.copy(to, to - <usize>width * 4, <usize>width * 4);
      to += <usize>width * 4;
      continue;
    }
    before = row;
    const from = changetype<usize>(image.data) + <usize>row * <usize>image.width * 4;
    for (let column = first; column < end; column += 4) {
      store<u32>(to, load<u32>(from + load<u32>(column)));
      to += 4;
    }
  }
}

/** The old pixel in which the centre of a new one lies: (place + 1/2) from / to, rounded down. */
function nearest(place: u32, from: u32, to: u32): u32 {
  return <u32>(((2 * <u64>place + 1) * <u64>from) / (2 * <u64>to));
}
