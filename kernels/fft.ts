/**
 * Fast Fourier transforms in double precision, of any length that is a power of two. Forward is X[k] = Σ x[j]
 * exp(-2πi j k / n) without a factor; inverse has the factor 1/n, so that it takes forward back.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 536870912, "memoryInitialBytes": 5242880 } */
import { Code, fail } from "heddle";
import { Parts, zeros } from "./fft/parts";
import { inverseTransformReal, multiplySpectra, transformReal } from "./fft/real";
import { inverseTransform, transform } from "./fft/transform";

/** Complex numbers, real and imaginary parts apart. */
export class Complex {
  /** Real parts. */
  re: StaticArray<f64> = [];
  /** Imaginary parts, as many; none at all means that all are 0. */
  im: StaticArray<f64> = [];
}

/** Elements of a convolution, at most. */
const CONVOLUTION_MAX: i64 = 1 << 21;

/**
 * Transforms complex numbers.
 * @param x n numbers, n a power of two up to 2097152
 * @returns n numbers: the spectrum, frequency 0 first
 */
export function forward(x: Complex): Complex {
  const parts = partsOf("x", x);
  const n = x.re.length;
  checkPower("x", n);
  return complexOf(transform(parts, n));
}

/**
 * Transforms a spectrum back: the inverse of forward.
 * @param spectrum n numbers, n a power of two up to 2097152
 * @returns n numbers
 */
export function inverse(spectrum: Complex): Complex {
  const parts = partsOf("spectrum", spectrum);
  const n = spectrum.re.length;
  checkPower("spectrum", n);
  return complexOf(inverseTransform(parts, n));
}

/**
 * Transforms real numbers, in half the time that complex ones take.
 * @param x n numbers, n a power of two up to 4194304
 * @returns frequencies 0 to n/2 of the spectrum; the others are conjugate to these
 */
export function forwardReal(x: StaticArray<f64>): Complex {
  const n = x.length;
  checkPower("x", n);
  return complexOf(transformReal(changetype<usize>(x), n));
}

/**
 * Transforms the spectrum of real numbers back: the inverse of forwardReal.
 * @param spectrum frequencies 0 to n/2, one more than half a power of two; of the first and the last, which a real signal
 * has without imaginary part, that part is ignored
 * @returns n numbers
 */
export function inverseReal(spectrum: Complex): StaticArray<f64> {
  const parts = partsOf("spectrum", spectrum);
  const count = spectrum.re.length;
  const n = count == 1 ? 1 : 2 * (count - 1);
  if (count == 0 || (n & (n - 1)) != 0) {
    refuse("spectrum has " + count.toString() + " elements; it must have 1, or 1 more than a power of two");
  }
  return changetype<StaticArray<f64>>(inverseTransformReal(parts, n));
}

/**
 * Convolves two signals of any lengths: c[k] = Σ a[j] b[k-j], by the product of their spectra. The error of an element is
 * some roundings of the largest one.
 * @param a m numbers
 * @param b n numbers
 * @returns m + n - 1 numbers, at most 2097152; none when either has none
 */
export function convolve(a: StaticArray<f64>, b: StaticArray<f64>): StaticArray<f64> {
  if (a.length == 0 || b.length == 0) return [];
  const length = <i64>a.length + <i64>b.length - 1;
  if (length > CONVOLUTION_MAX) {
    refuse("the convolution would have " + length.toString() + " elements, at most 2097152 are possible");
  }
  let n: i32 = 1;
  while (n < <i32>length) n <<= 1;
  const first = transformReal(padded(a, n), n);
  const second = transformReal(padded(b, n), n);
  multiplySpectra(first, second, (n >> 1) + 1);
  const all = changetype<StaticArray<f64>>(inverseTransformReal(first, n));
  return all.slice<StaticArray<f64>>(0, <i32>length);
}

function partsOf(name: string, x: Complex): Parts {
  const n = x.re.length;
  if (x.im.length == 0) return new Parts(changetype<usize>(x.re), zeros(n));
  if (x.im.length != n) {
    refuse(name + " has " + n.toString() + " real parts and " + x.im.length.toString() + " imaginary parts");
  }
  return new Parts(changetype<usize>(x.re), changetype<usize>(x.im));
}

function complexOf(parts: Parts): Complex {
  const result = new Complex();
  result.re = changetype<StaticArray<f64>>(parts.re);
  result.im = changetype<StaticArray<f64>>(parts.im);
  return result;
}

/** The elements of an array, followed by zeros. */
function padded(x: StaticArray<f64>, n: usize): usize {
  const at = zeros(n);
  memory.copy(at, changetype<usize>(x), (<usize>x.length) << 3);
  return at;
}

function checkPower(name: string, n: i32): void {
  if (n == 0) refuse(name + " is empty; a transform needs a power of two of elements, at least 1");
  if ((n & (n - 1)) == 0) return;
  let next: i32 = 1;
  while (next < n) next <<= 1;
  const length = name + " has " + n.toString() + " elements, which is no power of two";
  refuse(length + "; fill it up with zeros to " + next.toString());
}

function refuse(message: string): void {
  fail(Code.INVALID_ARGUMENT, message);
}
