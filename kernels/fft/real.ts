/**
 * Transforms of n real numbers by one of n/2 complex ones (H. V. Sorensen and others, "Real-valued fast Fourier transform
 * algorithms", IEEE Trans. ASSP 35 (1987)): even and odd elements are real and imaginary parts, whose transforms are told
 * apart by their symmetry. Only elements 0 to n/2 of the spectrum are kept; the others are their conjugates.
 */
import { newDoubles, newParts, Parts, zeros } from "./parts";
import { fillRoots } from "./roots";
import { inverseTransform, transform } from "./transform";

/** Transforms n real elements at `x`, a power of two. The result has n/2 + 1 elements, one when n is 1. */
export function transformReal(x: usize, n: usize): Parts {
  if (n == 1) return new Parts(x, zeros(1));
  const half = n >> 1;
  const parts = split(x, half);
  const z = transform(parts, half);
  const result = newParts(half + 1);
  const re = load<f64>(z.re);
  const im = load<f64>(z.im);
  result.put(0, re + im, 0);
  result.put(half, re - im, 0);
  separate(z, result, n, 1);
  return result;
}

/** The inverse: n real elements, in memory of their own, of n/2 + 1 of a spectrum. */
export function inverseTransformReal(spectrum: Parts, n: usize): usize {
  if (n == 1) return spectrum.re;
  const half = n >> 1;
  const z = newParts(half);
  const first = load<f64>(spectrum.re);
  const last = load<f64>(spectrum.re + (half << 3));
  z.put(0, (first + last) / 2, (first - last) / 2);
  separate(spectrum, z, n, -1);
  return join(inverseTransform(z, half), half);
}

/**
 * Elements 1 to n/2 - 1 of either from those of the other: for E = (Z[k] + conj Z[n/2-k]) / 2 and t = W^k (Z[k] - conj
 * Z[n/2-k]) / 2 the spectrum is E - i t at k, and conj (E + i t) at n/2-k. Back, W and i are conjugate, which is the sign of W's real part here.
 */
function separate(from: Parts, to: Parts, n: usize, sign: f64): void {
  const half = n >> 1;
  if (half < 2) return;
  const middle = half >> 1;
  const roots = __alloc(half << 3);
  fillRoots(roots, middle, 1, n);
  for (let k: usize = 1; k < middle; k++) {
    const other = half - k;
    const aRe = load<f64>(from.re + (k << 3));
    const aIm = load<f64>(from.im + (k << 3));
    const bRe = load<f64>(from.re + (other << 3));
    const bIm = load<f64>(from.im + (other << 3));
    const wRe = load<f64>(roots + (k << 3)) * 0.5 * sign;
    const wIm = load<f64>(roots + ((middle + k) << 3)) * 0.5;
    const eRe = (aRe + bRe) * 0.5;
    const eIm = (aIm - bIm) * 0.5;
    const oRe = aRe - bRe;
    const oIm = aIm + bIm;
    const tRe = wRe * oRe - wIm * oIm;
    const tIm = wRe * oIm + wIm * oRe;
    to.put(k, eRe + tIm, eIm - tRe);
    to.put(other, eRe - tIm, -eIm - tRe);
  }
  to.put(middle, load<f64>(from.re + (middle << 3)), -load<f64>(from.im + (middle << 3)));
}

/** Even elements as real parts, odd ones as imaginary parts. */
function split(x: usize, half: usize): Parts {
  const parts = newParts(half);
  for (let at: usize = 0; at < half << 3; at += 8) {
    store<f64>(parts.re + at, load<f64>(x + 2 * at));
    store<f64>(parts.im + at, load<f64>(x + 2 * at, 8));
  }
  return parts;
}

function join(z: Parts, half: usize): usize {
  const x = newDoubles(half << 1);
  for (let at: usize = 0; at < half << 3; at += 8) {
    store<f64>(x + 2 * at, load<f64>(z.re + at));
    store<f64>(x + 2 * at, load<f64>(z.im + at), 8);
  }
  return x;
}

/** Multiplies one spectrum by another, element by element. */
export function multiplySpectra(spectrum: Parts, by: Parts, count: usize): void {
  for (let at: usize = 0; at < count << 3; at += 8) {
    const aRe = load<f64>(spectrum.re + at);
    const aIm = load<f64>(spectrum.im + at);
    const bRe = load<f64>(by.re + at);
    const bIm = load<f64>(by.im + at);
    store<f64>(spectrum.re + at, aRe * bRe - aIm * bIm);
    store<f64>(spectrum.im + at, aRe * bIm + aIm * bRe);
  }
}
