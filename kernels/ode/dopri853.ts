/**
 * The integrator: DOP853, a Runge-Kutta method of order 8 that chooses its steps by embedded estimates of order 5 and
 * 3 (E. Hairer, S. P. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I", 2nd edition, sections II.4,
 * II.5 and II.10).
 *
 * A step costs twelve evaluations, the last of which is the first of the next step. The error of a step, measured
 * against tolerance (1 + |y|) per component, must be at most 1; the next step is chosen so that it would be 0.9^8. To
 * the published method one thing is added: y and t are compensated sums (Kahan), each with a carry that holds what
 * rounding took, so that millions of steps lose little more than one.
 */
import { CARRY, INCREMENT, K1, K2, ROW, ROWS, W, Y } from "./rows";
import { System, Trial } from "./system";

/** How much a step may shrink or grow at once, and the share taken of the step that the estimate allows. */
const SHRINK_MAX: f64 = 3;
const GROW_MAX: f64 = 6;
const SAFETY: f64 = 0.9;
/** A step below this share of the interval means that the solution cannot be followed any further. */
const STEP_MIN_SHARE: f64 = 1e-14;

/** Integrates one system. The state stays from call to call: `advance` goes on where the last one ended. */
export class Dopri853<S extends System> {
  /** Steps taken. */
  accepted: u32 = 0;
  /** Steps tried and found too long. */
  rejected: u32 = 0;
  /** Evaluations of the right-hand side. */
  evaluations: u32 = 0;
  /** Where the integration has arrived. */
  t: f64 = 0;
  /** The solution there. */
  readonly y: StaticArray<f64>;
  /** No step is longer than this. */
  stepMax: f64 = Infinity;

  private step: f64 = 0;
  private tCarry: f64 = 0;
  private trial: Trial;
  /** Where the rows begin. */
  private rows: usize;
  /** Bytes of a row that are used: whole vectors. */
  private size: usize;

  /** The tolerance bounds the error of one step, relative and absolute alike; `y` is the start and is changed. */
  constructor(
    readonly system: S,
    y: StaticArray<f64>,
    private tolerance: f64,
  ) {
    this.y = y;
    const size = ((<usize>y.length + 1) >> 1) << 4;
    this.size = size;
    this.trial = new Trial(size, tolerance);
    this.rows = heap.alloc(ROWS * ROW);
    memory.fill(this.rows, 0, ROWS * ROW);
    memory.copy(this.rows + Y, changetype<usize>(y), (<usize>y.length) << 3);
  }

  /**
   * Integrates over a further `duration` + `durationLow`: two numbers, because a period known to thirty digits does not
   * fit one. Returns false when the step would have to become too short, or the solution is no number any more.
   */
  advance(duration: f64, durationLow: f64 = 0): bool {
    if (this.evaluations == 0) this.begin();
    const t = this.t;
    const stepMin = duration * STEP_MIN_SHARE;
    let step = min(this.step, this.stepMax);
    // What is done is `done` - `carry`; the low part of the duration is as if already carried.
    let done: f64 = 0;
    let carry = durationLow;
    let retried = false;
    while (true) {
      const left = duration - done + carry;
      const last = 1.01 * step >= left;
      const h = last ? left : step;
      const error = this.attempt(t + done, h);
      const shrink = sqrt(sqrt(sqrt(error))) / SAFETY;
      // Turned around, so that an error that is no number counts as too large.
      if (!(error <= 1)) {
        this.rejected++;
        retried = true;
        step = h / (shrink < SHRINK_MAX ? shrink : SHRINK_MAX);
        if (!(step >= stepMin)) return false;
        continue;
      }
      this.take(t + done, h);
      let proposal = h / max(shrink, 1 / GROW_MAX);
      if (retried) proposal = min(proposal, h);
      retried = false;
      // A last step that was cut says that its error was small, not how long a step may be.
      if (!last || proposal > step) step = min(proposal, this.stepMax);
      if (last) break;
      const part = h - carry;
      const sum = done + part;
      carry = sum - done - part;
      done = sum;
    }
    this.step = step;
    const part = duration - (this.tCarry - durationLow);
    this.t = t + part;
    this.tCarry = this.t - t - part;
    memory.copy(changetype<usize>(this.y), this.rows + Y, (<usize>this.y.length) << 3);
    return true;
  }

  /** The first evaluation and the first step, chosen as in HNW II.4 (4.14) from y' and an estimate of y''. */
  private begin(): void {
    const rows = this.rows;
    const end = rows + ((<usize>this.y.length) << 3);
    this.system.evaluate(this.t, rows + Y, rows + K1);
    let slope: f64 = 0;
    let size: f64 = 0;
    for (let p = rows; p < end; p += 8) {
      const scale = this.tolerance * (1 + abs(load<f64>(p, Y)));
      slope += (load<f64>(p, K1) / scale) ** 2;
      size += (load<f64>(p, Y) / scale) ** 2;
    }
    let h = slope <= 1e-10 || size <= 1e-10 ? 1e-6 : 0.01 * sqrt(size / slope);
    h = min(h, this.stepMax);
    for (let p = rows; p < end; p += 8) store<f64>(p, load<f64>(p, Y) + h * load<f64>(p, K1), W);
    this.system.evaluate(this.t + h, rows + W, rows + K2);
    let curvature: f64 = 0;
    for (let p = rows; p < end; p += 8) {
      const scale = this.tolerance * (1 + abs(load<f64>(p, Y)));
      curvature += ((load<f64>(p, K2) - load<f64>(p, K1)) / scale) ** 2;
    }
    const steepest = max(sqrt(curvature) / h, sqrt(slope));
    const h1 = steepest <= 1e-15 ? max(1e-6, h * 1e-3) : Math.pow(0.01 / steepest, 1.0 / 8.0);
    this.step = min(100 * h, h1);
    this.evaluations = 2;
  }

  /** Tries a step of length h: leaves its increment and the candidate in their rows, and returns its error. */
  private attempt(t: f64, h: f64): f64 {
    this.evaluations += 11;
    const sums = this.trial;
    this.system.attempt(t, h, this.rows, sums);
    const weight = sums.error5 + 0.01 * sums.error3;
    return weight == 0 ? 0 : (h * sums.error5) / sqrt(<f64>this.y.length * weight);
  }

  /** Makes the candidate the solution and evaluates there, which is the first stage of the next step. */
  private take(t: f64, h: f64): void {
    const rows = this.rows;
    const end = rows + this.size;
    for (let p = rows; p < end; p += 16) {
      const before = v128.load(p, Y);
      const after = v128.load(p, W);
      v128.store(p, f64x2.sub(f64x2.sub(after, before), v128.load(p, INCREMENT)), CARRY);
      v128.store(p, after, Y);
    }
    this.system.evaluate(t + h, rows + Y, rows + K1);
    this.accepted++;
    this.evaluations++;
  }
}
