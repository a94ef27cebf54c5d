/**
 * k-means++: the first centroid is any point, each further one a point drawn with a chance that grows with the square
 * of its distance to the nearest centroid so far. Draw i takes the first half of block i of Philox under the seed.
 * Source: D. Arthur, S. Vassilvitskii, k-means++: the advantages of careful seeding, SODA 2007.
 */
import { Code, fail } from "heddle";
import { block } from "../montecarlo/philox";
import { badPoint, checkFinite } from "./points";

/** Chooses so many of the points. Once there is a centroid on every point, the rest are points by index, from 0. */
export function seedCentroids(
  points: StaticArray<f64>,
  dimensions: i32,
  count: i32,
  seed: u64,
): StaticArray<f64> {
  checkFinite("point", points, dimensions);
  const rows = points.length / dimensions;
  const rowSize = (<usize>dimensions) << 3;
  const centroids = new StaticArray<f64>(count * dimensions);
  const distances = new StaticArray<f64>(rows);
  const words = new StaticArray<u32>(4);
  unchecked(distances.fill(Infinity));
  let chosen = <i32>(uniform(words, 0, seed) * <f64>rows);
  for (let c = 0; c < count; c++) {
    const to = changetype<usize>(centroids) + <usize>c * rowSize;
    memory.copy(to, changetype<usize>(points) + <usize>chosen * rowSize, rowSize);
    if (c + 1 == count) break;
    const total = nearer(points, distances, to, dimensions);
    chosen = total > 0 ? draw(distances, total * uniform(words, c + 1, seed)) : (c + 1) % rows;
  }
  return centroids;
}

/** Puts the distances to a new centroid in place of larger ones; gives their sum. */
function nearer(
  points: StaticArray<f64>,
  distances: StaticArray<f64>,
  centroid: usize,
  dimensions: i32,
): f64 {
  let point = changetype<usize>(points);
  const size = (<usize>dimensions) << 3;
  const count = distances.length;
  let total: f64 = 0;
  let at = changetype<usize>(distances);
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const both = twoDistances(point, point + size, centroid, size);
    if (!i64x2.all_true(f64x2.lt(both, f64x2.splat(Infinity)))) {
      badPoint(points, dimensions, f64x2.extract_lane(both, 0) < Infinity ? i + 1 : i);
    }
    const least = f64x2.pmin(v128.load(at), both);
    v128.store(at, least);
    total += f64x2.extract_lane(least, 0);
    total += f64x2.extract_lane(least, 1);
    point += 2 * size;
    at += 16;
  }
  if (i < count) {
    // A last point alone has itself for company.
    const distance = f64x2.extract_lane(twoDistances(point, point, centroid, size), 0);
    if (!(distance < Infinity)) badPoint(points, dimensions, i);
    const least = min(distance, load<f64>(at));
    store<f64>(at, least);
    total += least;
  }
  if (!(total < Infinity))
    fail(Code.OUT_OF_RANGE, "the sum of the squared distances overflows; scale the points");
  return total;
}

/** Squares of the distances of two points to a centroid, each added up in the order of the coordinates. */
function twoDistances(first: usize, second: usize, centroid: usize, size: usize): v128 {
  let sums = f64x2.splat(0);
  const whole = size & ~15;
  for (let at: usize = 0; at < whole; at += 16) {
    const place = v128.load(centroid + at);
    const a = squareOf(f64x2.sub(v128.load(first + at), place));
    const b = squareOf(f64x2.sub(v128.load(second + at), place));
    sums = f64x2.add(sums, v128.shuffle<f64>(a, b, 0, 2));
    sums = f64x2.add(sums, v128.shuffle<f64>(a, b, 1, 3));
  }
  if (whole < size) {
    const coordinates = v128.load64_lane(second + whole, v128.load64_zero(first + whole), 1);
    sums = f64x2.add(sums, squareOf(f64x2.sub(coordinates, v128.load64_splat(centroid + whole))));
  }
  return sums;
}

function squareOf(x: v128): v128 {
  return f64x2.mul(x, x);
}

/** The first index up to which the distances add up to more than a limit. */
function draw(distances: StaticArray<f64>, limit: f64): i32 {
  let sum: f64 = 0;
  let last = 0;
  for (let i = 0; i < distances.length; i++) {
    const distance = unchecked(distances[i]);
    if (distance == 0) continue;
    sum += distance;
    last = i;
    if (sum > limit) return i;
  }
  return last;
}

/** A number from 0 to below 1. */
function uniform(words: StaticArray<u32>, index: u32, seed: u64): f64 {
  words.fill(0);
  words[0] = index;
  block(words, seed);
  const word = ((<u64>words[1]) << 32) | words[0];
  return <f64>(word >> 11) * (1.0 / 9007199254740992);
}
