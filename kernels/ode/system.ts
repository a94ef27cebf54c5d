/**
 * A system of first-order ordinary differential equations, y' = f(t, y). The integrator is generic in the concrete
 * class, so that `evaluate` is called directly, and small ones are inlined, instead of through a table.
 */
export abstract class System {
  /** Writes f(t, y) into `derivative`. */
  abstract evaluate(t: f64, y: StaticArray<f64>, derivative: StaticArray<f64>): void;

  /** A quantity that every solution keeps; 0 where the system has none. */
  invariant(_y: StaticArray<f64>): f64 {
    return 0;
  }
}
