/**
 * The stages of a Fourier transform after Stockham, of radix 4 and at the end 2 (C. Van Loan, "Computational Frameworks
 * for the Fast Fourier Transform", section 1.7): each reads one pair of arrays and writes the other, and the order of
 * elements comes right by itself. Real and imaginary parts lie in arrays of their own, so that two neighbours are a
 * vector in all stages but the first, which transposes.
 *
 * A stage of length l = 4 m and stride s takes elements s (p + m i) + q, i from 0 to 3, to elements s (4 p + i) + q,
 * p below m and q below s, and multiplies by roots of order l.
 */

/** Where a stage reads and writes: addresses of real and imaginary parts. */
@final
export class Stage {
  constructor(
    readonly fromRe: usize,
    readonly fromIm: usize,
    readonly toRe: usize,
    readonly toIm: usize,
  ) {}
}

/** The first stage, of stride 1, of a length n of at least 8. `roots` are three tables of n/4. */
export function firstStage(stage: Stage, n: usize, roots: usize): void {
  const quarter = n << 1;
  const re = stage.fromRe;
  const im = stage.fromIm;
  let toRe = stage.toRe;
  let toIm = stage.toIm;
  for (let at: usize = 0; at < quarter; at += 16) {
    const aRe = v128.load(re + at);
    const aIm = v128.load(im + at);
    const bRe = v128.load(re + quarter + at);
    const bIm = v128.load(im + quarter + at);
    const cRe = v128.load(re + 2 * quarter + at);
    const cIm = v128.load(im + 2 * quarter + at);
    const dRe = v128.load(re + 3 * quarter + at);
    const dIm = v128.load(im + 3 * quarter + at);
    const sumRe = f64x2.add(aRe, cRe);
    const sumIm = f64x2.add(aIm, cIm);
    const differenceRe = f64x2.sub(aRe, cRe);
    const differenceIm = f64x2.sub(aIm, cIm);
    const otherRe = f64x2.add(bRe, dRe);
    const otherIm = f64x2.add(bIm, dIm);
    const turnedRe = f64x2.sub(bIm, dIm);
    const turnedIm = f64x2.sub(dRe, bRe);
    const y1Re = f64x2.add(differenceRe, turnedRe);
    const y1Im = f64x2.add(differenceIm, turnedIm);
    const y2Re = f64x2.sub(sumRe, otherRe);
    const y2Im = f64x2.sub(sumIm, otherIm);
    const y3Re = f64x2.sub(differenceRe, turnedRe);
    const y3Im = f64x2.sub(differenceIm, turnedIm);
    const w1 = roots + at;
    const w1Re = v128.load(w1);
    const w1Im = v128.load(w1 + quarter);
    const w2Re = v128.load(w1 + 2 * quarter);
    const w2Im = v128.load(w1 + 3 * quarter);
    const w3Re = v128.load(w1 + 4 * quarter);
    const w3Im = v128.load(w1 + 5 * quarter);
    interleave(
      toRe,
      f64x2.add(sumRe, otherRe),
      f64x2.sub(f64x2.mul(y1Re, w1Re), f64x2.mul(y1Im, w1Im)),
      f64x2.sub(f64x2.mul(y2Re, w2Re), f64x2.mul(y2Im, w2Im)),
      f64x2.sub(f64x2.mul(y3Re, w3Re), f64x2.mul(y3Im, w3Im)),
    );
    interleave(
      toIm,
      f64x2.add(sumIm, otherIm),
      f64x2.add(f64x2.mul(y1Re, w1Im), f64x2.mul(y1Im, w1Re)),
      f64x2.add(f64x2.mul(y2Re, w2Im), f64x2.mul(y2Im, w2Re)),
      f64x2.add(f64x2.mul(y3Re, w3Im), f64x2.mul(y3Im, w3Re)),
    );
    toRe += 64;
    toIm += 64;
  }
}

/** Two columns of four. */
function interleave(to: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  v128.store(to, v128.shuffle<i64>(y0, y1, 0, 2));
  v128.store(to, v128.shuffle<i64>(y2, y3, 0, 2), 16);
  v128.store(to, v128.shuffle<i64>(y0, y1, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(y2, y3, 1, 3), 48);
}

/** A further stage of radix 4 with a stride of at least 4, in a transform of length n. */
export function middleStage(stage: Stage, n: usize, stride: usize, roots: usize): void {
  const quarter = n << 1;
  const width = stride << 3;
  for (let at: usize = 0; at < quarter; at += width) {
    const w1Re = v128.load64_splat(roots + at);
    const w1Im = v128.load64_splat(roots + quarter + at);
    const w2Re = v128.load64_splat(roots + 2 * quarter + at);
    const w2Im = v128.load64_splat(roots + 3 * quarter + at);
    const w3Re = v128.load64_splat(roots + 4 * quarter + at);
    const w3Im = v128.load64_splat(roots + 5 * quarter + at);
    let re = stage.fromRe + at;
    let im = stage.fromIm + at;
    let toRe = stage.toRe + 4 * at;
    let toIm = stage.toIm + 4 * at;
    for (const end = re + width; re < end; re += 16) {
      const aRe = v128.load(re);
      const aIm = v128.load(im);
      const bRe = v128.load(re + quarter);
      const bIm = v128.load(im + quarter);
      const cRe = v128.load(re + 2 * quarter);
      const cIm = v128.load(im + 2 * quarter);
      const dRe = v128.load(re + 3 * quarter);
      const dIm = v128.load(im + 3 * quarter);
      const sumRe = f64x2.add(aRe, cRe);
      const sumIm = f64x2.add(aIm, cIm);
      const differenceRe = f64x2.sub(aRe, cRe);
      const differenceIm = f64x2.sub(aIm, cIm);
      const otherRe = f64x2.add(bRe, dRe);
      const otherIm = f64x2.add(bIm, dIm);
      const turnedRe = f64x2.sub(bIm, dIm);
      const turnedIm = f64x2.sub(dRe, bRe);
      v128.store(toRe, f64x2.add(sumRe, otherRe));
      v128.store(toIm, f64x2.add(sumIm, otherIm));
      const y1Re = f64x2.add(differenceRe, turnedRe);
      const y1Im = f64x2.add(differenceIm, turnedIm);
      v128.store(toRe + width, f64x2.sub(f64x2.mul(y1Re, w1Re), f64x2.mul(y1Im, w1Im)));
      v128.store(toIm + width, f64x2.add(f64x2.mul(y1Re, w1Im), f64x2.mul(y1Im, w1Re)));
      const y2Re = f64x2.sub(sumRe, otherRe);
      const y2Im = f64x2.sub(sumIm, otherIm);
      v128.store(toRe + 2 * width, f64x2.sub(f64x2.mul(y2Re, w2Re), f64x2.mul(y2Im, w2Im)));
      v128.store(toIm + 2 * width, f64x2.add(f64x2.mul(y2Re, w2Im), f64x2.mul(y2Im, w2Re)));
      const y3Re = f64x2.sub(differenceRe, turnedRe);
      const y3Im = f64x2.sub(differenceIm, turnedIm);
      v128.store(toRe + 3 * width, f64x2.sub(f64x2.mul(y3Re, w3Re), f64x2.mul(y3Im, w3Im)));
      v128.store(toIm + 3 * width, f64x2.add(f64x2.mul(y3Re, w3Im), f64x2.mul(y3Im, w3Re)));
      im += 16;
      toRe += 16;
      toIm += 16;
    }
  }
}

/** The last stage where the length is no power of 4: sums and differences of the two halves, of at least 2 elements. */
export function lastStage(stage: Stage, n: usize): void {
  halves(stage.fromRe, stage.toRe, n << 2);
  halves(stage.fromIm, stage.toIm, n << 2);
}

function halves(from: usize, to: usize, half: usize): void {
  for (const end = from + half; from < end; from += 16) {
    const first = v128.load(from);
    const second = v128.load(from + half);
    v128.store(to, f64x2.add(first, second));
    v128.store(to + half, f64x2.sub(first, second));
    to += 16;
  }
}
