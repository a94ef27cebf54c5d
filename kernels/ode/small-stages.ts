/**
 * The same stages for systems of at most four equations, without loops and without memory in between: from one
 * evaluation to the next everything waits for the one before, so that a way through memory would count.
 */
import * as k from "./coefficients";
import { CARRY, INCREMENT, K1, W, Y } from "./rows";
import { times } from "./stages";
import { SmallSystem, Trial } from "./system";

/** Tries a step of length h: leaves its increment and the candidate in their rows. */
// prettier-ignore
export function trySmall<S extends SmallSystem>(system: S, rows: usize, h: f64, trial: Trial): void {
  const step = f64x2.splat(h);
  const y0 = v128.load(rows, Y);
  const y1 = v128.load(rows, Y + 16);
  const p1 = v128.load(rows, K1);
  const q1 = v128.load(rows, K1 + 16);
  let u: v128;
  let v = y1;
  const both = system.pairs() > 1;
  u = times(k.a21, p1);
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a21, q1);
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p2 = system.first(u, v);
  const q2 = system.second(u, v);
  u = times(k.a31, p1);
  u = f64x2.add(u, times(k.a32, p2));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a31, q1);
    v = f64x2.add(v, times(k.a32, q2));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p3 = system.first(u, v);
  const q3 = system.second(u, v);
  u = times(k.a41, p1);
  u = f64x2.add(u, times(k.a43, p3));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a41, q1);
    v = f64x2.add(v, times(k.a43, q3));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p4 = system.first(u, v);
  const q4 = system.second(u, v);
  u = times(k.a51, p1);
  u = f64x2.add(u, times(k.a53, p3));
  u = f64x2.add(u, times(k.a54, p4));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a51, q1);
    v = f64x2.add(v, times(k.a53, q3));
    v = f64x2.add(v, times(k.a54, q4));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p5 = system.first(u, v);
  const q5 = system.second(u, v);
  u = times(k.a61, p1);
  u = f64x2.add(u, times(k.a64, p4));
  u = f64x2.add(u, times(k.a65, p5));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a61, q1);
    v = f64x2.add(v, times(k.a64, q4));
    v = f64x2.add(v, times(k.a65, q5));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p6 = system.first(u, v);
  const q6 = system.second(u, v);
  u = times(k.a71, p1);
  u = f64x2.add(u, times(k.a74, p4));
  u = f64x2.add(u, times(k.a75, p5));
  u = f64x2.add(u, times(k.a76, p6));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a71, q1);
    v = f64x2.add(v, times(k.a74, q4));
    v = f64x2.add(v, times(k.a75, q5));
    v = f64x2.add(v, times(k.a76, q6));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p7 = system.first(u, v);
  const q7 = system.second(u, v);
  u = times(k.a81, p1);
  u = f64x2.add(u, times(k.a84, p4));
  u = f64x2.add(u, times(k.a85, p5));
  u = f64x2.add(u, times(k.a86, p6));
  u = f64x2.add(u, times(k.a87, p7));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a81, q1);
    v = f64x2.add(v, times(k.a84, q4));
    v = f64x2.add(v, times(k.a85, q5));
    v = f64x2.add(v, times(k.a86, q6));
    v = f64x2.add(v, times(k.a87, q7));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p8 = system.first(u, v);
  const q8 = system.second(u, v);
  u = times(k.a91, p1);
  u = f64x2.add(u, times(k.a94, p4));
  u = f64x2.add(u, times(k.a95, p5));
  u = f64x2.add(u, times(k.a96, p6));
  u = f64x2.add(u, times(k.a97, p7));
  u = f64x2.add(u, times(k.a98, p8));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a91, q1);
    v = f64x2.add(v, times(k.a94, q4));
    v = f64x2.add(v, times(k.a95, q5));
    v = f64x2.add(v, times(k.a96, q6));
    v = f64x2.add(v, times(k.a97, q7));
    v = f64x2.add(v, times(k.a98, q8));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p9 = system.first(u, v);
  const q9 = system.second(u, v);
  u = times(k.a10_1, p1);
  u = f64x2.add(u, times(k.a10_4, p4));
  u = f64x2.add(u, times(k.a10_5, p5));
  u = f64x2.add(u, times(k.a10_6, p6));
  u = f64x2.add(u, times(k.a10_7, p7));
  u = f64x2.add(u, times(k.a10_8, p8));
  u = f64x2.add(u, times(k.a10_9, p9));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a10_1, q1);
    v = f64x2.add(v, times(k.a10_4, q4));
    v = f64x2.add(v, times(k.a10_5, q5));
    v = f64x2.add(v, times(k.a10_6, q6));
    v = f64x2.add(v, times(k.a10_7, q7));
    v = f64x2.add(v, times(k.a10_8, q8));
    v = f64x2.add(v, times(k.a10_9, q9));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p10 = system.first(u, v);
  const q10 = system.second(u, v);
  u = times(k.a11_1, p1);
  u = f64x2.add(u, times(k.a11_4, p4));
  u = f64x2.add(u, times(k.a11_5, p5));
  u = f64x2.add(u, times(k.a11_6, p6));
  u = f64x2.add(u, times(k.a11_7, p7));
  u = f64x2.add(u, times(k.a11_8, p8));
  u = f64x2.add(u, times(k.a11_9, p9));
  u = f64x2.add(u, times(k.a11_10, p10));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a11_1, q1);
    v = f64x2.add(v, times(k.a11_4, q4));
    v = f64x2.add(v, times(k.a11_5, q5));
    v = f64x2.add(v, times(k.a11_6, q6));
    v = f64x2.add(v, times(k.a11_7, q7));
    v = f64x2.add(v, times(k.a11_8, q8));
    v = f64x2.add(v, times(k.a11_9, q9));
    v = f64x2.add(v, times(k.a11_10, q10));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p11 = system.first(u, v);
  const q11 = system.second(u, v);
  u = times(k.a12_1, p1);
  u = f64x2.add(u, times(k.a12_4, p4));
  u = f64x2.add(u, times(k.a12_5, p5));
  u = f64x2.add(u, times(k.a12_6, p6));
  u = f64x2.add(u, times(k.a12_7, p7));
  u = f64x2.add(u, times(k.a12_8, p8));
  u = f64x2.add(u, times(k.a12_9, p9));
  u = f64x2.add(u, times(k.a12_10, p10));
  u = f64x2.add(u, times(k.a12_11, p11));
  u = f64x2.add(y0, f64x2.mul(step, u));
  if (both) {
    v = times(k.a12_1, q1);
    v = f64x2.add(v, times(k.a12_4, q4));
    v = f64x2.add(v, times(k.a12_5, q5));
    v = f64x2.add(v, times(k.a12_6, q6));
    v = f64x2.add(v, times(k.a12_7, q7));
    v = f64x2.add(v, times(k.a12_8, q8));
    v = f64x2.add(v, times(k.a12_9, q9));
    v = f64x2.add(v, times(k.a12_10, q10));
    v = f64x2.add(v, times(k.a12_11, q11));
    v = f64x2.add(y1, f64x2.mul(step, v));
  }
  const p12 = system.first(u, v);
  const q12 = system.second(u, v);
  const slopep = f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(times(k.b1, p1), times(k.b6, p6)), times(k.b7, p7)), times(k.b8, p8)), times(k.b9, p9)), times(k.b10, p10)), times(k.b11, p11)), times(k.b12, p12));
  const thirdp = f64x2.sub(f64x2.sub(f64x2.sub(slopep, times(k.bb1, p1)), times(k.bb9, p9)), times(k.bb12, p12));
  const fifthp = f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(times(k.e1, p1), times(k.e6, p6)), times(k.e7, p7)), times(k.e8, p8)), times(k.e9, p9)), times(k.e10, p10)), times(k.e11, p11)), times(k.e12, p12));
  const slopeq = f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(times(k.b1, q1), times(k.b6, q6)), times(k.b7, q7)), times(k.b8, q8)), times(k.b9, q9)), times(k.b10, q10)), times(k.b11, q11)), times(k.b12, q12));
  const thirdq = f64x2.sub(f64x2.sub(f64x2.sub(slopeq, times(k.bb1, q1)), times(k.bb9, q9)), times(k.bb12, q12));
  const fifthq = f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(f64x2.add(times(k.e1, q1), times(k.e6, q6)), times(k.e7, q7)), times(k.e8, q8)), times(k.e9, q9)), times(k.e10, q10)), times(k.e11, q11)), times(k.e12, q12));
  trial.error3 = 0;
  trial.error5 = 0;
  finish(rows, f64x2.mul(step, slopep), thirdp, fifthp, trial);
  if (both) finish(rows + 16, f64x2.mul(step, slopeq), thirdq, fifthq, trial);
}

/** The increment of a vector of components, the candidate, and what they add to the error estimates. */
function finish(at: usize, increment: v128, third: v128, fifth: v128, trial: Trial): void {
  const one = f64x2.splat(1);
  const before = v128.load(at, Y);
  const change = f64x2.sub(increment, v128.load(at, CARRY));
  const after = f64x2.add(before, change);
  v128.store(at, change, INCREMENT);
  v128.store(at, after, W);
  const larger = f64x2.pmax(f64x2.abs(after), f64x2.abs(before));
  const scale = f64x2.div(one, f64x2.mul(f64x2.splat(trial.tolerance), f64x2.add(one, larger)));
  const off3 = f64x2.mul(third, scale);
  const off5 = f64x2.mul(fifth, scale);
  const squares3 = f64x2.mul(off3, off3);
  const squares5 = f64x2.mul(off5, off5);
  trial.error3 = trial.error3 + f64x2.extract_lane(squares3, 0) + f64x2.extract_lane(squares3, 1);
  trial.error5 = trial.error5 + f64x2.extract_lane(squares5, 0) + f64x2.extract_lane(squares5, 1);
}
