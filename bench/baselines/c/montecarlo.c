/*
 * Means by chance: options priced along pairs of a path and its mirror image, and π. Numbers come from Philox 4x32-10
 * by the index of the path, become normal by AS 241, and outcomes are added up exactly, on two grids.
 */
#include "driver.h"
#include <math.h>

/* tuned-montecarlo.c includes this file; its inner loops are those of montecarlo-sse.h then. */
#ifndef TUNED
#define PREFIX ""
#define FUNCTIONS montecarlo_functions
#endif

enum { EUROPEAN, ASIAN, POINTS };

/* Numbers made in one go: they stay in the nearest cache. */
#define PASS 512

static inline void philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint64_t seed, uint32_t to[4]) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xd2511f53 * c0, p1 = (uint64_t)0xcd9e8d57 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  to[0] = c0, to[1] = c1, to[2] = c2, to[3] = c3;
}

/* The two 64-bit words of a block. */
static inline void block(uint64_t index, uint32_t third, uint32_t fourth, uint64_t seed, uint64_t to[2]) {
  uint32_t words[4];
  philox((uint32_t)index, (uint32_t)(index >> 32), third, fourth, seed, words);
  memcpy(to, words, sizeof words);
}

static inline double as_double(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#define POLYNOMIAL8(x, c7, c6, c5, c4, c3, c2, c1, c0)                                                               \
  ((c0) + (x) * ((c1) + (x) * ((c2) + (x) * ((c3) + (x) * ((c4) + (x) * ((c5) + (x) * ((c6) + (x) * (c7))))))))

static inline double middle(double q) {
  const double r = 0.180625 - q * q;
  const double a = POLYNOMIAL8(r, 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                               4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                               1.3314166789178437745e2, 3.387132872796366608);
  const double b = POLYNOMIAL8(r, 5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4,
                               2.1213794301586595867e4, 5.3941960214247511077e3, 6.871870074920579083e2,
                               4.2313330701600911252e1, 1);
  return q * a / b;
}

static double tail(double q) {
  const double root = sqrt(-log(0.5 - fabs(q)));
  if (root <= 5) {
    const double r = root - 1.6;
    const double a = POLYNOMIAL8(r, 7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1,
                                 1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
                                 4.6303378461565452959, 1.42343711074968357734);
    const double b = POLYNOMIAL8(r, 1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2,
                                 1.4810397642748007459e-1, 6.8976733498510000455e-1, 1.6763848301838038494,
                                 2.05319162663775882187, 1);
    return copysign(a / b, q);
  }
  const double r = root - 5;
  const double a = POLYNOMIAL8(r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3,
                               2.6532189526576123093e-2, 2.9656057182850489123e-1, 1.7848265399172913358,
                               5.4637849111641143699, 6.6579046435011037772);
  const double b = POLYNOMIAL8(r, 2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
                               7.868691311456132591e-4, 1.48753612908506148525e-2, 1.3692988092273580531e-1,
                               5.9983220655588793769e-1, 1);
  return copysign(a / b, q);
}

/* Turns words into normal numbers: the middle of the distribution without a branch, then those that lie in the tails. */
static void to_normals(const uint64_t *restrict words, size_t count, double *restrict q, double *restrict values,
                       uint32_t *restrict tails) {
  size_t tail_count = 0;
  for (size_t i = 0; i < count; i++) {
    q[i] = as_double(words[i] >> 12 | 0x3ff0000000000000) - (1.5 - 1.1102230246251565e-16);
    values[i] = middle(q[i]);
  }
  for (size_t i = 0; i < count; i++) {
    tails[tail_count] = (uint32_t)i;
    tail_count += fabs(q[i]) > 0.425;
  }
  for (size_t i = 0; i < tail_count; i++) values[tails[i]] = tail(q[tails[i]]);
}

#ifdef TUNED
#include TUNED
#else
/* Numbers first … first + count - 1 of the sequence that European pairs meet, count at most PASS; first is even. */
static void draw_european(uint64_t seed, uint64_t first, size_t count, double *values) {
  uint64_t words[PASS + 2];
  double q[PASS + 2];
  uint32_t tails[PASS + 3];
  for (size_t i = 0; i < count; i += 2) block((first + i) / 2, 0, EUROPEAN, seed, words + i);
  to_normals(words, count, q, values, tails);
}

/* How many of so many points of the unit square lie within 1 of a corner. */
static uint64_t count_hits(uint64_t seed, uint64_t first, size_t points) {
  uint64_t hits = 0;
  for (uint64_t i = first; i < first + points; i++) {
    uint64_t words[2];
    block(i, 0, POINTS, seed, words);
    const double x = as_double(words[0] >> 12 | 0x3ff0000000000000) - (1 - 1.1102230246251565e-16);
    const double y = as_double(words[1] >> 12 | 0x3ff0000000000000) - (1 - 1.1102230246251565e-16);
    hits += x * x + y * y <= 1;
  }
  return hits;
}
#endif

/* e^x for |x| ≤ 700: x = n ln 2 + r, e^r by its series, 2^n by adding n to the exponent. */
static inline double exponential(double x) {
  const double rounded = x * 1.4426950408889634 + 6755399441055744, n = rounded - 6755399441055744;
  const double r = x - n * 6.9314718036912381649e-1 - n * 1.90821492927058770002e-10, s = r * r;
  const double even = 1 + s * (0.5 + s * (1.0 / 24 + s * (1.0 / 720 + s * (1.0 / 40320 + s * (1.0 / 3628800 + s * (1.0 / 479001600))))));
  const double odd = 1 + s * (1.0 / 6 + s * (1.0 / 120 + s * (1.0 / 5040 + s * (1.0 / 362880 + s * (1.0 / 39916800 + s * (1.0 / 6227020800))))));
  const double power = even + r * odd;
  uint64_t bits, shift;
  memcpy(&bits, &power, sizeof bits);
  memcpy(&shift, &rounded, sizeof shift);
  return as_double(bits + (shift << 52));
}

typedef struct {
  double side, spot, strike, rate, dividend, volatility, years;
} Option;

/* In the order of its fields on the wire; parts travel as rows of seven numbers. */
typedef struct {
  double first, count, scale, sum, sum_low, squares, squares_low;
} Part;

#define ROUNDER 6755399441055744.0
#define VALUE_GRID (1.0 / 131072)
#define SQUARE_GRID (1.0 / 256)
#define FINER (1.0 / 4194304)

static inline double on_grid(double value, double grid) { return value + ROUNDER * grid - ROUNDER * grid; }

/* Adds outcomes, in two lanes so that four chains of additions become eight. */
static void add_outcomes(Part *part, const double *outcomes, size_t count) {
  double sum[2] = {0}, sum_low[2] = {0}, squares[2] = {0}, squares_low[2] = {0};
  for (size_t i = 0; i + 2 <= count; i += 2) {
    for (int lane = 0; lane < 2; lane++) {
      const double y = outcomes[i + lane], y2 = y * y;
      const double high = on_grid(y, VALUE_GRID), high2 = on_grid(y2, SQUARE_GRID);
      sum[lane] += high;
      sum_low[lane] += on_grid(y - high, VALUE_GRID * FINER);
      squares[lane] += high2;
      squares_low[lane] += on_grid(y2 - high2, SQUARE_GRID * FINER);
    }
  }
  if (count % 2) {
    const double y = outcomes[count - 1], y2 = y * y;
    const double high = on_grid(y, VALUE_GRID), high2 = on_grid(y2, SQUARE_GRID);
    sum[0] += high;
    sum_low[0] += on_grid(y - high, VALUE_GRID * FINER);
    squares[0] += high2;
    squares_low[0] += on_grid(y2 - high2, SQUARE_GRID * FINER);
  }
  part->sum += sum[0] + sum[1];
  part->sum_low += sum_low[0] + sum_low[1];
  part->squares += squares[0] + squares[1];
  part->squares_low += squares_low[0] + squares_low[1];
}

static double power_of_two(double value) {
  double power = 1;
  while (power < value) power *= 2;
  while (power >= 2 * value) power /= 2;
  return power;
}

static double scale_of(const Option *o) {
  const double drift = exp((o->rate - o->dividend) * o->years);
  const double most = o->side == 1 ? o->strike : o->spot * fmax(1, drift);
  return power_of_two(most * exp(-o->rate * o->years));
}

static double growth_over(const Option *o, double years) {
  return exp((o->rate - o->dividend - 0.5 * o->volatility * o->volatility) * years);
}

static inline double gain(double price, double strike) { return price > strike ? price - strike : 0; }

static Part european(const Option *o, uint64_t seed, uint64_t first, size_t pairs) {
  Part part = {(double)first, (double)pairs, scale_of(o), 0, 0, 0, 0};
  const double sign = o->side == 1 ? -1 : 1, spread = o->volatility * sqrt(o->years);
  const double forward = sign * o->spot * growth_over(o, o->years), strike = sign * o->strike;
  const double weight = 0.5 * exp(-o->rate * o->years) / part.scale;
  double values[PASS + 2];
  for (size_t done = 0; done < pairs;) {
    const size_t skip = (first + done) % 2, left = pairs - done, some = left < PASS - skip ? left : PASS - skip;
    draw_european(seed, first + done - skip, (some + skip + 1) / 2 * 2, values);
    for (size_t i = 0; i < skip + some; i++) {
      const double factor = exponential(spread * values[i]);
      values[i] = (gain(forward * factor, strike) + gain(forward / factor, strike)) * weight;
    }
    add_outcomes(&part, values + skip, some);
    done += some;
  }
  return part;
}

/* Pairs that walk side by side: as many as make a vector. */
#define TOGETHER 4

static Part asian(const Option *o, size_t steps, uint64_t seed, uint64_t first, size_t pairs) {
  Part part = {(double)first, (double)pairs, scale_of(o), 0, 0, 0, 0};
  const double sign = o->side == 1 ? -1 : 1, interval = o->years / (double)steps;
  const double spread = o->volatility * sqrt(interval), growth = growth_over(o, interval);
  const double start = sign * o->spot / (double)steps, strike = sign * o->strike;
  const double weight = 0.5 * exp(-o->rate * o->years) / part.scale;
  const size_t blocks = (steps + 1) / 2, count = blocks * 2 * TOGETHER;
  uint64_t *const words = room(count * sizeof *words);
  double *const values = room(count * sizeof *values), *const q = room(count * sizeof *q);
  uint32_t *const tails = room((count + 1) * sizeof *tails);
  for (size_t done = 0; done < pairs; done += TOGETHER) {
    for (size_t i = 0; i < blocks; i++) {
      for (size_t pair = 0; pair < TOGETHER; pair++) {
        uint64_t both[2];
        block(first + done + pair, (uint32_t)i, ASIAN, seed, both);
        words[2 * i * TOGETHER + pair] = both[0];
        words[(2 * i + 1) * TOGETHER + pair] = both[1];
      }
    }
    to_normals(words, count, q, values, tails);
    double up[TOGETHER], down[TOGETHER], up_sum[TOGETHER] = {0}, down_sum[TOGETHER] = {0}, outcomes[TOGETHER];
    for (int pair = 0; pair < TOGETHER; pair++) up[pair] = down[pair] = start;
    for (size_t i = 0; i < count; i++) values[i] = exponential(spread * values[i]);
    for (size_t step = 0; step < steps; step++) {
      for (int pair = 0; pair < TOGETHER; pair++) {
        const double factor = values[step * TOGETHER + pair];
        up[pair] *= growth * factor;
        down[pair] *= growth / factor;
        up_sum[pair] += up[pair];
        down_sum[pair] += down[pair];
      }
    }
    for (int pair = 0; pair < TOGETHER; pair++) {
      outcomes[pair] = (gain(up_sum[pair], strike) + gain(down_sum[pair], strike)) * weight;
    }
    add_outcomes(&part, outcomes, pairs - done < TOGETHER ? pairs - done : TOGETHER);
  }
  free(words);
  free(values);
  free(q);
  free(tails);
  return part;
}

static Part pi(uint64_t seed, uint64_t first, size_t points) {
  const double hits = (double)count_hits(seed, first, points);
  return (Part){(double)first, (double)points, 4, hits, 0, hits, 0};
}

static void give_part(Call *call, Part part) {
  put_whole(call, (uint64_t)part.first);
  put_whole(call, (uint64_t)part.count);
  put_number(call, part.scale);
  put_number(call, part.sum);
  put_number(call, part.sum_low);
  put_number(call, part.squares);
  put_number(call, part.squares_low);
}

static void give_estimate(Call *call, Part part) {
  const double mean = (part.sum + part.sum_low) / part.count;
  const double variance = ((part.squares + part.squares_low) / part.count - mean * mean) / (part.count - 1);
  put_number(call, mean * part.scale);
  put_number(call, part.count > 1 ? sqrt(fmax(0, variance)) * part.scale : 0);
  put_whole(call, (uint64_t)part.count);
}

static int by_first(const void *a, const void *b) {
  const Part *const left = a, *const right = b;
  return (left->first > right->first) - (left->first < right->first);
}

static void run_estimate(Call *call) {
  const size_t count = COUNT(Part, 0);
  Part *const parts = room(count * sizeof *parts), total = {0};
  memcpy(parts, ARRAY(Part, 0), count * sizeof *parts);
  qsort(parts, count, sizeof *parts, by_first);
  total.scale = parts[0].scale;
  for (size_t i = 0; i < count; i++) {
    if (parts[i].scale != total.scale) abort();
    if (i > 0 && parts[i].first < parts[i - 1].first + parts[i - 1].count) abort();
    total.count += parts[i].count;
    total.sum += parts[i].sum;
    total.sum_low += parts[i].sum_low;
    total.squares += parts[i].squares;
    total.squares_low += parts[i].squares_low;
  }
  free(parts);
  give_estimate(call, total);
}

/* Inputs: the option, the seed, and what else the function wants. */
static void run_european(Call *call) {
  give_estimate(call, european(ARRAY(Option, 0), *ARRAY(uint64_t, 1), 0, (size_t)NUMBER(2)));
}

static void run_european_sums(Call *call) {
  give_part(call, european(ARRAY(Option, 0), *ARRAY(uint64_t, 1), (uint64_t)NUMBER(2), (size_t)NUMBER(3)));
}

static void run_asian(Call *call) {
  give_estimate(call, asian(ARRAY(Option, 0), (size_t)NUMBER(1), *ARRAY(uint64_t, 2), 0, (size_t)NUMBER(3)));
}

static void run_asian_sums(Call *call) {
  give_part(call, asian(ARRAY(Option, 0), (size_t)NUMBER(1), *ARRAY(uint64_t, 2), (uint64_t)NUMBER(3),
                        (size_t)NUMBER(4)));
}

static void run_pi(Call *call) { give_estimate(call, pi(*ARRAY(uint64_t, 0), 0, (size_t)NUMBER(1))); }

static void run_pi_sums(Call *call) {
  give_part(call, pi(*ARRAY(uint64_t, 0), (uint64_t)NUMBER(1), (size_t)NUMBER(2)));
}

static void run_normals(Call *call) {
  const uint64_t seed = *ARRAY(uint64_t, 0), first = (uint64_t)NUMBER(1);
  const size_t count = (size_t)NUMBER(2);
  double *const values = output(call, (count + 2) * sizeof *values);
  for (size_t done = 0; done < count; done += PASS) {
    draw_european(seed, first + done, count - done < PASS ? (count - done + 1) / 2 * 2 : PASS, values + done);
  }
  cut(call, count * sizeof *values);
}

static void run_philox(Call *call) {
  const uint32_t *const c = ARRAY(uint32_t, 0);
  const uint64_t seed = *ARRAY(uint64_t, 1);
  const size_t blocks = (size_t)NUMBER(2);
  uint64_t low = c[0] | (uint64_t)c[1] << 32, high = c[2] | (uint64_t)c[3] << 32;
  uint32_t *const to = output(call, 16 * blocks);
  for (size_t done = 0; done < blocks;) {
    /* Up to where the upper half changes, so that gcc makes vectors of the loop. */
    const size_t left = blocks - done, run = -low - 1 < left - 1 ? -low : left;
    for (size_t i = 0; i < run; i++) {
      const uint64_t n = low + i;
      philox((uint32_t)n, (uint32_t)(n >> 32), (uint32_t)high, (uint32_t)(high >> 32), seed, to + 4 * (done + i));
    }
    low += run, high += low == 0, done += run;
  }
}

const Function FUNCTIONS[] = {
    {PREFIX "montecarlo/european", run_european},
    {PREFIX "montecarlo/europeanSums", run_european_sums},
    {PREFIX "montecarlo/asian", run_asian},
    {PREFIX "montecarlo/asianSums", run_asian_sums},
    {PREFIX "montecarlo/pi", run_pi},
    {PREFIX "montecarlo/piSums", run_pi_sums},
    {PREFIX "montecarlo/estimate", run_estimate},
    {PREFIX "montecarlo/normals", run_normals},
    {PREFIX "montecarlo/philox", run_philox},
    {0},
};
