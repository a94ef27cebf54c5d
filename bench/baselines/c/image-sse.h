/* Blur, gradients and rows of new sizes in SSE intrinsics; a pixel is a vector of four floats. */
#include <emmintrin.h>

static void blur_row(const float *source, size_t count, const float *weights, int radius, float *to) {
  for (size_t at = 0; at < count; at += TOGETHER) {
    const float *const centre = source + at;
    __m128 weight = _mm_set1_ps(weights[0]);
    __m128 a = _mm_mul_ps(weight, _mm_loadu_ps(centre)), b = _mm_mul_ps(weight, _mm_loadu_ps(centre + 4));
    __m128 c = _mm_mul_ps(weight, _mm_loadu_ps(centre + 8)), d = _mm_mul_ps(weight, _mm_loadu_ps(centre + 12));
    for (int k = 1; k <= radius; k++) {
      const float *const l = centre - 4 * k, *const r = centre + 4 * k;
      weight = _mm_set1_ps(weights[k]);
      a = _mm_add_ps(a, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l), _mm_loadu_ps(r))));
      b = _mm_add_ps(b, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l + 4), _mm_loadu_ps(r + 4))));
      c = _mm_add_ps(c, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l + 8), _mm_loadu_ps(r + 8))));
      d = _mm_add_ps(d, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l + 12), _mm_loadu_ps(r + 12))));
    }
    _mm_storeu_ps(to + at, a);
    _mm_storeu_ps(to + at + 4, b);
    _mm_storeu_ps(to + at + 8, c);
    _mm_storeu_ps(to + at + 12, d);
  }
}

/* Four floats from 0 to 255 as whole numbers, rounded to the nearest. */
static inline __m128i whole(__m128 values) {
  return _mm_and_si128(_mm_castps_si128(_mm_add_ps(values, _mm_set1_ps(8388608))), _mm_set1_epi32(0xffff));
}

static void blur_columns(const float *const *rows, size_t count, const float *weights, int radius, uint8_t *to) {
  for (size_t at = 0; at < count; at += TOGETHER) {
    const float *const row = rows[0] + at;
    __m128 weight = _mm_set1_ps(weights[0]);
    __m128 a = _mm_mul_ps(weight, _mm_loadu_ps(row)), b = _mm_mul_ps(weight, _mm_loadu_ps(row + 4));
    __m128 c = _mm_mul_ps(weight, _mm_loadu_ps(row + 8)), d = _mm_mul_ps(weight, _mm_loadu_ps(row + 12));
    for (int k = 1; k <= radius; k++) {
      const float *const l = rows[2 * k - 1] + at, *const r = rows[2 * k] + at;
      weight = _mm_set1_ps(weights[k]);
      a = _mm_add_ps(a, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l), _mm_loadu_ps(r))));
      b = _mm_add_ps(b, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l + 4), _mm_loadu_ps(r + 4))));
      c = _mm_add_ps(c, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l + 8), _mm_loadu_ps(r + 8))));
      d = _mm_add_ps(d, _mm_mul_ps(weight, _mm_add_ps(_mm_loadu_ps(l + 12), _mm_loadu_ps(r + 12))));
    }
    const __m128i low = _mm_packs_epi32(whole(a), whole(b)), high = _mm_packs_epi32(whole(c), whole(d));
    _mm_storeu_si128((__m128i *)(to + at), _mm_packus_epi16(low, high));
  }
}

/* Four grey pixels from four pairs of gradients. */
static inline __m128i grey(__m128i pairs) {
  const __m128 size = _mm_sqrt_ps(_mm_cvtepi32_ps(_mm_madd_epi16(pairs, pairs)));
  const __m128i byte = _mm_and_si128(whole(_mm_min_ps(size, _mm_set1_ps(255))), _mm_set1_epi32(0xff));
  const __m128i two = _mm_or_si128(byte, _mm_slli_epi32(byte, 8));
  return _mm_or_si128(_mm_or_si128(two, _mm_slli_epi32(byte, 16)), _mm_set1_epi32((int)0xff000000));
}

#define LOAD(row, at) _mm_loadu_si128((const __m128i *)((row) + (at)))

static void gradients(const int16_t *above, const int16_t *row, const int16_t *below, int width, uint32_t *to) {
  int x = 0;
  for (; x + 8 <= width; x += 8) {
    const __m128i a0 = LOAD(above, x - 1), a1 = LOAD(above, x), a2 = LOAD(above, x + 1);
    const __m128i b0 = LOAD(row, x - 1), b2 = LOAD(row, x + 1);
    const __m128i c0 = LOAD(below, x - 1), c1 = LOAD(below, x), c2 = LOAD(below, x + 1);
    const __m128i right = _mm_add_epi16(_mm_add_epi16(a2, c2), _mm_slli_epi16(b2, 1));
    const __m128i left = _mm_add_epi16(_mm_add_epi16(a0, c0), _mm_slli_epi16(b0, 1));
    const __m128i bottom = _mm_add_epi16(_mm_add_epi16(c0, c2), _mm_slli_epi16(c1, 1));
    const __m128i top = _mm_add_epi16(_mm_add_epi16(a0, a2), _mm_slli_epi16(a1, 1));
    const __m128i gx = _mm_sub_epi16(right, left), gy = _mm_sub_epi16(bottom, top);
    _mm_storeu_si128((__m128i *)(to + x), grey(_mm_unpacklo_epi16(gx, gy)));
    _mm_storeu_si128((__m128i *)(to + x + 4), grey(_mm_unpackhi_epi16(gx, gy)));
  }
  for (; x < width; x++) {
    const int gx = above[x + 1] + 2 * row[x + 1] + below[x + 1] - above[x - 1] - 2 * row[x - 1] - below[x - 1];
    const int gy = below[x - 1] + 2 * below[x] + below[x + 1] - above[x - 1] - 2 * above[x] - above[x + 1];
    const float size = sqrtf((float)(gx * gx + gy * gy));
    to[x] = rounded(size < 255 ? size : 255) * 0x010101u | 0xff000000;
  }
}

static void resize_row(const float *source, const Taps *taps, int width, float *to) {
  const float *weights = taps->weights;
  for (int x = 0; x < width; x++, weights += taps->count) {
    const float *const pixels = source + 4 * taps->starts[x];
    __m128 sum = _mm_mul_ps(_mm_set1_ps(weights[0]), _mm_loadu_ps(pixels));
    for (int k = 1; k < taps->count; k++) {
      sum = _mm_add_ps(sum, _mm_mul_ps(_mm_set1_ps(weights[k]), _mm_loadu_ps(pixels + 4 * k)));
    }
    _mm_storeu_ps(to + 4 * x, sum);
  }
}
