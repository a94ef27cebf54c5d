/** Fourier transforms of complex numbers: X[k] = Σ x[j] exp(-2πi j k / n), forward, and its inverse. */
import { newParts, Parts } from "./parts";
import { fillRoots } from "./roots";
import { firstStage, lastStage, middleStage, Stage } from "./stages";

/** Transforms n elements, a power of two. The result is where the returned parts say: in place, or in new memory. */
export function transform(x: Parts, n: usize): Parts {
  if (n <= 4) {
    transformFew(x, n);
    return x;
  }
  const bytes = n << 3;
  const quarter = n >> 2;
  const roots = __alloc(3 * (bytes >> 1));
  for (let multiple: usize = 1; multiple <= 3; multiple++) {
    fillRoots(roots + (multiple - 1) * (bytes >> 1), quarter, multiple, n);
  }
  let from = x;
  let to = newParts(n);
  for (let stride: usize = 1; stride < n; stride <<= 2) {
    const stage = new Stage(from.re, from.im, to.re, to.im);
    if (stride == 1) firstStage(stage, n, roots);
    else if (stride << 1 == n) lastStage(stage, n);
    else middleStage(stage, n, stride, roots);
    const written = to;
    to = from;
    from = written;
  }
  return from;
}

/** The inverse: with real and imaginary parts exchanged it is the transform itself, but for the factor 1/n. */
export function inverseTransform(x: Parts, n: usize): Parts {
  const result = transform(new Parts(x.im, x.re), n);
  const factor = 1 / <f64>n;
  scale(result.re, n, factor);
  scale(result.im, n, factor);
  return new Parts(result.im, result.re);
}

function scale(at: usize, count: usize, factor: f64): void {
  for (const end = at + (count << 3); at < end; at += 8) store<f64>(at, load<f64>(at) * factor);
}

/** One, two or four elements, in place. */
function transformFew(x: Parts, n: usize): void {
  if (n == 1) return;
  if (n == 2) {
    exchangeSum(x.re, x.re + 8);
    exchangeSum(x.im, x.im + 8);
    return;
  }
  const re = x.re;
  const im = x.im;
  exchangeSum(re, re + 16);
  exchangeSum(im, im + 16);
  exchangeSum(re + 8, re + 24);
  exchangeSum(im + 8, im + 24);
  const third = load<f64>(re, 24);
  store<f64>(re, load<f64>(im, 24), 24);
  store<f64>(im, -third, 24);
  exchangeSum(re, re + 8);
  exchangeSum(im, im + 8);
  exchangeSum(re + 16, re + 24);
  exchangeSum(im + 16, im + 24);
  exchange(re + 8, re + 16);
  exchange(im + 8, im + 16);
}

/** a, b become a + b, a - b. */
function exchangeSum(first: usize, second: usize): void {
  const a = load<f64>(first);
  const b = load<f64>(second);
  store<f64>(first, a + b);
  store<f64>(second, a - b);
}

function exchange(first: usize, second: usize): void {
  const a = load<f64>(first);
  store<f64>(first, load<f64>(second));
  store<f64>(second, a);
}
