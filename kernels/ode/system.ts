/** Sums of the squares of the estimates of a step's error (HNW II.10), in units of tolerance (1 + |y|). */
export class Trial {
  error5: f64 = 0;
  error3: f64 = 0;

  /** With so many bytes of a row that are used. */
  constructor(
    readonly size: usize,
    readonly tolerance: f64,
  ) {}
}

/**
 * A system of first-order ordinary differential equations, y' = f(t, y). The integrator is generic in the concrete
 * class, so that `evaluate` is called directly, and small ones are inlined, instead of through a table.
 */
export abstract class System {
  /**
   * Writes f(t, y) to the address `derivative`; y is an address too. Both are rows of vectors of two, and are best read
   * and written as such: what was written in halves is not yet there to be read as a whole.
   */
  abstract evaluate(t: f64, y: usize, derivative: usize): void;

  /** Tries a step of length h with the stages that suit the system. */
  abstract attempt(t: f64, h: f64, rows: usize, trial: Trial): void;

  /** A quantity that every solution keeps; 0 where the system has none. */
  invariant(_y: StaticArray<f64>): f64 {
    return 0;
  }
}

/**
 * A system of two to four equations without t. Its solution is two vectors, a slope two as well, given one at a time;
 * what both have in common the compiler computes once. With two equations the second vector is zero.
 */
export abstract class SmallSystem extends System {
  /** Vectors that are used, 1 or 2. */
  abstract pairs(): i32;

  /** The first two components of f(y). */
  abstract first(y0: v128, y1: v128): v128;

  /** The others. */
  second(_y0: v128, _y1: v128): v128 {
    return f64x2.splat(0);
  }

  evaluate(_t: f64, y: usize, derivative: usize): void {
    const y0 = v128.load(y);
    const y1 = v128.load(y, 16);
    v128.store(derivative, this.first(y0, y1));
    v128.store(derivative, this.second(y0, y1), 16);
  }
}

/** A vector of two numbers. */
export function pair(first: f64, second: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(first), 1, second);
}
