/* The nearest centroid in SSE intrinsics: eight points in four vectors meet one centroid after the other. */
#include <emmintrin.h>

static inline __m128i larger(__m128i a, __m128i b, __m128d where) {
  const __m128i mask = _mm_castpd_si128(where);
  return _mm_or_si128(_mm_and_si128(mask, b), _mm_andnot_si128(mask, a));
}

static void nearest(const double *restrict turned, size_t dimensions, const double *restrict centroids, size_t count,
                    double *restrict best, uint32_t *restrict places) {
  __m128d b0 = _mm_set1_pd(INFINITY), b1 = b0, b2 = b0, b3 = b0;
  __m128i p0 = _mm_setzero_si128(), p1 = p0, p2 = p0, p3 = p0, index = p0;
  const double *centroid = centroids;
  for (size_t c = 0; c < count; c++) {
    __m128d d0 = _mm_setzero_pd(), d1 = d0, d2 = d0, d3 = d0;
    const double *at = turned;
    for (size_t j = 0; j < dimensions; j++, at += GROUP) {
      const __m128d x = _mm_set1_pd(*centroid++);
      const __m128d e0 = _mm_sub_pd(_mm_loadu_pd(at), x), e1 = _mm_sub_pd(_mm_loadu_pd(at + 2), x);
      const __m128d e2 = _mm_sub_pd(_mm_loadu_pd(at + 4), x), e3 = _mm_sub_pd(_mm_loadu_pd(at + 6), x);
      d0 = _mm_add_pd(d0, _mm_mul_pd(e0, e0));
      d1 = _mm_add_pd(d1, _mm_mul_pd(e1, e1));
      d2 = _mm_add_pd(d2, _mm_mul_pd(e2, e2));
      d3 = _mm_add_pd(d3, _mm_mul_pd(e3, e3));
    }
    p0 = larger(p0, index, _mm_cmplt_pd(d0, b0));
    p1 = larger(p1, index, _mm_cmplt_pd(d1, b1));
    p2 = larger(p2, index, _mm_cmplt_pd(d2, b2));
    p3 = larger(p3, index, _mm_cmplt_pd(d3, b3));
    b0 = _mm_min_pd(d0, b0);
    b1 = _mm_min_pd(d1, b1);
    b2 = _mm_min_pd(d2, b2);
    b3 = _mm_min_pd(d3, b3);
    index = _mm_add_epi64(index, _mm_set1_epi64x(1));
  }
  uint64_t wide[GROUP];
  _mm_storeu_pd(best, b0);
  _mm_storeu_pd(best + 2, b1);
  _mm_storeu_pd(best + 4, b2);
  _mm_storeu_pd(best + 6, b3);
  _mm_storeu_si128((__m128i *)wide, p0);
  _mm_storeu_si128((__m128i *)(wide + 2), p1);
  _mm_storeu_si128((__m128i *)(wide + 4), p2);
  _mm_storeu_si128((__m128i *)(wide + 6), p3);
  for (int i = 0; i < GROUP; i++) places[i] = (uint32_t)wide[i];
}
