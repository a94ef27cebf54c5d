/**
 * Vectors of 128 bits as the inner loops use them, for f64 and f32 alike.
 *
 * The one thing that differs between the deterministic build and the one with relaxed SIMD is `multiplyAdd`: there it is
 * one instruction with one rounding where the machine has it, here a product and a sum on every machine.
 */

/** Elements of a vector. */
export function lanes<T>(): usize {
  return 16 / sizeof<T>();
}

/** a b + c, element by element. */
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(c, v128.mul<T>(a, b));
}

/** Sum of the elements of a vector, from the first to the last. */
export function sumOf<T>(vector: v128): T {
  if (sizeof<T>() == 8) return <T>(f64x2.extract_lane(vector, 0) + f64x2.extract_lane(vector, 1));
  const low = f32x4.extract_lane(vector, 0) + f32x4.extract_lane(vector, 1);
  return <T>(low + f32x4.extract_lane(vector, 2) + f32x4.extract_lane(vector, 3));
}
