/**
 * The stages of a step and the estimates of its error, row by row, for systems of any size. The order of all sums is that
 * of the components and of the published coefficients.
 */
import * as k from "./coefficients";
import { CARRY, INCREMENT, K1, K10, K2, K3, K4, K5, K6, K7, K8, K9, W, Y } from "./rows";
import { System, Trial } from "./system";

/**
 * Tries a step of length h: leaves its increment and the candidate in their rows. k2 and k3 are needed no more after
 * stage 5 and hold stages 11 and 12.
 */
export function tryRows<S extends System>(system: S, rows: usize, t: f64, h: f64, trial: Trial): void {
  const end = rows + trial.size;
  const w = rows + W;
  const step = f64x2.splat(h);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a21, v128.load(p, K1));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c2 * h, w, rows + K2);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a31, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a32, v128.load(p, K2)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c3 * h, w, rows + K3);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a41, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a43, v128.load(p, K3)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c4 * h, w, rows + K4);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a51, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a53, v128.load(p, K3)));
    sum = f64x2.add(sum, times(k.a54, v128.load(p, K4)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c5 * h, w, rows + K5);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a61, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a64, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a65, v128.load(p, K5)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c6 * h, w, rows + K6);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a71, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a74, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a75, v128.load(p, K5)));
    sum = f64x2.add(sum, times(k.a76, v128.load(p, K6)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c7 * h, w, rows + K7);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a81, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a84, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a85, v128.load(p, K5)));
    sum = f64x2.add(sum, times(k.a86, v128.load(p, K6)));
    sum = f64x2.add(sum, times(k.a87, v128.load(p, K7)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c8 * h, w, rows + K8);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a91, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a94, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a95, v128.load(p, K5)));
    sum = f64x2.add(sum, times(k.a96, v128.load(p, K6)));
    sum = f64x2.add(sum, times(k.a97, v128.load(p, K7)));
    sum = f64x2.add(sum, times(k.a98, v128.load(p, K8)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c9 * h, w, rows + K9);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a10_1, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a10_4, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a10_5, v128.load(p, K5)));
    sum = f64x2.add(sum, times(k.a10_6, v128.load(p, K6)));
    sum = f64x2.add(sum, times(k.a10_7, v128.load(p, K7)));
    sum = f64x2.add(sum, times(k.a10_8, v128.load(p, K8)));
    sum = f64x2.add(sum, times(k.a10_9, v128.load(p, K9)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c10 * h, w, rows + K10);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a11_1, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a11_4, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a11_5, v128.load(p, K5)));
    sum = f64x2.add(sum, times(k.a11_6, v128.load(p, K6)));
    sum = f64x2.add(sum, times(k.a11_7, v128.load(p, K7)));
    sum = f64x2.add(sum, times(k.a11_8, v128.load(p, K8)));
    sum = f64x2.add(sum, times(k.a11_9, v128.load(p, K9)));
    sum = f64x2.add(sum, times(k.a11_10, v128.load(p, K10)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + k.c11 * h, w, rows + K2);
  for (let p = rows; p < end; p += 16) {
    let sum = times(k.a12_1, v128.load(p, K1));
    sum = f64x2.add(sum, times(k.a12_4, v128.load(p, K4)));
    sum = f64x2.add(sum, times(k.a12_5, v128.load(p, K5)));
    sum = f64x2.add(sum, times(k.a12_6, v128.load(p, K6)));
    sum = f64x2.add(sum, times(k.a12_7, v128.load(p, K7)));
    sum = f64x2.add(sum, times(k.a12_8, v128.load(p, K8)));
    sum = f64x2.add(sum, times(k.a12_9, v128.load(p, K9)));
    sum = f64x2.add(sum, times(k.a12_10, v128.load(p, K10)));
    sum = f64x2.add(sum, times(k.a12_11, v128.load(p, K2)));
    v128.store(p, f64x2.add(v128.load(p, Y), f64x2.mul(step, sum)), W);
  }
  system.evaluate(t + h, w, rows + K3);
  measure(rows, end, h, trial);
}

/** The increment of the step, the candidate and both error estimates. */
function measure(rows: usize, end: usize, h: f64, trial: Trial): void {
  const one = f64x2.splat(1);
  const tolerance = f64x2.splat(trial.tolerance);
  let error5: f64 = 0;
  let error3: f64 = 0;
  for (let p = rows; p < end; p += 16) {
    const slope = f64x2.add(
      f64x2.add(
        f64x2.add(
          f64x2.add(
            f64x2.add(
              f64x2.add(
                f64x2.add(times(k.b1, v128.load(p, K1)), times(k.b6, v128.load(p, K6))),
                times(k.b7, v128.load(p, K7)),
              ),
              times(k.b8, v128.load(p, K8)),
            ),
            times(k.b9, v128.load(p, K9)),
          ),
          times(k.b10, v128.load(p, K10)),
        ),
        times(k.b11, v128.load(p, K2)),
      ),
      times(k.b12, v128.load(p, K3)),
    );
    const before = v128.load(p, Y);
    const change = f64x2.sub(f64x2.mul(f64x2.splat(h), slope), v128.load(p, CARRY));
    const after = f64x2.add(before, change);
    v128.store(p, change, INCREMENT);
    v128.store(p, after, W);
    // What is no number stays none: the solution so far is one.
    const larger = f64x2.pmax(f64x2.abs(after), f64x2.abs(before));
    const scale = f64x2.div(one, f64x2.mul(tolerance, f64x2.add(one, larger)));
    const off3 = f64x2.mul(
      f64x2.sub(
        f64x2.sub(f64x2.sub(slope, times(k.bb1, v128.load(p, K1))), times(k.bb9, v128.load(p, K9))),
        times(k.bb12, v128.load(p, K3)),
      ),
      scale,
    );
    const off5 = f64x2.mul(
      f64x2.add(
        f64x2.add(
          f64x2.add(
            f64x2.add(
              f64x2.add(
                f64x2.add(
                  f64x2.add(times(k.e1, v128.load(p, K1)), times(k.e6, v128.load(p, K6))),
                  times(k.e7, v128.load(p, K7)),
                ),
                times(k.e8, v128.load(p, K8)),
              ),
              times(k.e9, v128.load(p, K9)),
            ),
            times(k.e10, v128.load(p, K10)),
          ),
          times(k.e11, v128.load(p, K2)),
        ),
        times(k.e12, v128.load(p, K3)),
      ),
      scale,
    );
    const squares3 = f64x2.mul(off3, off3);
    const squares5 = f64x2.mul(off5, off5);
    // In the order of the components; a last vector that is not full ends with zeros.
    error3 = error3 + f64x2.extract_lane(squares3, 0) + f64x2.extract_lane(squares3, 1);
    error5 = error5 + f64x2.extract_lane(squares5, 0) + f64x2.extract_lane(squares5, 1);
  }
  trial.error5 = error5;
  trial.error3 = error3;
}

/** A vector times a coefficient. */
export function times(coefficient: f64, vector: v128): v128 {
  return f64x2.mul(f64x2.splat(coefficient), vector);
}
