/**
 * Products of matrices with relaxed SIMD: where the processor has fused multiply-add, a product and a sum are one
 * instruction with one rounding. That is faster, and often nearer to the exact result, but the last bits differ between
 * processors, so this kernel is not deterministic; linalg has the same functions with the same results everywhere.
 */

/* heddle { "timeLimitMs": 60000, "memoryMaxBytes": 402653184, "features": ["relaxed-simd"], "memoryInitialBytes": 5242880 } */
import { Matrix, MatrixF32 } from "./linalg/matrix";
import { product } from "./linalg/product";

/**
 * Product of two matrices.
 * @param a m × k
 * @param b k × n
 * @returns m × n, at most 64 MiB; infinities and NaN go through as in IEEE 754
 */
export function matmul(a: Matrix, b: Matrix): Matrix {
  return product<Matrix, f64>(a, b);
}

/**
 * Product of two matrices in single precision, sums included; twice as fast as with doubles.
 * @param a m × k
 * @param b k × n
 * @returns m × n, at most 64 MiB
 */
export function matmulF32(a: MatrixF32, b: MatrixF32): MatrixF32 {
  return product<MatrixF32, f32>(a, b);
}
