/**
 * One step of Lloyd's k-means: every point goes to its nearest centroid; what went to each is added up.
 *
 * Every sum has a carry, what rounding took from it (Neumaier's sum), so that sums over chunks, put together, are
 * those over all points as far as a double can tell: whole numbers are exact, others agree in all digits but rarely
 * the last.
 */
import { Code, fail } from "heddle";
import { badPoint } from "./points";
import { GROUP, Nearest } from "./nearest";

/** What the points of a chunk say about the centroids. */
export class Chunk {
  /** Which centroid each point went to; empty unless asked for. */
  assignments: StaticArray<u32> = [];
  /** How many points went to each centroid. */
  counts: StaticArray<u64> = [];
  /** Sums of their coordinates, a row for each centroid. */
  sums: StaticArray<f64> = [];
  /** What rounding took from each sum; to be added to it. */
  carries: StaticArray<f64> = [];
  /** Sum of the squared distances of the points to their centroids. */
  inertia: f64 = 0;
  /** What rounding took from the inertia. */
  inertiaCarry: f64 = 0;
}

/** Assigns points to centroids and adds them up. */
export class Step {
  private nearest: Nearest;

  constructor(
    private count: i32,
    private dimensions: i32,
  ) {
    this.nearest = new Nearest(dimensions);
  }

  /** An empty chunk. */
  chunk(assignments: i32): Chunk {
    const chunk = new Chunk();
    chunk.assignments = new StaticArray<u32>(assignments);
    chunk.counts = new StaticArray<u64>(this.count);
    chunk.sums = new StaticArray<f64>(this.count * this.dimensions);
    chunk.carries = new StaticArray<f64>(this.count * this.dimensions);
    return chunk;
  }

  /** Fills a chunk, whatever it held before; gives how many assignments have changed. */
  run(points: StaticArray<f64>, centroids: StaticArray<f64>, chunk: Chunk): i32 {
    const d = this.dimensions;
    const rows = points.length / d;
    const rowSize = (<usize>d) << 3;
    const nearest = this.nearest;
    const assignments = chunk.assignments;
    const assigned = assignments.length > 0;
    const counts = chunk.counts;
    const sums = changetype<usize>(chunk.sums);
    const carries = changetype<usize>(chunk.carries);
    memory.fill(changetype<usize>(counts), 0, (<usize>counts.length) << 3);
    memory.fill(sums, 0, (<usize>chunk.sums.length) << 3);
    memory.fill(carries, 0, (<usize>chunk.carries.length) << 3);
    let inertia: f64 = 0;
    let inertiaCarry: f64 = 0;
    let changed = 0;
    let point = changetype<usize>(points);
    for (let first = 0; first < rows; first += GROUP) {
      const some = min(GROUP, rows - first);
      nearest.find(point, some, centroids);
      for (let i = 0; i < some; i++) {
        const to = <i32>unchecked(nearest.places[i]) - 1;
        if (to < 0) badPoint(points, d, first + i);
        if (assigned) {
          changed += i32(unchecked(assignments[first + i]) != to);
          unchecked((assignments[first + i] = to));
        }
        unchecked(counts[to]++);
        addRow(point, sums + <usize>to * rowSize, carries + <usize>to * rowSize, d);
        const distance = unchecked(nearest.distances[i]);
        inertiaCarry += lostBy(inertia, distance);
        inertia += distance;
        point += rowSize;
      }
    }
    chunk.inertia = inertia;
    chunk.inertiaCarry = inertiaCarry;
    return changed;
  }
}

/** What is lost when b is added to a: exact for any two numbers (D. E. Knuth's two-sum). */
// prettier-ignore
export function lostBy(a: f64, b: f64): f64 {
  const sum = a + b;
  const other = sum - a;
  return (a - (sum - other)) + (b - other);
}

/** Adds a point to a row of sums. */
function addRow(point: usize, sums: usize, carries: usize, dimensions: i32): void {
  const end = point + (((<usize>dimensions) & ~1) << 3);
  while (point < end) {
    const a = v128.load(sums);
    const b = v128.load(point);
    const sum = f64x2.add(a, b);
    const other = f64x2.sub(sum, a);
    const lost = f64x2.add(f64x2.sub(a, f64x2.sub(sum, other)), f64x2.sub(b, other));
    v128.store(sums, sum);
    v128.store(carries, f64x2.add(v128.load(carries), lost));
    point += 16;
    sums += 16;
    carries += 16;
  }
  if (dimensions & 1) {
    const a = load<f64>(sums);
    const b = load<f64>(point);
    store<f64>(carries, load<f64>(carries) + lostBy(a, b));
    store<f64>(sums, a + b);
  }
}

/** Adds one chunk to another. */
export function addChunk(total: Chunk, part: Chunk): void {
  for (let i = 0; i < total.counts.length; i++) unchecked((total.counts[i] += part.counts[i]));
  addSums(total, part);
  total.inertiaCarry += part.inertiaCarry + lostBy(total.inertia, part.inertia);
  total.inertia += part.inertia;
}

/** Adds the sums of one chunk to those of another, and to the carries its carries and what is lost. */
function addSums(total: Chunk, part: Chunk): void {
  const count = total.sums.length;
  const sums = changetype<usize>(total.sums);
  const carries = changetype<usize>(total.carries);
  const partSums = changetype<usize>(part.sums);
  const partCarries = changetype<usize>(part.carries);
  const whole = (<usize>(count & ~1)) << 3;
  for (let at: usize = 0; at < whole; at += 16) {
    const a = v128.load(sums + at);
    const b = v128.load(partSums + at);
    const sum = f64x2.add(a, b);
    const other = f64x2.sub(sum, a);
    const lost = f64x2.add(f64x2.sub(a, f64x2.sub(sum, other)), f64x2.sub(b, other));
    v128.store(sums + at, sum);
    const carry = f64x2.add(v128.load(partCarries + at), lost);
    v128.store(carries + at, f64x2.add(v128.load(carries + at), carry));
  }
  if (count & 1) {
    const i = count - 1;
    unchecked((total.carries[i] += part.carries[i] + lostBy(total.sums[i], part.sums[i])));
    unchecked((total.sums[i] += part.sums[i]));
  }
}

/** Moves centroids to the means of their points; one without points stays. Gives the largest squared move. */
export function moveCentroids(centroids: StaticArray<f64>, chunk: Chunk, dimensions: i32): f64 {
  let largest: f64 = 0;
  for (let c = 0; c < chunk.counts.length; c++) {
    const n = <f64>unchecked(chunk.counts[c]);
    if (n == 0) continue;
    let move: f64 = 0;
    for (let i = c * dimensions; i < (c + 1) * dimensions; i++) {
      const mean = unchecked(chunk.sums[i] + chunk.carries[i]) / n;
      if (!(abs(mean) < Infinity)) {
        fail(
          Code.OUT_OF_RANGE,
          "the sum of the points of centroid " + c.toString() + " overflows; scale the points",
        );
      }
      const distance = mean - unchecked(centroids[i]);
      move += distance * distance;
      unchecked((centroids[i] = mean));
    }
    largest = max(largest, move);
  }
  return largest;
}
