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
import * as k from "./coefficients";
import { System } from "./system";

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
  y: StaticArray<f64>;
  /** No step is longer than this. */
  stepMax: f64 = Infinity;

  private step: f64 = 0;
  private tCarry: f64 = 0;
  private yCarry: StaticArray<f64>;
  private increment: StaticArray<f64>;
  private w: StaticArray<f64>;
  private k1: StaticArray<f64>;
  private k2: StaticArray<f64>;
  private k3: StaticArray<f64>;
  private k4: StaticArray<f64>;
  private k5: StaticArray<f64>;
  private k6: StaticArray<f64>;
  private k7: StaticArray<f64>;
  private k8: StaticArray<f64>;
  private k9: StaticArray<f64>;
  private k10: StaticArray<f64>;

  /** The tolerance bounds the error of one step, relative and absolute alike; `y` is the start and is changed. */
  constructor(
    readonly system: S,
    y: StaticArray<f64>,
    private tolerance: f64,
  ) {
    const n = y.length;
    this.y = y;
    this.yCarry = new StaticArray<f64>(n);
    this.increment = new StaticArray<f64>(n);
    this.w = new StaticArray<f64>(n);
    this.k1 = new StaticArray<f64>(n);
    this.k2 = new StaticArray<f64>(n);
    this.k3 = new StaticArray<f64>(n);
    this.k4 = new StaticArray<f64>(n);
    this.k5 = new StaticArray<f64>(n);
    this.k6 = new StaticArray<f64>(n);
    this.k7 = new StaticArray<f64>(n);
    this.k8 = new StaticArray<f64>(n);
    this.k9 = new StaticArray<f64>(n);
    this.k10 = new StaticArray<f64>(n);
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
    return true;
  }

  /** The first evaluation and the first step, chosen as in HNW II.4 (4.14) from y' and an estimate of y''. */
  private begin(): void {
    const n = this.y.length;
    const y = this.y;
    const k1 = this.k1;
    const k2 = this.k2;
    const w = this.w;
    this.system.evaluate(this.t, y, k1);
    let slope: f64 = 0;
    let size: f64 = 0;
    for (let i = 0; i < n; i++) {
      const scale = this.tolerance * (1 + abs(unchecked(y[i])));
      slope += (unchecked(k1[i]) / scale) ** 2;
      size += (unchecked(y[i]) / scale) ** 2;
    }
    let h = slope <= 1e-10 || size <= 1e-10 ? 1e-6 : 0.01 * sqrt(size / slope);
    h = min(h, this.stepMax);
    for (let i = 0; i < n; i++) unchecked((w[i] = y[i] + h * k1[i]));
    this.system.evaluate(this.t + h, w, k2);
    let curvature: f64 = 0;
    for (let i = 0; i < n; i++) {
      const scale = this.tolerance * (1 + abs(unchecked(y[i])));
      curvature += (unchecked(k2[i] - k1[i]) / scale) ** 2;
    }
    const steepest = max(sqrt(curvature) / h, sqrt(slope));
    const h1 = steepest <= 1e-15 ? max(1e-6, h * 1e-3) : Math.pow(0.01 / steepest, 1.0 / 8.0);
    this.step = min(100 * h, h1);
    this.evaluations = 2;
  }

  /**
   * Tries a step of length h: leaves its increment in `increment` and the candidate in `w`, and returns its error in
   * units of the tolerance. k2 and k3 are needed no more after stage 5 and hold stages 11 and 12.
   */
  // prettier-ignore
  private attempt(t: f64, h: f64): f64 {
    const system = this.system;
    const y = this.y;
    const n = y.length;
    const w = this.w;
    const k1 = this.k1;
    const k2 = this.k2;
    const k3 = this.k3;
    const k4 = this.k4;
    const k5 = this.k5;
    const k6 = this.k6;
    const k7 = this.k7;
    const k8 = this.k8;
    const k9 = this.k9;
    const k10 = this.k10;
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (k.a21 * k1[i]));
    system.evaluate(t + k.c2 * h, w, k2);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (k.a31 * k1[i] + k.a32 * k2[i]));
    system.evaluate(t + k.c3 * h, w, k3);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (k.a41 * k1[i] + k.a43 * k3[i]));
    system.evaluate(t + k.c4 * h, w, k4);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (k.a51 * k1[i] + k.a53 * k3[i] + k.a54 * k4[i]));
    system.evaluate(t + k.c5 * h, w, k5);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (k.a61 * k1[i] + k.a64 * k4[i] + k.a65 * k5[i]));
    system.evaluate(t + k.c6 * h, w, k6);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (
      k.a71 * k1[i] + k.a74 * k4[i] + k.a75 * k5[i] + k.a76 * k6[i]));
    system.evaluate(t + k.c7 * h, w, k7);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (
      k.a81 * k1[i] + k.a84 * k4[i] + k.a85 * k5[i] + k.a86 * k6[i] + k.a87 * k7[i]));
    system.evaluate(t + k.c8 * h, w, k8);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (
      k.a91 * k1[i] + k.a94 * k4[i] + k.a95 * k5[i] + k.a96 * k6[i] + k.a97 * k7[i] + k.a98 * k8[i]));
    system.evaluate(t + k.c9 * h, w, k9);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (
      k.a10_1 * k1[i] + k.a10_4 * k4[i] + k.a10_5 * k5[i] + k.a10_6 * k6[i] + k.a10_7 * k7[i]
      + k.a10_8 * k8[i] + k.a10_9 * k9[i]));
    system.evaluate(t + k.c10 * h, w, k10);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (
      k.a11_1 * k1[i] + k.a11_4 * k4[i] + k.a11_5 * k5[i] + k.a11_6 * k6[i] + k.a11_7 * k7[i]
      + k.a11_8 * k8[i] + k.a11_9 * k9[i] + k.a11_10 * k10[i]));
    system.evaluate(t + k.c11 * h, w, k2);
    for (let i = 0; i < n; i++) unchecked(w[i] = y[i] + h * (
      k.a12_1 * k1[i] + k.a12_4 * k4[i] + k.a12_5 * k5[i] + k.a12_6 * k6[i] + k.a12_7 * k7[i]
      + k.a12_8 * k8[i] + k.a12_9 * k9[i] + k.a12_10 * k10[i] + k.a12_11 * k2[i]));
    system.evaluate(t + h, w, k3);
    this.evaluations += 11;
    return this.measure(h);
  }

  /** The increment of the step, the candidate and the combined estimate of both error estimates (HNW II.10). */
  private measure(h: f64): f64 {
    const y = this.y;
    const n = y.length;
    const w = this.w;
    const yCarry = this.yCarry;
    const increment = this.increment;
    const k1 = this.k1;
    const k6 = this.k6;
    const k7 = this.k7;
    const k8 = this.k8;
    const k9 = this.k9;
    const k10 = this.k10;
    const k11 = this.k2;
    const k12 = this.k3;
    let error5: f64 = 0;
    let error3: f64 = 0;
    for (let i = 0; i < n; i++) {
      const v1 = unchecked(k1[i]);
      const v6 = unchecked(k6[i]);
      const v7 = unchecked(k7[i]);
      const v8 = unchecked(k8[i]);
      const v9 = unchecked(k9[i]);
      const v10 = unchecked(k10[i]);
      const v11 = unchecked(k11[i]);
      const v12 = unchecked(k12[i]);
      const slope =
        k.b1 * v1 + k.b6 * v6 + k.b7 * v7 + k.b8 * v8 + k.b9 * v9 + k.b10 * v10 + k.b11 * v11 + k.b12 * v12;
      const change = h * slope - unchecked(yCarry[i]);
      const before = unchecked(y[i]);
      const after = before + change;
      unchecked((increment[i] = change));
      unchecked((w[i] = after));
      const scale = 1 / (this.tolerance * (1 + max(abs(before), abs(after))));
      const off3 = (slope - k.bb1 * v1 - k.bb9 * v9 - k.bb12 * v12) * scale;
      const off5 =
        (k.e1 * v1 +
          k.e6 * v6 +
          k.e7 * v7 +
          k.e8 * v8 +
          k.e9 * v9 +
          k.e10 * v10 +
          k.e11 * v11 +
          k.e12 * v12) *
        scale;
      error3 += off3 * off3;
      error5 += off5 * off5;
    }
    const weight = error5 + 0.01 * error3;
    return weight == 0 ? 0 : (h * error5) / sqrt(<f64>n * weight);
  }

  /** Makes the candidate the solution and evaluates there, which is the first stage of the next step. */
  private take(t: f64, h: f64): void {
    const y = this.y;
    const n = y.length;
    const w = this.w;
    for (let i = 0; i < n; i++) {
      const before = unchecked(y[i]);
      const after = unchecked(w[i]);
      unchecked((this.yCarry[i] = after - before - this.increment[i]));
      unchecked((y[i] = after));
    }
    this.system.evaluate(t + h, y, this.k1);
    this.accepted++;
    this.evaluations++;
  }
}
