/**
 * Clusters of points by k-means, for data of any size: `step` is mapped over chunks of the points, `update` puts what
 * the chunks say together and moves the centroids, until they hardly move. `kmeans` does it all in one call for data
 * that fits one.
 *
 * Points are rows of `dimensions` numbers, one after the other. Distances are Euclidean. A point as near to one
 * centroid as to another goes to the one with the lower index; a centroid that no point goes to stays where it is.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 268435456, "memoryInitialBytes": 2097152 } */
import { Code, fail } from "heddle";
import { CENTROIDS_MAX, checkCentroids, rowsOf } from "./cluster/points";
import { seedCentroids } from "./cluster/seeding";
import { addChunk, Chunk, moveCentroids, Step } from "./cluster/step";

/** Centroids after a step. */
export class Update {
  /** The new centroids, row by row. */
  centroids: StaticArray<f64> = [];
  /** How many points went to each of the old ones. */
  counts: StaticArray<u64> = [];
  /** Sum of the squared distances of all points to the old centroids. */
  inertia: f64 = 0;
  /** How far the centroid that moved most has moved. */
  shift: f64 = 0;
  /** How many centroids no point went to. */
  empty: u32 = 0;
}

/** What k-means found. */
export class Clustering {
  /** The centroids, row by row. */
  centroids: StaticArray<f64> = [];
  /** Which centroid each point is nearest to. */
  assignments: StaticArray<u32> = [];
  /** How many points are nearest to each centroid. */
  counts: StaticArray<u64> = [];
  /** Sum of the squared distances of the points to their centroids. */
  inertia: f64 = 0;
  /** How often the centroids were moved. */
  iterations: u32 = 0;
  /** Whether they had come to rest, within the tolerance, when it ended. */
  converged: bool = false;
}

/** Most iterations one call may ask for. */
const ITERATIONS_MAX: u32 = 100000;

/**
 * One step of k-means over a chunk of the points: the nearest centroid of each, and what went to each centroid.
 * @param points the chunk, row by row; may be empty
 * @param centroids row by row, 1 to 65536 of them
 * @param dimensions numbers in a row, 1 to 4096
 * @param assign whether to return the centroid of each point as well
 * @returns counts and sums for `update`
 */
export function step(
  points: StaticArray<f64>,
  centroids: StaticArray<f64>,
  dimensions: u32,
  assign: bool,
): Chunk {
  const rows = rowsOf("points", points, dimensions);
  const count = checkCentroids(centroids, dimensions);
  const stepping = new Step(count, dimensions);
  const chunk = stepping.chunk(assign ? rows : 0);
  stepping.run(points, centroids, chunk);
  return chunk;
}

/**
 * Puts the chunks of one step together and moves the centroids to the means of their points.
 * @param chunks what `step` returned for each chunk, in any order, at least 1
 * @param centroids those the steps were given
 * @param dimensions numbers in a row, 1 to 4096
 * @returns the new centroids, and how far they have moved
 */
export function update(chunks: Array<Chunk>, centroids: StaticArray<f64>, dimensions: u32): Update {
  const count = checkCentroids(centroids, dimensions);
  if (chunks.length == 0) fail(Code.INVALID_ARGUMENT, "chunks must not be empty");
  for (let i = 0; i < chunks.length; i++) checkChunk(chunks[i], i, count, centroids.length);
  const total = chunks[0];
  for (let i = 1; i < chunks.length; i++) addChunk(total, chunks[i]);
  const result = new Update();
  result.shift = sqrt(moveCentroids(centroids, total, dimensions));
  result.centroids = centroids;
  result.counts = total.counts;
  result.inertia = total.inertia + total.inertiaCarry;
  for (let i = 0; i < count; i++) result.empty += u32(total.counts[i] == 0);
  return result;
}

/**
 * Chooses points to start from by k-means++: far from one another rather than near.
 * @param points row by row, at least 1
 * @param dimensions numbers in a row, 1 to 4096
 * @param count how many centroids, 1 to the number of points, 65536 at most
 * @param seed chooses among the possible answers; the same seed gives the same centroids
 * @returns so many of the points, row by row
 */
export function seedPoints(
  points: StaticArray<f64>,
  dimensions: u32,
  count: u32,
  seed: u64,
): StaticArray<f64> {
  checkCount(count, rowsOf("points", points, dimensions));
  return seedCentroids(points, dimensions, count, seed);
}

/**
 * The whole of k-means in one call: seeding by k-means++, then steps until no point changes its centroid, or no
 * centroid moves by more than the tolerance.
 * @param points row by row, at least 1
 * @param dimensions numbers in a row, 1 to 4096
 * @param count how many clusters, 1 to the number of points, 65536 at most
 * @param seed chooses where to start; the same seed gives the same clusters
 * @param iterations most iterations, 1 to 100000; 0 for 300
 * @param tolerance distance below which a centroid counts as at rest; 0 to go on until nothing changes
 * @returns clusters such that every point is with the nearest centroid
 */
export function kmeans(
  points: StaticArray<f64>,
  dimensions: u32,
  count: u32,
  seed: u64,
  iterations: u32,
  tolerance: f64,
): Clustering {
  const rows = rowsOf("points", points, dimensions);
  checkCount(count, rows);
  if (iterations > ITERATIONS_MAX) {
    fail(Code.INVALID_ARGUMENT, "iterations must be at most 100000, not " + iterations.toString());
  }
  if (!(tolerance >= 0 && tolerance < Infinity)) {
    fail(Code.INVALID_ARGUMENT, "tolerance must be 0 or above and finite, not " + tolerance.toString());
  }
  const limit: u32 = iterations == 0 ? 300 : iterations;
  const result = new Clustering();
  const centroids = seedCentroids(points, dimensions, count, seed);
  const stepping = new Step(<i32>count, <i32>dimensions);
  const chunk = stepping.chunk(rows);
  stepping.run(points, centroids, chunk);
  while (!result.converged && result.iterations < limit) {
    const shift = sqrt(moveCentroids(centroids, chunk, dimensions));
    result.iterations++;
    const changed = stepping.run(points, centroids, chunk);
    result.converged = changed == 0 || shift <= tolerance;
  }
  result.centroids = centroids;
  result.assignments = chunk.assignments;
  result.counts = chunk.counts;
  result.inertia = chunk.inertia + chunk.inertiaCarry;
  return result;
}

function checkCount(count: u32, rows: i32): void {
  if (rows == 0) fail(Code.INVALID_ARGUMENT, "points must not be empty");
  const most = <u32>min(rows, CENTROIDS_MAX);
  if (count < 1 || count > most) {
    const said = "count must be from 1 to the number of points, here " + most.toString();
    fail(Code.INVALID_ARGUMENT, said + ", not " + count.toString());
  }
}

function checkChunk(chunk: Chunk, index: i32, count: i32, numbers: i32): void {
  const fits =
    chunk.counts.length == count && chunk.sums.length == numbers && chunk.carries.length == numbers;
  if (!fits) {
    const said = "chunk " + index.toString() + " does not belong to these centroids: it has ";
    const sizes = chunk.counts.length.toString() + " counts and " + chunk.sums.length.toString() + " sums";
    fail(Code.INVALID_ARGUMENT, said + sizes);
  }
}
