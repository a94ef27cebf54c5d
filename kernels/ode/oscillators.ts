/** Small systems that turn, beat or wander: rigid body, van der Pol, Lorenz, predator and prey. */
import { trySmall } from "./small-stages";
import { pair, SmallSystem, Trial } from "./system";

/** Euler's equations of a free rigid body, as in DETEST B5: the solution is sn, cn, dn with parameter 0.51. */
export class RigidBody extends SmallSystem {
  attempt(_t: f64, h: f64, rows: usize, trial: Trial): void {
    trySmall<RigidBody>(this, rows, h, trial);
  }

  pairs(): i32 {
    return 2;
  }

  first(y: v128, z: v128): v128 {
    const y1 = f64x2.extract_lane(y, 0);
    const y2 = f64x2.extract_lane(y, 1);
    const y3 = f64x2.extract_lane(z, 0);
    return pair(y2 * y3, -y1 * y3);
  }

  second(y: v128, _z: v128): v128 {
    const y1 = f64x2.extract_lane(y, 0);
    const y2 = f64x2.extract_lane(y, 1);
    return pair(-0.51 * y1 * y2, 0);
  }

  /** sn² + cn². */
  invariant(y: StaticArray<f64>): f64 {
    return y[0] * y[0] + y[1] * y[1];
  }
}

/** The oscillator of van der Pol with ε = 1, which runs into a limit cycle (HNW I, section I.16, (16.2)). */
export class VanDerPol extends SmallSystem {
  attempt(_t: f64, h: f64, rows: usize, trial: Trial): void {
    trySmall<VanDerPol>(this, rows, h, trial);
  }

  pairs(): i32 {
    return 1;
  }

  first(y: v128, _: v128): v128 {
    const y1 = f64x2.extract_lane(y, 0);
    const y2 = f64x2.extract_lane(y, 1);
    return pair(y2, (1 - y1 * y1) * y2 - y1);
  }
}

/** The equations of Lorenz with σ = 10, r = 28, b = 8/3. */
export class Lorenz extends SmallSystem {
  attempt(_t: f64, h: f64, rows: usize, trial: Trial): void {
    trySmall<Lorenz>(this, rows, h, trial);
  }

  pairs(): i32 {
    return 2;
  }

  first(y: v128, z: v128): v128 {
    const y1 = f64x2.extract_lane(y, 0);
    const y2 = f64x2.extract_lane(y, 1);
    const y3 = f64x2.extract_lane(z, 0);
    return pair(10 * (y2 - y1), (28 - y3) * y1 - y2);
  }

  second(y: v128, z: v128): v128 {
    const y1 = f64x2.extract_lane(y, 0);
    const y2 = f64x2.extract_lane(y, 1);
    const y3 = f64x2.extract_lane(z, 0);
    return pair(y1 * y2 - (8.0 / 3.0) * y3, 0);
  }
}

/** Predator and prey of Lotka and Volterra. */
export class LotkaVolterra extends SmallSystem {
  constructor(
    private growth: f64,
    private predation: f64,
    private decline: f64,
    private conversion: f64,
  ) {
    super();
  }

  attempt(_t: f64, h: f64, rows: usize, trial: Trial): void {
    trySmall<LotkaVolterra>(this, rows, h, trial);
  }

  pairs(): i32 {
    return 1;
  }

  first(y: v128, _: v128): v128 {
    const prey = f64x2.extract_lane(y, 0);
    const predators = f64x2.extract_lane(y, 1);
    const growth = (this.growth - this.predation * predators) * prey;
    return pair(growth, (this.conversion * prey - this.decline) * predators);
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
