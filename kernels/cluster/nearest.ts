/**
 * The nearest centroid of each point, by the plain sum of squared differences, which loses nothing to cancellation.
 *
 * Eight points are turned so that their coordinates j lie side by side, and meet one centroid after the other. Each
 * lane adds up its own distance in the order of the coordinates, so the result is that of the plain loop, bit by bit.
 * A centroid replaces the best so far only when it is nearer: the first of several equally near ones wins. As indices
 * only grow, the latest that was nearer is the largest, and no choice between lanes is needed.
 */

/** Points that are looked at together. */
export const GROUP: i32 = 8;

/** Finds centroids for groups of points. */
export class Nearest {
  /** Of each point of the last group: index of its centroid + 1, or 0 when none has a finite distance. */
  readonly places: StaticArray<u64> = new StaticArray<u64>(GROUP);
  /** Of each point of the last group: square of the distance to its centroid. */
  readonly distances: StaticArray<f64> = new StaticArray<f64>(GROUP);
  private turned: StaticArray<f64>;

  constructor(private dimensions: i32) {
    this.turned = new StaticArray<f64>(GROUP * dimensions);
  }

  /** Looks at a group of points; `count`, 1 to 8, of them are there. */
  find(points: usize, count: i32, centroids: StaticArray<f64>): void {
    this.turn(points, count);
    const turned = changetype<usize>(this.turned);
    const turnedEnd = turned + ((<usize>(GROUP * this.dimensions)) << 3);
    let c = changetype<usize>(centroids);
    const end = c + ((<usize>centroids.length) << 3);
    const infinite = f64x2.splat(Infinity);
    let b0 = infinite;
    let b1 = infinite;
    let b2 = infinite;
    let b3 = infinite;
    let p0 = i64x2.splat(0);
    let p1 = p0;
    let p2 = p0;
    let p3 = p0;
    let index = i64x2.splat(1);
    while (c < end) {
      let d0 = f64x2.splat(0);
      let d1 = d0;
      let d2 = d0;
      let d3 = d0;
      for (let at = turned; at < turnedEnd; at += 64) {
        const x = v128.load64_splat(c);
        const e0 = f64x2.sub(v128.load(at, 0), x);
        const e1 = f64x2.sub(v128.load(at, 16), x);
        const e2 = f64x2.sub(v128.load(at, 32), x);
        const e3 = f64x2.sub(v128.load(at, 48), x);
        d0 = f64x2.add(d0, f64x2.mul(e0, e0));
        d1 = f64x2.add(d1, f64x2.mul(e1, e1));
        d2 = f64x2.add(d2, f64x2.mul(e2, e2));
        d3 = f64x2.add(d3, f64x2.mul(e3, e3));
        c += 8;
      }
      p0 = i32x4.max_u(p0, v128.and(index, f64x2.lt(d0, b0)));
      p1 = i32x4.max_u(p1, v128.and(index, f64x2.lt(d1, b1)));
      p2 = i32x4.max_u(p2, v128.and(index, f64x2.lt(d2, b2)));
      p3 = i32x4.max_u(p3, v128.and(index, f64x2.lt(d3, b3)));
      b0 = f64x2.pmin(b0, d0);
      b1 = f64x2.pmin(b1, d1);
      b2 = f64x2.pmin(b2, d2);
      b3 = f64x2.pmin(b3, d3);
      index = i64x2.add(index, i64x2.splat(1));
    }
    const places = changetype<usize>(this.places);
    v128.store(places, p0, 0);
    v128.store(places, p1, 16);
    v128.store(places, p2, 32);
    v128.store(places, p3, 48);
    const distances = changetype<usize>(this.distances);
    v128.store(distances, b0, 0);
    v128.store(distances, b1, 16);
    v128.store(distances, b2, 32);
    v128.store(distances, b3, 48);
  }

  /** Turns a group; the first point stands in for those that are not there. */
  private turn(points: usize, count: i32): void {
    const size = (<usize>this.dimensions) << 3;
    for (let i = 0; i < GROUP; i++) {
      const from = i < count ? points + <usize>i * size : points;
      let to = changetype<usize>(this.turned) + ((<usize>i) << 3);
      for (let p = from; p < from + size; p += 8) {
        store<f64>(to, load<f64>(p));
        to += 64;
      }
    }
  }
}
