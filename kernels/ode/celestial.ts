/** Celestial mechanics: the restricted three-body problem, seven stars in a plane, and two bodies. */
import { System } from "./system";

/** A satellite in the rotating frame of earth and moon (HNW I, section II.0, (0.1)). */
export class Arenstorf extends System {
  /** Mass of the moon, and of the earth. */
  private moon: f64 = 0.012277471;
  private earth: f64 = 1 - 0.012277471;

  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    const x1 = unchecked(y[0]);
    const x2 = unchecked(y[1]);
    const v1 = unchecked(y[2]);
    const v2 = unchecked(y[3]);
    const toEarth = x1 + this.moon;
    const toMoon = x1 - this.earth;
    const square1 = toEarth * toEarth + x2 * x2;
    const square2 = toMoon * toMoon + x2 * x2;
    const pull1 = this.earth / (square1 * sqrt(square1));
    const pull2 = this.moon / (square2 * sqrt(square2));
    unchecked((derivative[0] = v1));
    unchecked((derivative[1] = v2));
    unchecked((derivative[2] = x1 + 2 * v2 - pull1 * toEarth - pull2 * toMoon));
    unchecked((derivative[3] = x2 - 2 * v1 - (pull1 + pull2) * x2));
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
  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    for (let i = 0; i < 14; i++) {
      unchecked((derivative[i] = y[14 + i]));
      unchecked((derivative[14 + i] = 0));
    }
    for (let i = 1; i < 7; i++) {
      for (let j = 0; j < i; j++) {
        const dx = unchecked(y[j] - y[i]);
        const dy = unchecked(y[7 + j] - y[7 + i]);
        const square = dx * dx + dy * dy;
        const pull = 1 / (square * sqrt(square));
        const massI = <f64>(i + 1) * pull;
        const massJ = <f64>(j + 1) * pull;
        unchecked((derivative[14 + i] += massJ * dx));
        unchecked((derivative[21 + i] += massJ * dy));
        unchecked((derivative[14 + j] -= massI * dx));
        unchecked((derivative[21 + j] -= massI * dy));
      }
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
export class TwoBody extends System {
  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    const x1 = unchecked(y[0]);
    const x2 = unchecked(y[1]);
    const square = x1 * x1 + x2 * x2;
    const pull = -1 / (square * sqrt(square));
    unchecked((derivative[0] = y[2]));
    unchecked((derivative[1] = y[3]));
    unchecked((derivative[2] = pull * x1));
    unchecked((derivative[3] = pull * x2));
  }

  /** The energy. */
  invariant(y: StaticArray<f64>): f64 {
    return 0.5 * (y[2] * y[2] + y[3] * y[3]) - 1 / sqrt(y[0] * y[0] + y[1] * y[1]);
  }
}
