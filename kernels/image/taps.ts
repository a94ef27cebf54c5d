/**
 * Which old pixels, and how much of each, make a new one, along one axis. New pixel i of `to` covers the old ones from
 * i from / to up to (i + 1) from / to; its centre is in the middle of that. Weights of one new pixel add up to 1.
 */

/** How a new pixel is made of old ones. */
export enum Filter {
  /** The old pixel nearest to the new one's centre. */
  Nearest = 0,
  /** The four old pixels around the new one's centre, by their distance; when shrinking by more than half, some are skipped. */
  Bilinear = 1,
  /** The mean of what the new pixel covers; the right one for shrinking. */
  Area = 2,
  /** Lanczos with three lobes, widened when shrinking: sharp, and slower. */
  Lanczos = 3,
}

const LOBES: f64 = 3;

/** For every new pixel of an axis: the first of its old ones, and the weights of that and the next ones. */
export class Taps {
  /** Old pixels for each new one. */
  count: i32 = 0;
  starts: StaticArray<i32>;
  /** `count` for each new pixel. */
  weights: StaticArray<f32>;

  constructor(from: i32, to: i32, filter: Filter) {
    const scale = <f64>from / <f64>to;
    const stretch = max(1, scale);
    const reach = filter == Filter.Bilinear ? 1 : filter == Filter.Area ? 0.5 * scale : LOBES * stretch;
    const most = min(from, <i32>(2 * reach) + 2);
    const starts = new StaticArray<i32>(to);
    const wide = new StaticArray<f64>(most);
    const weights = new StaticArray<f32>(to * most);
    let count = 1;
    for (let i = 0; i < to; i++) {
      const centre = (<f64>i + 0.5) * scale;
      const start = max(0, min(from - most, <i32>floor(centre - reach)));
      let sum: f64 = 0;
      let first = most;
      let last = 0;
      for (let k = 0; k < most; k++) {
        const weight = weightOf(filter, <f64>(start + k), centre, reach, stretch);
        wide[k] = weight;
        sum += weight;
        if (weight == 0) continue;
        first = min(first, k);
        last = k;
      }
      starts[i] = start + first;
      for (let k = first; k <= last; k++) weights[i * most + k - first] = <f32>(wide[k] / sum);
      count = max(count, last - first + 1);
    }
    this.count = count;
    this.starts = starts;
    this.weights = weights;
    for (let i = 0; i < to; i++) this.close(i, i * most, from);
  }

  /** Moves the weights of a new pixel together, such that its last place is an old pixel too. */
  private close(i: i32, at: i32, from: i32): void {
    const count = this.count;
    const weights = this.weights;
    const shift = max(0, this.starts[i] + count - from);
    this.starts[i] -= shift;
    memory.copy(
      changetype<usize>(weights) + ((<usize>(i * count + shift)) << 2),
      changetype<usize>(weights) + ((<usize>at) << 2),
      (<usize>(count - shift)) << 2,
    );
    for (let k = 0; k < shift; k++) weights[i * count + k] = 0;
  }
}

/** How much of the old pixel at a place is in a new one. */
function weightOf(filter: Filter, place: f64, centre: f64, reach: f64, stretch: f64): f64 {
  if (filter == Filter.Lanczos) return lanczos((place + 0.5 - centre) / stretch);
  if (filter == Filter.Bilinear) return max(0, 1 - abs(place + 0.5 - centre));
  return max(0, min(place + 1, centre + reach) - max(place, centre - reach));
}

function lanczos(x: f64): f64 {
  if (abs(x) < 1e-9) return 1;
  if (abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}
