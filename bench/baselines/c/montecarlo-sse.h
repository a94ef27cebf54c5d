/* Random and normal numbers in SSE intrinsics: four blocks of Philox side by side, two normal numbers at once. */
#include <emmintrin.h>

/* The high or the low words of four products of 64 bits. */
static inline __m128i upper(__m128i a, __m128i b) {
  return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), _MM_SHUFFLE(3, 1, 3, 1)));
}
static inline __m128i lower(__m128i a, __m128i b) {
  return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), _MM_SHUFFLE(2, 0, 2, 0)));
}

/* Four blocks from a multiple of four on: eight words of 64 bits. */
static inline void four_blocks(uint64_t first, uint32_t third, uint32_t fourth, uint64_t seed, uint64_t *to) {
  const __m128i m0 = _mm_set1_epi32((int)0xd2511f53), m1 = _mm_set1_epi32((int)0xcd9e8d57);
  __m128i k0 = _mm_set1_epi32((int)seed), k1 = _mm_set1_epi32((int)(seed >> 32));
  __m128i c0 = _mm_add_epi32(_mm_set1_epi32((int)first), _mm_setr_epi32(0, 1, 2, 3));
  __m128i c1 = _mm_set1_epi32((int)(first >> 32)), c2 = _mm_set1_epi32((int)third), c3 = _mm_set1_epi32((int)fourth);
  for (int round = 0; round < 10; round++) {
    const __m128i p0_low = _mm_mul_epu32(_mm_unpacklo_epi32(c0, c0), m0), p0_high = _mm_mul_epu32(_mm_unpackhi_epi32(c0, c0), m0);
    const __m128i p1_low = _mm_mul_epu32(_mm_unpacklo_epi32(c2, c2), m1), p1_high = _mm_mul_epu32(_mm_unpackhi_epi32(c2, c2), m1);
    c0 = _mm_xor_si128(_mm_xor_si128(upper(p1_low, p1_high), c1), k0);
    c1 = lower(p1_low, p1_high);
    c2 = _mm_xor_si128(_mm_xor_si128(upper(p0_low, p0_high), c3), k1);
    c3 = lower(p0_low, p0_high);
    k0 = _mm_add_epi32(k0, _mm_set1_epi32((int)0x9e3779b9));
    k1 = _mm_add_epi32(k1, _mm_set1_epi32((int)0xbb67ae85));
  }
  const __m128i a = _mm_unpacklo_epi32(c0, c1), b = _mm_unpackhi_epi32(c0, c1);
  const __m128i c = _mm_unpacklo_epi32(c2, c3), d = _mm_unpackhi_epi32(c2, c3);
  _mm_storeu_si128((__m128i *)to, _mm_unpacklo_epi64(a, c));
  _mm_storeu_si128((__m128i *)(to + 2), _mm_unpackhi_epi64(a, c));
  _mm_storeu_si128((__m128i *)(to + 4), _mm_unpacklo_epi64(b, d));
  _mm_storeu_si128((__m128i *)(to + 6), _mm_unpackhi_epi64(b, d));
}

/* c + x d */
static inline __m128d next(double c, __m128d x, __m128d d) { return _mm_add_pd(_mm_set1_pd(c), _mm_mul_pd(x, d)); }

static inline __m128d two_middles(__m128d q) {
  const __m128d r = _mm_sub_pd(_mm_set1_pd(0.180625), _mm_mul_pd(q, q));
  __m128d a = next(3.3430575583588128105e4, r, _mm_set1_pd(2.5090809287301226727e3));
  a = next(6.7265770927008700853e4, r, a);
  a = next(4.5921953931549871457e4, r, a);
  a = next(1.3731693765509461125e4, r, a);
  a = next(1.9715909503065514427e3, r, a);
  a = next(1.3314166789178437745e2, r, a);
  a = next(3.387132872796366608, r, a);
  __m128d b = next(2.8729085735721942674e4, r, _mm_set1_pd(5.226495278852854561e3));
  b = next(3.930789580009271061e4, r, b);
  b = next(2.1213794301586595867e4, r, b);
  b = next(5.3941960214247511077e3, r, b);
  b = next(6.871870074920579083e2, r, b);
  b = next(4.2313330701600911252e1, r, b);
  b = next(1, r, b);
  return _mm_div_pd(_mm_mul_pd(q, a), b);
}

/* Doubles from 1 to below 2 of the upper 52 bits of words. */
static inline __m128d fraction(const uint64_t *words) {
  const __m128i bits = _mm_srli_epi64(_mm_loadu_si128((const __m128i *)words), 12);
  return _mm_castsi128_pd(_mm_or_si128(bits, _mm_set1_epi64x(0x3ff0000000000000)));
}

static void draw_european(uint64_t seed, uint64_t first, size_t count, double *values) {
  const uint64_t start = first & ~(uint64_t)7;
  const size_t skip = first - start, all = (skip + count + 7) & ~(size_t)7;
  uint64_t words[PASS + 16];
  double normals[PASS + 16], offsets[PASS + 16];
  uint32_t tails[PASS + 16];
  size_t tail_count = 0;
  for (size_t i = 0; i < all; i += 8) four_blocks((start + i) / 2, 0, EUROPEAN, seed, words + i);
  for (size_t i = 0; i < all; i += 2) {
    const __m128d q = _mm_sub_pd(fraction(words + i), _mm_set1_pd(1.5 - 1.1102230246251565e-16));
    const __m128d size = _mm_andnot_pd(_mm_set1_pd(-0.0), q);
    const int outside = _mm_movemask_pd(_mm_cmpgt_pd(size, _mm_set1_pd(0.425)));
    _mm_storeu_pd(normals + i, two_middles(q));
    tails[tail_count] = (uint32_t)i;
    _mm_storel_pd(offsets + tail_count, q);
    tail_count += outside & 1;
    tails[tail_count] = (uint32_t)i + 1;
    _mm_storeh_pd(offsets + tail_count, q);
    tail_count += outside >> 1;
  }
  for (size_t i = 0; i < tail_count; i++) normals[tails[i]] = tail(offsets[i]);
  memcpy(values, normals + skip, count * sizeof *values);
}

static inline __m128d square(const uint64_t *words) {
  const __m128d u = _mm_sub_pd(fraction(words), _mm_set1_pd(1 - 1.1102230246251565e-16));
  return _mm_mul_pd(u, u);
}

/* Bits of which of two points are hits. */
static inline int hits_of(const uint64_t *words) {
  const __m128d first = square(words), second = square(words + 2);
  const __m128d sums = _mm_add_pd(_mm_unpacklo_pd(first, second), _mm_unpackhi_pd(first, second));
  return _mm_movemask_pd(_mm_cmple_pd(sums, _mm_set1_pd(1)));
}

static uint64_t count_hits(uint64_t seed, uint64_t first, size_t points) {
  const uint64_t end = first + points;
  uint64_t hits = 0, words[8];
  for (uint64_t group = first & ~(uint64_t)3; group < end; group += 4) {
    four_blocks(group, 0, POINTS, seed, words);
    const int inside = hits_of(words) | hits_of(words + 4) << 2;
    const int before = group < first ? (int)(first - group) : 0, after = end - group < 4 ? 4 - (int)(end - group) : 0;
    hits += (uint64_t)__builtin_popcount((unsigned)(inside & 15 << before & 15 >> after));
  }
  return hits;
}
