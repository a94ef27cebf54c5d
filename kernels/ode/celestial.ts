/** Celestial mechanics: the restricted three-body problem, seven stars in a plane, and two bodies. */
import { trySmall } from "./small-stages";
import { tryRows } from "./stages";
import { pair, SmallSystem, System, Trial } from "./system";

/** Bytes of the numbers of one kind of the seven stars, and of their places. */
const STARS: usize = 7 * 8;
const SPEEDS: usize = 2 * STARS;

/** A satellite in the rotating frame of earth and moon (HNW I, section II.0, (0.1)). */
export class Arenstorf extends SmallSystem {
  /** Mass of the moon, and of the earth. */
  private moon: f64 = 0.012277471;
  private earth: f64 = 1 - 0.012277471;

  attempt(_t: f64, h: f64, rows: usize, trial: Trial): void {
    trySmall<Arenstorf>(this, rows, h, trial);
  }

  pairs(): i32 {
    return 2;
  }

  first(_place: v128, speed: v128): v128 {
    return speed;
  }

  second(place: v128, speed: v128): v128 {
    const x1 = f64x2.extract_lane(place, 0);
    const x2 = f64x2.extract_lane(place, 1);
    // Of earth and moon, in this order.
    const distances = f64x2.add(f64x2.splat(x1), pair(this.moon, -this.earth));
    const squares = f64x2.add(f64x2.mul(distances, distances), f64x2.splat(x2 * x2));
    const pulls = f64x2.div(pair(this.earth, this.moon), f64x2.mul(squares, f64x2.sqrt(squares)));
    const along = f64x2.mul(pulls, distances);
    const pull = f64x2.extract_lane(pulls, 0) + f64x2.extract_lane(pulls, 1);
    const turning = x1 + 2 * f64x2.extract_lane(speed, 1);
    const change1 = turning - f64x2.extract_lane(along, 0) - f64x2.extract_lane(along, 1);
    return pair(change1, x2 - 2 * f64x2.extract_lane(speed, 0) - pull * x2);
  }

  /** The Jacobi constant. */
  invariant(y: StaticArray<f64>): f64 {
    const x2 = y[1];
    const toEarth = y[0] + this.moon;
    const toMoon = y[0] - this.earth;
    const potential =
      this.earth / sqrt(toEarth * toEarth + x2 * x2) + this.moon / sqrt(toMoon * toMoon + x2 * x2);
    return y[0] * y[0] + x2 * x2 + 2 * potential - y[2] * y[2] - y[3] * y[3];
  }
}

/** Seven stars of masses 1 to 7 in a plane; y holds all x, all y, all x', all y' (HNW I, section II.10, PLEI). */
export class Pleiades extends System {
  attempt(t: f64, h: f64, rows: usize, trial: Trial): void {
    tryRows<Pleiades>(this, rows, t, h, trial);
  }

  evaluate(_t: f64, y: usize, derivative: usize): void {
    for (let at: usize = 0; at < SPEEDS; at += 16) {
      v128.store(derivative + at, v128.load(y + at, SPEEDS));
      v128.store(derivative + at, f64x2.splat(0), SPEEDS);
    }
    for (let i = 1; i < 7; i++) {
      const here = y + ((<usize>i) << 3);
      const x = v128.load64_splat(here);
      const height = v128.load64_splat(here, STARS);
      const mass = f64x2.splat(<f64>(i + 1));
      let masses = pair(1, 2);
      let pullX: f64 = 0;
      let pullY: f64 = 0;
      // Two stars at a time; the second of the last two may be star i itself, which does not count.
      for (let j = 0; j < i; j += 2) {
        const there = y + ((<usize>j) << 3);
        const dx = f64x2.sub(v128.load(there), x);
        const dy = f64x2.sub(v128.load(there, STARS), height);
        const squares = f64x2.add(f64x2.mul(dx, dx), f64x2.mul(dy, dy));
        const pulls = f64x2.div(f64x2.splat(1), f64x2.mul(squares, f64x2.sqrt(squares)));
        const theirs = f64x2.mul(masses, pulls);
        const counted = j + 1 < i ? i64x2.splat(-1) : i64x2(-1, 0);
        const own = v128.and(f64x2.mul(mass, pulls), counted);
        const towardsX = f64x2.mul(theirs, dx);
        const towardsY = f64x2.mul(theirs, dy);
        pullX += f64x2.extract_lane(towardsX, 0);
        pullY += f64x2.extract_lane(towardsY, 0);
        if (j + 1 < i) {
          pullX += f64x2.extract_lane(towardsX, 1);
          pullY += f64x2.extract_lane(towardsY, 1);
        }
        const to = derivative + ((<usize>j) << 3);
        v128.store(to, f64x2.sub(v128.load(to, 2 * STARS), f64x2.mul(own, dx)), 2 * STARS);
        v128.store(to, f64x2.sub(v128.load(to, 3 * STARS), f64x2.mul(own, dy)), 3 * STARS);
        masses = f64x2.add(masses, f64x2.splat(2));
      }
      store<f64>(derivative + ((<usize>i) << 3), pullX, 2 * STARS);
      store<f64>(derivative + ((<usize>i) << 3), pullY, 3 * STARS);
    }
  }

  /** The energy. */
  invariant(y: StaticArray<f64>): f64 {
    let energy: f64 = 0;
    for (let i = 0; i < 7; i++) {
      const mass = <f64>(i + 1);
      energy += 0.5 * mass * (y[14 + i] * y[14 + i] + y[21 + i] * y[21 + i]);
      for (let j = 0; j < i; j++) {
        const dx = y[j] - y[i];
        const dy = y[7 + j] - y[7 + i];
        energy -= (mass * <f64>(j + 1)) / sqrt(dx * dx + dy * dy);
      }
    }
    return energy;
  }
}

/** One body around another, in units in which the period is 2π (DETEST, class D). */
export class TwoBody extends SmallSystem {
  attempt(_t: f64, h: f64, rows: usize, trial: Trial): void {
    trySmall<TwoBody>(this, rows, h, trial);
  }

  pairs(): i32 {
    return 2;
  }

  first(_place: v128, speed: v128): v128 {
    return speed;
  }

  second(place: v128, _speed: v128): v128 {
    const squares = f64x2.mul(place, place);
    const square = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    return f64x2.mul(f64x2.splat(-1 / (square * sqrt(square))), place);
  }

  /** The energy. */
  invariant(y: StaticArray<f64>): f64 {
    return 0.5 * (y[2] * y[2] + y[3] * y[3]) - 1 / sqrt(y[0] * y[0] + y[1] * y[1]);
  }
}
