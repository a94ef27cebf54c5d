/**
 * Escape times of z → z² + c, four points at a time in two vectors, so that no iteration waits for the one before it
 * alone.
 *
 * The inner loop runs eight iterations without a test. Only when a point has left the circle in them, the eight are
 * gone through again one by one, to see where: what is outside stays outside and grows, so that a look at the end
 * misses nothing, and what becomes of it then, infinite or not a number, disturbs nobody.
 */

/** Square of the radius beyond which a point has escaped: large, so that the smooth count is smooth. */
export const RADIUS_SQUARED: f64 = 65536;

/** Iterations between two looks, made by twos. */
const STEPS: i32 = 8;

/**
 * Four points under way. First z, then c, as the caller puts them: four real parts, then four imaginary parts. Then what
 * came out: |z|² at the escape, and the number of iterations until then.
 */
const Z: usize = memory.data(64, 16);
const C: usize = memory.data(64, 16);
const SIZE: usize = memory.data(32, 16);
const COUNT: usize = memory.data(16, 16);

/** Puts point `i`, from 0 to 3. */
export function putPoint(i: usize, zRe: f64, zIm: f64, cRe: f64, cIm: f64): void {
  store<f64>(Z + (i << 3), zRe);
  store<f64>(Z + 32 + (i << 3), zIm);
  store<f64>(C + (i << 3), cRe);
  store<f64>(C + 32 + (i << 3), cIm);
}

/** |z|² of point `i` when it escaped. */
export function sizeOf(i: usize): f64 {
  return load<f64>(SIZE + (i << 3));
}

/** Iterations of point `i` until it escaped; 0 when it did not. */
export function countOf(i: usize): i32 {
  return load<i32>(COUNT + (i << 2));
}

/** Iterates the four points, but for those whose bits in `known` are set, and notes where they escape. */
export function escape(iterations: i32, known: i32): void {
  v128.store(COUNT, i32x4.splat(0));
  let done = known;
  const c0Re = v128.load(C);
  const c1Re = v128.load(C, 16);
  const c0Im = v128.load(C, 32);
  const c1Im = v128.load(C, 48);
  const border = f64x2.splat(RADIUS_SQUARED);
  let z0Re = v128.load(Z);
  let z1Re = v128.load(Z, 16);
  let z0Im = v128.load(Z, 32);
  let z1Im = v128.load(Z, 48);
  let n = 0;
  for (; n + STEPS <= iterations && done != 15; n += STEPS) {
    v128.store(Z, z0Re);
    v128.store(Z, z1Re, 16);
    v128.store(Z, z0Im, 32);
    v128.store(Z, z1Im, 48);
    for (let step = 0; step < STEPS; step += 2) {
      const first0 = f64x2.sub(f64x2.mul(z0Re, z0Re), f64x2.mul(z0Im, z0Im));
      const first1 = f64x2.sub(f64x2.mul(z1Re, z1Re), f64x2.mul(z1Im, z1Im));
      const cross0 = f64x2.mul(z0Re, z0Im);
      const cross1 = f64x2.mul(z1Re, z1Im);
      const re0 = f64x2.add(first0, c0Re);
      const re1 = f64x2.add(first1, c1Re);
      const im0 = f64x2.add(f64x2.add(cross0, cross0), c0Im);
      const im1 = f64x2.add(f64x2.add(cross1, cross1), c1Im);
      const second0 = f64x2.sub(f64x2.mul(re0, re0), f64x2.mul(im0, im0));
      const second1 = f64x2.sub(f64x2.mul(re1, re1), f64x2.mul(im1, im1));
      const product0 = f64x2.mul(re0, im0);
      const product1 = f64x2.mul(re1, im1);
      z0Re = f64x2.add(second0, c0Re);
      z1Re = f64x2.add(second1, c1Re);
      z0Im = f64x2.add(f64x2.add(product0, product0), c0Im);
      z1Im = f64x2.add(f64x2.add(product1, product1), c1Im);
    }
    const size0 = f64x2.add(f64x2.mul(z0Re, z0Re), f64x2.mul(z0Im, z0Im));
    const size1 = f64x2.add(f64x2.mul(z1Re, z1Re), f64x2.mul(z1Im, z1Im));
    // Asked this way around, what is no number counts as outside.
    const inside = i64x2.bitmask(f64x2.le(size0, border)) | (i64x2.bitmask(f64x2.le(size1, border)) << 2);
    if ((inside | done) != 15) done = lookBack(n, STEPS, done);
  }
  if (done == 15) return;
  v128.store(Z, z0Re);
  v128.store(Z, z1Re, 16);
  v128.store(Z, z0Im, 32);
  v128.store(Z, z1Im, 48);
  lookBack(n, iterations - n, done);
}

/** So many iterations one by one, from the state that was kept. Returns which points are done after them. */
function lookBack(n: i32, steps: i32, done: i32): i32 {
  for (let i: usize = 0; i < 4; i++) {
    if ((done >> (<i32>i)) & 1) continue;
    const cRe = load<f64>(C + (i << 3));
    const cIm = load<f64>(C + 32 + (i << 3));
    let re = load<f64>(Z + (i << 3));
    let im = load<f64>(Z + 32 + (i << 3));
    for (let step = 1; step <= steps; step++) {
      const cross = re * im;
      re = re * re - im * im + cRe;
      im = cross + cross + cIm;
      const size = re * re + im * im;
      if (size <= RADIUS_SQUARED) continue;
      store<f64>(SIZE + (i << 3), size);
      store<i32>(COUNT + (i << 2), n + step);
      done |= 1 << (<i32>i);
      break;
    }
  }
  return done;
}
