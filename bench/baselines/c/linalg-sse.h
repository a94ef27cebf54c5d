/* Tiles of products and sums along rows in SSE intrinsics. */
#include <emmintrin.h>

/* Four rows by two vectors, held in eight registers while one panel of A and one of B run past. */
#define SSE_TILE(name, T, V, LANES, load, store, set1, add, mul, zero)                                               \
  static void name(const T *a, const T *b, size_t depth, T *tile) {                                                  \
    V c00 = zero(), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;                     \
    for (size_t i = 0; i < depth; i++, a += 4, b += 2 * LANES) {                                                     \
      const V b0 = load(b), b1 = load(b + LANES);                                                                    \
      const V a0 = set1(a[0]);                                                                                       \
      c00 = add(c00, mul(a0, b0));                                                                                   \
      c01 = add(c01, mul(a0, b1));                                                                                   \
      const V a1 = set1(a[1]);                                                                                       \
      c10 = add(c10, mul(a1, b0));                                                                                   \
      c11 = add(c11, mul(a1, b1));                                                                                   \
      const V a2 = set1(a[2]);                                                                                       \
      c20 = add(c20, mul(a2, b0));                                                                                   \
      c21 = add(c21, mul(a2, b1));                                                                                   \
      const V a3 = set1(a[3]);                                                                                       \
      c30 = add(c30, mul(a3, b0));                                                                                   \
      c31 = add(c31, mul(a3, b1));                                                                                   \
    }                                                                                                                \
    store(tile, c00);                                                                                                \
    store(tile + LANES, c01);                                                                                        \
    store(tile + 2 * LANES, c10);                                                                                    \
    store(tile + 3 * LANES, c11);                                                                                    \
    store(tile + 4 * LANES, c20);                                                                                    \
    store(tile + 5 * LANES, c21);                                                                                    \
    store(tile + 6 * LANES, c30);                                                                                    \
    store(tile + 7 * LANES, c31);                                                                                    \
  }

SSE_TILE(tile_f64, double, __m128d, 2, _mm_loadu_pd, _mm_storeu_pd, _mm_set1_pd, _mm_add_pd, _mm_mul_pd, _mm_setzero_pd)
SSE_TILE(tile_f32, float, __m128, 4, _mm_loadu_ps, _mm_storeu_ps, _mm_set1_ps, _mm_add_ps, _mm_mul_ps, _mm_setzero_ps)

/* Four rows at a time so that four sums are under way at once. */
#define SSE_MATVEC(name, T, V, LANES, load, store, add, mul, zero)                                                   \
  static void name(const T *a, size_t rows, size_t cols, const T *x, T *y) {                                         \
    const size_t whole = cols / LANES * LANES;                                                                       \
    for (size_t row = 0; row < rows; row += 4) {                                                                     \
      const size_t height = rows - row < 4 ? rows - row : 4;                                                         \
      const T *r[4];                                                                                                 \
      for (size_t i = 0; i < 4; i++) r[i] = a + (row + (i < height ? i : 0)) * cols;                                 \
      V s0 = zero(), s1 = s0, s2 = s0, s3 = s0;                                                                      \
      for (size_t i = 0; i < whole; i += LANES) {                                                                    \
        const V factor = load(x + i);                                                                                \
        s0 = add(s0, mul(load(r[0] + i), factor));                                                                   \
        s1 = add(s1, mul(load(r[1] + i), factor));                                                                   \
        s2 = add(s2, mul(load(r[2] + i), factor));                                                                   \
        s3 = add(s3, mul(load(r[3] + i), factor));                                                                   \
      }                                                                                                              \
      T lanes[4][LANES];                                                                                             \
      store(lanes[0], s0);                                                                                           \
      store(lanes[1], s1);                                                                                           \
      store(lanes[2], s2);                                                                                           \
      store(lanes[3], s3);                                                                                           \
      for (size_t k = 0; k < height; k++) {                                                                          \
        T sum = 0;                                                                                                   \
        for (int lane = 0; lane < LANES; lane++) sum += lanes[k][lane];                                              \
        for (size_t i = whole; i < cols; i++) sum += r[k][i] * x[i];                                                 \
        y[row + k] = sum;                                                                                            \
      }                                                                                                              \
    }                                                                                                                \
  }

SSE_MATVEC(matvec_f64, double, __m128d, 2, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd, _mm_mul_pd, _mm_setzero_pd)
SSE_MATVEC(matvec_f32, float, __m128, 4, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps, _mm_mul_ps, _mm_setzero_ps)
