/**
 * Tables of roots of unity, exp(-2πi m j / n) for j from 0.
 *
 * Sines would take longer than the transform, so they are computed for some of the roots only, and for the small turns
 * between those: with 1 + d for such a turn, the root that follows w is w + w d. d is small, so that its error hardly
 * counts, and the roots are good to about one unit in the last place.
 */

/** Up to so many roots, every one is a sine and a cosine. */
const COUNT_PLAIN: usize = 16;

/** Writes the real parts of `count` roots, a power of two, to `to`, and then their imaginary parts. */
export function fillRoots(to: usize, count: usize, multiple: usize, n: usize): void {
  const imaginary = to + (count << 3);
  if (count <= COUNT_PLAIN) {
    for (let j: usize = 0; j < count; j++) {
      const w = rootOf(multiple * j, n);
      store<f64>(to + (j << 3), f64x2.extract_lane(w, 0));
      store<f64>(imaginary + (j << 3), f64x2.extract_lane(w, 1));
    }
    return;
  }
  const few: usize = 1 << ((ctz(count) + 1) >> 1);
  const turns = turnsOf(few, multiple, n);
  for (let first: usize = 0; first < count; first += few) {
    const w = rootOf(multiple * first, n);
    const re = f64x2.extract_lane(w, 0);
    const im = f64x2.extract_lane(w, 1);
    fillBetween(to + (first << 3), imaginary + (first << 3), re, im, turns, few);
  }
}

/** The turns exp(-2πi multiple j / n) - 1 for j below `few`: real parts, then imaginary parts. */
function turnsOf(few: usize, multiple: usize, n: usize): usize {
  const turns = __alloc(few << 4);
  const angle = (-2 * Math.PI * <f64>multiple) / <f64>n;
  for (let j: usize = 0; j < few; j++) {
    const half = Math.sin((angle * <f64>j) / 2);
    store<f64>(turns + (j << 3), -2 * half * half);
    store<f64>(turns + ((few + j) << 3), Math.sin(angle * <f64>j));
  }
  return turns;
}

function fillBetween(to: usize, imaginary: usize, re: f64, im: f64, turns: usize, few: usize): void {
  const wRe = f64x2.splat(re);
  const wIm = f64x2.splat(im);
  for (let at: usize = 0; at < few << 3; at += 16) {
    const dRe = v128.load(turns + at);
    const dIm = v128.load(turns + (few << 3) + at);
    const real = f64x2.sub(f64x2.mul(wRe, dRe), f64x2.mul(wIm, dIm));
    const imag = f64x2.add(f64x2.mul(wRe, dIm), f64x2.mul(wIm, dRe));
    v128.store(to + at, f64x2.add(wRe, real));
    v128.store(imaginary + at, f64x2.add(wIm, imag));
  }
}

/** exp(-2πi k / n) for k below n, from a sine and a cosine of at most π/4, where they are most exact. */
function rootOf(k: usize, n: usize): v128 {
  const quarter = (k << 2) / n;
  const rest = k - (quarter * n) / 4;
  const folded = rest << 3 > n;
  const angle = (2 * Math.PI * <f64>(folded ? n / 4 - rest : rest)) / <f64>n;
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  let re = folded ? sine : cosine;
  let im = folded ? -cosine : -sine;
  for (let i: usize = 0; i < quarter; i++) {
    const before = re;
    re = im;
    im = -before;
  }
  return f64x2.replace_lane(f64x2.splat(re), 1, im);
}
