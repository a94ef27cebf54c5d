/** Small systems that turn, beat or wander: rigid body, van der Pol, Lorenz, predator and prey. */
import { System } from "./system";

/** Euler's equations of a free rigid body, as in DETEST B5: the solution is sn, cn, dn with parameter 0.51. */
export class RigidBody extends System {
  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    const y1 = unchecked(y[0]);
    const y2 = unchecked(y[1]);
    const y3 = unchecked(y[2]);
    unchecked((derivative[0] = y2 * y3));
    unchecked((derivative[1] = -y1 * y3));
    unchecked((derivative[2] = -0.51 * y1 * y2));
  }

  /** sn² + cn². */
  invariant(y: StaticArray<f64>): f64 {
    return y[0] * y[0] + y[1] * y[1];
  }
}

/** The oscillator of van der Pol with ε = 1, which runs into a limit cycle (HNW I, section I.16, (16.2)). */
export class VanDerPol extends System {
  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    const y1 = unchecked(y[0]);
    const y2 = unchecked(y[1]);
    unchecked((derivative[0] = y2));
    unchecked((derivative[1] = (1 - y1 * y1) * y2 - y1));
  }
}

/** The equations of Lorenz with σ = 10, r = 28, b = 8/3. */
export class Lorenz extends System {
  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    const y1 = unchecked(y[0]);
    const y2 = unchecked(y[1]);
    const y3 = unchecked(y[2]);
    unchecked((derivative[0] = 10 * (y2 - y1)));
    unchecked((derivative[1] = (28 - y3) * y1 - y2));
    unchecked((derivative[2] = y1 * y2 - (8.0 / 3.0) * y3));
  }
}

/** Predator and prey of Lotka and Volterra. */
export class LotkaVolterra extends System {
  constructor(
    private growth: f64,
    private predation: f64,
    private decline: f64,
    private conversion: f64,
  ) {
    super();
  }

  evaluate(_t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void {
    const prey = unchecked(y[0]);
    const predators = unchecked(y[1]);
    unchecked((derivative[0] = (this.growth - this.predation * predators) * prey));
    unchecked((derivative[1] = (this.conversion * prey - this.decline) * predators));
  }

  /** Volterra's constant of motion. */
  invariant(y: StaticArray<f64>): f64 {
    return (
      this.conversion * y[0] -
      this.decline * Math.log(y[0]) +
      this.predation * y[1] -
      this.growth * Math.log(y[1])
    );
  }
}
