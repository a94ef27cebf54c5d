/*
 * Escape times in SSE intrinsics, four points in two vectors. Eight iterations run without a test; when a point has
 * left the circle in them, they are gone through again one by one to see where.
 */
#include <emmintrin.h>

#define STEPS 8

typedef struct {
  double re[4], im[4], c_re[4], c_im[4], size[4];
  int count[4];
} Four;

/* So many iterations one by one. Returns which points are done after them. */
static int look_back(Four *four, int n, int steps, int done) {
  for (int i = 0; i < 4; i++) {
    if (done >> i & 1) continue;
    double re = four->re[i], im = four->im[i];
    for (int step = 1; step <= steps; step++) {
      const double cross = re * im;
      re = re * re - im * im + four->c_re[i];
      im = cross + cross + four->c_im[i];
      const double size = re * re + im * im;
      if (size <= RADIUS_SQUARED) continue;
      four->size[i] = size;
      four->count[i] = n + step;
      done |= 1 << i;
      break;
    }
  }
  return done;
}

static void escape(Four *four, int iterations, int done) {
  const __m128d c0_re = _mm_loadu_pd(four->c_re), c1_re = _mm_loadu_pd(four->c_re + 2);
  const __m128d c0_im = _mm_loadu_pd(four->c_im), c1_im = _mm_loadu_pd(four->c_im + 2);
  const __m128d border = _mm_set1_pd(RADIUS_SQUARED);
  __m128d re0 = _mm_loadu_pd(four->re), re1 = _mm_loadu_pd(four->re + 2);
  __m128d im0 = _mm_loadu_pd(four->im), im1 = _mm_loadu_pd(four->im + 2);
  int n = 0;
  memset(four->count, 0, sizeof four->count);
  for (; n + STEPS <= iterations && done != 15; n += STEPS) {
    _mm_storeu_pd(four->re, re0);
    _mm_storeu_pd(four->re + 2, re1);
    _mm_storeu_pd(four->im, im0);
    _mm_storeu_pd(four->im + 2, im1);
    for (int step = 0; step < STEPS; step++) {
      const __m128d cross0 = _mm_mul_pd(re0, im0), cross1 = _mm_mul_pd(re1, im1);
      re0 = _mm_add_pd(_mm_sub_pd(_mm_mul_pd(re0, re0), _mm_mul_pd(im0, im0)), c0_re);
      re1 = _mm_add_pd(_mm_sub_pd(_mm_mul_pd(re1, re1), _mm_mul_pd(im1, im1)), c1_re);
      im0 = _mm_add_pd(_mm_add_pd(cross0, cross0), c0_im);
      im1 = _mm_add_pd(_mm_add_pd(cross1, cross1), c1_im);
    }
    const __m128d size0 = _mm_add_pd(_mm_mul_pd(re0, re0), _mm_mul_pd(im0, im0));
    const __m128d size1 = _mm_add_pd(_mm_mul_pd(re1, re1), _mm_mul_pd(im1, im1));
    const int inside = _mm_movemask_pd(_mm_cmple_pd(size0, border)) | _mm_movemask_pd(_mm_cmple_pd(size1, border)) << 2;
    if ((inside | done) != 15) done = look_back(four, n, STEPS, done);
  }
  if (done == 15) return;
  _mm_storeu_pd(four->re, re0);
  _mm_storeu_pd(four->re + 2, re1);
  _mm_storeu_pd(four->im, im0);
  _mm_storeu_pd(four->im + 2, im1);
  look_back(four, n, iterations - n, done);
}

static void put_counts(const Four *four, float *to, int pixels, int iterations) {
  for (int i = 0; i < pixels; i++) {
    const double smooth = four->count[i] - log2(log2(four->size[i]) / 16);
    to[i] = (float)(four->count[i] == 0 ? iterations : smooth > 0 ? smooth : 0);
  }
}

static void run_mandelbrot(Call *call) {
  const double left = NUMBER(0), top = NUMBER(1), step = NUMBER(2);
  const int width = (int)NUMBER(3), height = (int)NUMBER(4), iterations = (int)NUMBER(5);
  float *const counts = output(call, (size_t)width * (size_t)height * sizeof *counts);
  for (int y = 0; y < height; y++) {
    const double im = top - y * step;
    for (int x = 0; x < width; x += 4) {
      Four four = {0};
      int known = 0;
      for (int i = 0; i < 4; i++) {
        four.c_re[i] = left + (x + i < width ? x + i : width - 1) * step;
        four.c_im[i] = im;
        known |= is_in_bulbs(four.c_re[i], im) << i;
      }
      escape(&four, iterations, known);
      put_counts(&four, counts + y * width + x, width - x < 4 ? width - x : 4, iterations);
    }
  }
}

static void run_julia(Call *call) {
  const double left = NUMBER(0), top = NUMBER(1), step = NUMBER(2), c_re = NUMBER(5), c_im = NUMBER(6);
  const int width = (int)NUMBER(3), height = (int)NUMBER(4), iterations = (int)NUMBER(7);
  float *const counts = output(call, (size_t)width * (size_t)height * sizeof *counts);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x += 4) {
      Four four = {0};
      for (int i = 0; i < 4; i++) {
        four.re[i] = left + (x + i < width ? x + i : width - 1) * step;
        four.im[i] = top - y * step;
        four.c_re[i] = c_re;
        four.c_im[i] = c_im;
      }
      escape(&four, iterations, 0);
      put_counts(&four, counts + y * width + x, width - x < 4 ? width - x : 4, iterations);
    }
  }
}
