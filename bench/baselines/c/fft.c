/*
 * Fourier transforms after Stockham, of radix 4 and at the end 2, with real and imaginary parts in arrays of their own,
 * which is how gcc finds neighbours for its vectors.
 */
#include "driver.h"
#include <math.h>

/* tuned-fft.c includes this file; its inner loops are those of fft-sse.h then. */
#ifndef TUNED
#define PREFIX ""
#define FUNCTIONS fft_functions
#endif

#define PI 3.14159265358979323846

typedef struct {
  double *re, *im;
} Parts;

static Parts new_parts(size_t count) {
  double *const both = room(2 * count * sizeof *both);
  return (Parts){both, both + count};
}


/* exp(-2πi k / n), from a sine and a cosine of at most π/4, where they are most exact. */
static void root_of(size_t k, size_t n, double *re, double *im) {
  const size_t quarter = 4 * k / n, rest = k - quarter * n / 4;
  const bool folded = 8 * rest > n;
  const double angle = 2 * PI * (double)(folded ? n / 4 - rest : rest) / (double)n;
  const double sine = sin(angle), cosine = cos(angle);
  *re = folded ? sine : cosine;
  *im = folded ? -cosine : -sine;
  for (size_t i = 0; i < quarter; i++) {
    const double before = *re;
    *re = *im;
    *im = -before;
  }
}

/*
 * exp(-2πi multiple j / n) for j below `count`, a power of two. Sines are computed for some and for the small turns
 * between those: with 1 + d for a turn, the root that follows w is w + w d.
 */
static void fill_roots(double *restrict re, double *restrict im, size_t count, size_t multiple, size_t n) {
  if (count <= 16) {
    for (size_t j = 0; j < count; j++) root_of(multiple * j, n, re + j, im + j);
    return;
  }
  const size_t few = (size_t)1 << ((__builtin_ctzll(count) + 1) / 2);
  const double angle = -2 * PI * (double)multiple / (double)n;
  double *restrict const turn_re = room(2 * few * sizeof *turn_re), *restrict const turn_im = turn_re + few;
  for (size_t j = 0; j < few; j++) {
    const double half = sin(angle * (double)j / 2);
    turn_re[j] = -2 * half * half;
    turn_im[j] = sin(angle * (double)j);
  }
  for (size_t first = 0; first < count; first += few) {
    double w_re, w_im;
    root_of(multiple * first, n, &w_re, &w_im);
    for (size_t j = 0; j < few; j++) {
      re[first + j] = w_re + (w_re * turn_re[j] - w_im * turn_im[j]);
      im[first + j] = w_im + (w_re * turn_im[j] + w_im * turn_re[j]);
    }
  }
  free(turn_re);
}

/*
 * One butterfly of radix 4 on elements p + i m of `from`, whose four results go to places `out` apart of `to`, times
 * the roots.
 */
#define BUTTERFLY(at, to, out, w1r, w1i, w2r, w2i, w3r, w3i)                                                         \
  const double sum_re = re[at] + re[at + 2 * m], sum_im = im[at] + im[at + 2 * m];                                   \
  const double dif_re = re[at] - re[at + 2 * m], dif_im = im[at] - im[at + 2 * m];                                   \
  const double oth_re = re[at + m] + re[at + 3 * m], oth_im = im[at + m] + im[at + 3 * m];                           \
  const double trn_re = im[at + m] - im[at + 3 * m], trn_im = re[at + 3 * m] - re[at + m];                           \
  const double y1_re = dif_re + trn_re, y1_im = dif_im + trn_im;                                                     \
  const double y2_re = sum_re - oth_re, y2_im = sum_im - oth_im;                                                     \
  const double y3_re = dif_re - trn_re, y3_im = dif_im - trn_im;                                                     \
  to_re[to] = sum_re + oth_re;                                                                                       \
  to_im[to] = sum_im + oth_im;                                                                                       \
  to_re[to + out] = y1_re * w1r - y1_im * w1i;                                                                       \
  to_im[to + out] = y1_re * w1i + y1_im * w1r;                                                                       \
  to_re[to + 2 * out] = y2_re * w2r - y2_im * w2i;                                                                   \
  to_im[to + 2 * out] = y2_re * w2i + y2_im * w2r;                                                                   \
  to_re[to + 3 * out] = y3_re * w3r - y3_im * w3i;                                                                   \
  to_im[to + 3 * out] = y3_re * w3i + y3_im * w3r;

#ifdef TUNED
#include TUNED
#else
static void first_stage(size_t m, const double *restrict re, const double *restrict im, double *restrict to_re,
                        double *restrict to_im, const double *restrict w) {
  for (size_t p = 0; p < m; p++) {
    BUTTERFLY(p, 4 * p, 1, w[p], w[p + m], w[p + 2 * m], w[p + 3 * m], w[p + 4 * m], w[p + 5 * m])
  }
}

static void middle_stage(size_t m, size_t stride, const double *restrict re, const double *restrict im,
                         double *restrict to_re, double *restrict to_im, const double *restrict w) {
  for (size_t p = 0; p < m; p += stride) {
    const double w1r = w[p], w1i = w[p + m], w2r = w[p + 2 * m], w2i = w[p + 3 * m], w3r = w[p + 4 * m];
    const double w3i = w[p + 5 * m];
    for (size_t q = 0; q < stride; q++) {
      BUTTERFLY(p + q, 4 * p + q, stride, w1r, w1i, w2r, w2i, w3r, w3i)
    }
  }
}
#endif

static void last_stage(size_t half, const double *restrict from, double *restrict to) {
  for (size_t i = 0; i < half; i++) {
    to[i] = from[i] + from[i + half];
    to[i + half] = from[i] - from[i + half];
  }
}

/* Transforms n elements, a power of two of at least 8, of x, which is left as it is unless it is a or b. */
static Parts transform(Parts x, size_t n, Parts a, Parts b) {
  const size_t m = n / 4;
  double *const roots = room(6 * m * sizeof *roots);
  for (size_t i = 0; i < 3; i++) fill_roots(roots + 2 * i * m, roots + (2 * i + 1) * m, m, i + 1, n);
  Parts from = x, to = a;
  for (size_t stride = 1; stride < n; stride *= 4) {
    if (stride == 1) first_stage(m, from.re, from.im, to.re, to.im, roots);
    else if (2 * stride == n) {
      last_stage(n / 2, from.re, to.re);
      last_stage(n / 2, from.im, to.im);
    } else middle_stage(m, stride, from.re, from.im, to.re, to.im, roots);
    from = to;
    to = from.re == a.re ? b : a;
  }
  free(roots);
  return from;
}

/* Stages of a transform: an odd number ends in a. */
static bool ends_in_first(size_t n) { return (__builtin_ctzll(n) + 1) / 2 % 2 == 1; }

/* Transforms x into `to`. */
static void transform_into(Parts x, size_t n, Parts to) {
  const Parts other = new_parts(n);
  if (ends_in_first(n)) transform(x, n, to, other);
  else transform(x, n, other, to);
  free(other.re);
}

static void scale(double *values, size_t count, double factor) {
  for (size_t i = 0; i < count; i++) values[i] *= factor;
}

static void inverse_into(Parts x, size_t n, Parts to) {
  transform_into((Parts){x.im, x.re}, n, (Parts){to.im, to.re});
  scale(to.re, n, 1 / (double)n);
  scale(to.im, n, 1 / (double)n);
}

/* The spectrum of n real numbers from that of n/2 complex ones, or back. */
static void separate(Parts from, Parts to, size_t n, double sign) {
  const size_t half = n / 2, middle = half / 2;
  double *restrict const roots = room(half * sizeof *roots);
  fill_roots(roots, roots + middle, middle, 1, n);
  for (size_t k = 1; k < middle; k++) {
    const size_t other = half - k;
    const double w_re = roots[k] * 0.5 * sign, w_im = roots[middle + k] * 0.5;
    const double e_re = (from.re[k] + from.re[other]) * 0.5, e_im = (from.im[k] - from.im[other]) * 0.5;
    const double o_re = from.re[k] - from.re[other], o_im = from.im[k] + from.im[other];
    const double t_re = w_re * o_re - w_im * o_im, t_im = w_re * o_im + w_im * o_re;
    to.re[k] = e_re + t_im;
    to.im[k] = e_im - t_re;
    to.re[other] = e_re - t_im;
    to.im[other] = -e_im - t_re;
  }
  to.re[middle] = from.re[middle];
  to.im[middle] = -from.im[middle];
  free(roots);
}

static void forward_real(const double *restrict x, size_t n, Parts to) {
  const size_t half = n / 2;
  const Parts parts = new_parts(half), z = new_parts(half);
  for (size_t i = 0; i < half; i++) {
    parts.re[i] = x[2 * i];
    parts.im[i] = x[2 * i + 1];
  }
  transform_into(parts, half, z);
  to.re[0] = z.re[0] + z.im[0];
  to.re[half] = z.re[0] - z.im[0];
  to.im[0] = to.im[half] = 0;
  separate(z, to, n, 1);
  free(parts.re);
  free(z.re);
}

static void inverse_real(Parts spectrum, size_t n, double *restrict x) {
  const size_t half = n / 2;
  const Parts parts = new_parts(half), z = new_parts(half);
  parts.re[0] = (spectrum.re[0] + spectrum.re[half]) / 2;
  parts.im[0] = (spectrum.re[0] - spectrum.re[half]) / 2;
  separate(spectrum, parts, n, -1);
  inverse_into(parts, half, z);
  for (size_t i = 0; i < half; i++) {
    x[2 * i] = z.re[i];
    x[2 * i + 1] = z.im[i];
  }
  free(parts.re);
  free(z.re);
}

static Parts input_parts(Call *call) { return (Parts){(double *)call->in[0].data, (double *)call->in[1].data}; }

static Parts output_parts(Call *call, size_t count) {
  double *const re = output(call, count * sizeof *re);
  return (Parts){re, output(call, count * sizeof *re)};
}

static void run_forward(Call *call) {
  const size_t n = COUNT(double, 0);
  transform_into(input_parts(call), n, output_parts(call, n));
}

static void run_inverse(Call *call) {
  const size_t n = COUNT(double, 0);
  inverse_into(input_parts(call), n, output_parts(call, n));
}

static void run_forward_real(Call *call) {
  const size_t n = COUNT(double, 0);
  forward_real(ARRAY(double, 0), n, output_parts(call, n / 2 + 1));
}

static void run_inverse_real(Call *call) {
  const size_t n = 2 * (COUNT(double, 0) - 1);
  inverse_real(input_parts(call), n, output(call, n * sizeof(double)));
}

static void run_convolve(Call *call) {
  const size_t length = COUNT(double, 0) + COUNT(double, 1) - 1;
  size_t n = 1;
  while (n < length) n *= 2;
  const Parts first = new_parts(n / 2 + 1), second = new_parts(n / 2 + 1);
  double *const padded = zeros(n * sizeof *padded), *const result = output(call, n * sizeof *result);
  memcpy(padded, ARRAY(double, 0), call->in[0].size);
  forward_real(padded, n, first);
  memset(padded, 0, n * sizeof *padded);
  memcpy(padded, ARRAY(double, 1), call->in[1].size);
  forward_real(padded, n, second);
  for (size_t i = 0; i < n / 2 + 1; i++) {
    const double re = first.re[i], im = first.im[i];
    first.re[i] = re * second.re[i] - im * second.im[i];
    first.im[i] = re * second.im[i] + im * second.re[i];
  }
  inverse_real(first, n, result);
  cut(call, length * sizeof *result);
  free(first.re);
  free(second.re);
  free(padded);
}

const Function FUNCTIONS[] = {
    {PREFIX "fft/forward", run_forward},
    {PREFIX "fft/inverse", run_inverse},
    {PREFIX "fft/forwardReal", run_forward_real},
    {PREFIX "fft/inverseReal", run_inverse_real},
    {PREFIX "fft/convolve", run_convolve},
    {0},
};
