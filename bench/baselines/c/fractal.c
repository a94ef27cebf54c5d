/* Tiles of the Mandelbrot set and of Julia sets, as smooth iteration counts. */
#include "driver.h"
#include <math.h>

/* tuned-fractal.c includes this file; its inner loops are those of fractal-sse.h then. */
#ifndef TUNED
#define PREFIX ""
#define FUNCTIONS fractal_functions
#endif

#define RADIUS_SQUARED 65536.0

/* Escape time of z → z² + c: n - log2(log |z| / log 256) for a point that leaves the circle in step n. */
static inline float count_of(double re, double im, double c_re, double c_im, int iterations) {
  for (int n = 1; n <= iterations; n++) {
    const double cross = re * im;
    re = re * re - im * im + c_re;
    im = cross + cross + c_im;
    const double size = re * re + im * im;
    if (size <= RADIUS_SQUARED) continue;
    const double smooth = n - log2(log2(size) / 16);
    return (float)(smooth > 0 ? smooth : 0);
  }
  return (float)iterations;
}

/* Whether a point lies inside the cardioid or the disc beside it, where nothing escapes. */
static bool is_in_bulbs(double re, double im) {
  const double square = im * im, x = re - 0.25, q = x * x + square;
  return q * (q + x) < 0.25 * square || (re + 1) * (re + 1) + square < 0.0625;
}

#ifdef TUNED
#include TUNED
#else
/* Inputs: left, top, step, width, height, …, iterations. */
static void run_mandelbrot(Call *call) {
  const double left = NUMBER(0), top = NUMBER(1), step = NUMBER(2);
  const int width = (int)NUMBER(3), height = (int)NUMBER(4), iterations = (int)NUMBER(5);
  float *const counts = output(call, (size_t)width * (size_t)height * sizeof *counts);
  for (int y = 0; y < height; y++) {
    const double im = top - y * step;
    for (int x = 0; x < width; x++) {
      const double re = left + x * step;
      counts[y * width + x] = is_in_bulbs(re, im) ? (float)iterations : count_of(0, 0, re, im, iterations);
    }
  }
}

static void run_julia(Call *call) {
  const double left = NUMBER(0), top = NUMBER(1), step = NUMBER(2), c_re = NUMBER(5), c_im = NUMBER(6);
  const int width = (int)NUMBER(3), height = (int)NUMBER(4), iterations = (int)NUMBER(7);
  float *const counts = output(call, (size_t)width * (size_t)height * sizeof *counts);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      counts[y * width + x] = count_of(left + x * step, top - y * step, c_re, c_im, iterations);
    }
  }
}
#endif

const Function FUNCTIONS[] = {
    {PREFIX "fractal/mandelbrot", run_mandelbrot},
    {PREFIX "fractal/julia", run_julia},
    {0},
};
