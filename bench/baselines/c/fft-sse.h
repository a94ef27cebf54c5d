/* The stages of radix 4 in SSE intrinsics: two neighbours are a vector in all but the first, which transposes. */
#include <emmintrin.h>

typedef struct {
  __m128d re, im;
} Pair;

static inline Pair load_pair(const double *re, const double *im, size_t at) {
  return (Pair){_mm_loadu_pd(re + at), _mm_loadu_pd(im + at)};
}

static inline Pair plus(Pair a, Pair b) { return (Pair){_mm_add_pd(a.re, b.re), _mm_add_pd(a.im, b.im)}; }
static inline Pair minus(Pair a, Pair b) { return (Pair){_mm_sub_pd(a.re, b.re), _mm_sub_pd(a.im, b.im)}; }

/* Times -i. */
static inline Pair turned(Pair a) { return (Pair){a.im, _mm_sub_pd(_mm_setzero_pd(), a.re)}; }

static inline Pair times(Pair a, Pair w) {
  return (Pair){_mm_sub_pd(_mm_mul_pd(a.re, w.re), _mm_mul_pd(a.im, w.im)),
                _mm_add_pd(_mm_mul_pd(a.re, w.im), _mm_mul_pd(a.im, w.re))};
}

/* What becomes of four elements, two columns at once. */
static inline void butterfly(const Pair x[4], Pair w1, Pair w2, Pair w3, Pair y[4]) {
  const Pair sum = plus(x[0], x[2]), difference = minus(x[0], x[2]), other = plus(x[1], x[3]);
  const Pair turn = turned(minus(x[1], x[3]));
  y[0] = plus(sum, other);
  y[1] = times(plus(difference, turn), w1);
  y[2] = times(minus(sum, other), w2);
  y[3] = times(minus(difference, turn), w3);
}

/* Two columns of four. */
static inline void interleave(double *to, __m128d y0, __m128d y1, __m128d y2, __m128d y3) {
  _mm_storeu_pd(to, _mm_unpacklo_pd(y0, y1));
  _mm_storeu_pd(to + 2, _mm_unpacklo_pd(y2, y3));
  _mm_storeu_pd(to + 4, _mm_unpackhi_pd(y0, y1));
  _mm_storeu_pd(to + 6, _mm_unpackhi_pd(y2, y3));
}

static void first_stage(size_t m, const double *restrict re, const double *restrict im, double *restrict to_re,
                        double *restrict to_im, const double *restrict w) {
  for (size_t p = 0; p < m; p += 2) {
    const Pair x[4] = {load_pair(re, im, p), load_pair(re, im, p + m), load_pair(re, im, p + 2 * m),
                       load_pair(re, im, p + 3 * m)};
    Pair y[4];
    butterfly(x, load_pair(w, w + m, p), load_pair(w + 2 * m, w + 3 * m, p), load_pair(w + 4 * m, w + 5 * m, p), y);
    interleave(to_re + 4 * p, y[0].re, y[1].re, y[2].re, y[3].re);
    interleave(to_im + 4 * p, y[0].im, y[1].im, y[2].im, y[3].im);
  }
}

static void middle_stage(size_t m, size_t stride, const double *restrict re, const double *restrict im,
                         double *restrict to_re, double *restrict to_im, const double *restrict w) {
  for (size_t p = 0; p < m; p += stride) {
    const Pair w1 = {_mm_set1_pd(w[p]), _mm_set1_pd(w[p + m])};
    const Pair w2 = {_mm_set1_pd(w[p + 2 * m]), _mm_set1_pd(w[p + 3 * m])};
    const Pair w3 = {_mm_set1_pd(w[p + 4 * m]), _mm_set1_pd(w[p + 5 * m])};
    for (size_t q = p; q < p + stride; q += 2) {
      const Pair x[4] = {load_pair(re, im, q), load_pair(re, im, q + m), load_pair(re, im, q + 2 * m),
                         load_pair(re, im, q + 3 * m)};
      Pair y[4];
      butterfly(x, w1, w2, w3, y);
      for (size_t i = 0; i < 4; i++) {
        _mm_storeu_pd(to_re + 3 * p + q + i * stride, y[i].re);
        _mm_storeu_pd(to_im + 3 * p + q + i * stride, y[i].im);
      }
    }
  }
}
