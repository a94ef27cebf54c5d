/**
 * Tiles of the Mandelbrot set and of Julia sets, as smooth iteration counts: a tile is one call, a picture a map over
 * tiles.
 */

/* heddle { "timeLimitMs": 60000, "memoryInitialBytes": 524288 } */
import { Code, fail } from "heddle";
import { countOf, escape, putPoint, sizeOf } from "./fractal/escape";
import { newBlock } from "./lib/container";

/** A rectangle of the complex plane and its pixels. Pixel x, y is the point left + x step, top - y step. */
export class View {
  /** Real part of the first pixel of a row. */
  left: f64 = 0;
  /** Imaginary part of the first row. */
  top: f64 = 0;
  /** Distance of neighbouring pixels, above 0. Below some 1e-16 of left and top they become the same point. */
  step: f64 = 0;
  /** Pixels of a row, at least 1. */
  width: i32 = 0;
  /** Rows, at least 1; a tile has at most 4194304 pixels. */
  height: i32 = 0;
}

/** Pixels of a tile and iterations of a pixel, at most. */
const PIXELS_MAX: i64 = 1 << 22;
const ITERATIONS_MAX: i32 = 1000000;

/**
 * Iterates z → z² + c from 0, with the pixel as c.
 * @param view which part of the plane
 * @param iterations after so many a pixel is taken to belong to the set, 1 to 1000000
 * @returns a count for each pixel, row by row: after how many iterations |z| reaches 256, smoothly between whole ones, or
 * `iterations` for pixels that do not get there
 */
export function mandelbrot(view: View, iterations: i32): StaticArray<f32> {
  const counts = checked(view, iterations);
  const width = <usize>view.width;
  for (let y = 0; y < view.height; y++) {
    const cIm = view.top - <f64>y * view.step;
    const row = changetype<usize>(counts) + <usize>y * (width << 2);
    for (let x: usize = 0; x < width; x += 4) {
      let known = 0;
      for (let i: usize = 0; i < 4; i++) {
        const cRe = view.left + <f64>min(x + i, width - 1) * view.step;
        putPoint(i, 0, 0, cRe, cIm);
        known |= i32(isInBulbs(cRe, cIm)) << (<i32>i);
      }
      escape(iterations, known);
      putCounts(row + (x << 2), min<usize>(4, width - x), iterations);
    }
  }
  return counts;
}

/**
 * Iterates z → z² + c from the pixel, with one c for all.
 * @param view which part of the plane
 * @param cRe real part of c
 * @param cIm imaginary part of c
 * @param iterations after so many a pixel is taken to belong to the set, 1 to 1000000
 * @returns a count for each pixel, as mandelbrot gives it
 */
export function julia(view: View, cRe: f64, cIm: f64, iterations: i32): StaticArray<f32> {
  checkFinite("c_re", cRe);
  checkFinite("c_im", cIm);
  const counts = checked(view, iterations);
  const width = <usize>view.width;
  for (let y = 0; y < view.height; y++) {
    const zIm = view.top - <f64>y * view.step;
    const row = changetype<usize>(counts) + <usize>y * (width << 2);
    for (let x: usize = 0; x < width; x += 4) {
      for (let i: usize = 0; i < 4; i++) {
        putPoint(i, view.left + <f64>min(x + i, width - 1) * view.step, zIm, cRe, cIm);
      }
      escape(iterations, 0);
      putCounts(row + (x << 2), min<usize>(4, width - x), iterations);
    }
  }
  return counts;
}

/** Whether a point lies inside the cardioid or the disc beside it, where nothing escapes. Infinities do not. */
function isInBulbs(re: f64, im: f64): bool {
  const square = im * im;
  const x = re - 0.25;
  const q = x * x + square;
  return q * (q + x) < 0.25 * square || (re + 1) * (re + 1) + square < 0.0625;
}

/** Of a point that leaves the circle in step n with |z|: n - log2(log |z| / log 256), which is n on the circle. */
function putCounts(to: usize, pixels: usize, iterations: i32): void {
  for (let i: usize = 0; i < pixels; i++) {
    const count = countOf(i);
    const smooth = <f64>count - Math.log2(Math.log2(sizeOf(i)) / 16);
    // Asked this way around, a first step that is not even a number counts as 0.
    store<f32>(to + (i << 2), <f32>(count == 0 ? <f64>iterations : smooth > 0 ? smooth : 0));
  }
}

/** Checks the request and makes room for the counts. */
function checked(view: View, iterations: i32): StaticArray<f32> {
  checkFinite("view.left", view.left);
  checkFinite("view.top", view.top);
  checkFinite("view.step", view.step);
  if (view.step <= 0) refuse("view.step must be above 0, not " + view.step.toString());
  const pixels = <i64>view.width * <i64>view.height;
  if (view.width < 1 || view.height < 1 || pixels > PIXELS_MAX) {
    const size = view.width.toString() + " × " + view.height.toString();
    refuse("view must have 1 to 4194304 pixels, not " + size);
  }
  if (iterations < 1 || iterations > ITERATIONS_MAX) {
    refuse("iterations must be from 1 to 1000000, not " + iterations.toString());
  }
  return newBlock<StaticArray<f32>>((<usize>pixels) << 2);
}

function checkFinite(name: string, value: f64): void {
  if (!isFinite(value)) refuse(name + " must be finite, not " + value.toString());
}

function refuse(message: string): void {
  fail(Code.INVALID_ARGUMENT, message);
}
