/* Dense linear algebra: products by blocks, LU decomposition with partial pivoting by panels, transposition by squares. */
#include "blocks.h"
#include "driver.h"
#include <math.h>

/* tuned-linalg.c includes this file; its inner loops are those of linalg-sse.h then. */
#ifndef TUNED
#define PREFIX ""
#define FUNCTIONS linalg_functions
#endif

/* Columns of a panel of the decomposition. */
#define PANEL 32

#ifdef TUNED
#include TUNED
#else
/* Four rows by a vector's worth of columns, twice: gcc keeps the sums in registers. */
#define PLAIN_TILE(name, T, WIDTH)                                                                                   \
  static void name(const T *restrict a, const T *restrict b, size_t depth, T *restrict tile) {                       \
    T sums[4][WIDTH] = {0};                                                                                          \
    for (size_t i = 0; i < depth; i++) {                                                                             \
      for (int row = 0; row < 4; row++) {                                                                            \
        for (int column = 0; column < WIDTH; column++) sums[row][column] += a[4 * i + row] * b[WIDTH * i + column]; \
      }                                                                                                              \
    }                                                                                                                \
    memcpy(tile, sums, sizeof sums);                                                                                 \
  }

PLAIN_TILE(tile_f64, double, 4)
PLAIN_TILE(tile_f32, float, 8)
#endif

#define T double
#define WIDTH 4
#define NAME(name) name##_f64
#define TILE tile_f64
#include "product.h"

#define T float
#define WIDTH 8
#define NAME(name) name##_f32
#define TILE tile_f32
#include "product.h"

/* y += factor x */
static void add_scaled(double *restrict y, double factor, const double *restrict x, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
}

static void exchange(double *restrict a, double *restrict b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double kept = a[i];
    a[i] = b[i];
    b[i] = kept;
  }
}

/* Sum of products. gcc may not change the order of additions, so two sums are kept by hand, as the kernel's lanes do. */
static double dot(const double *restrict a, const double *restrict b, size_t count) {
  double even = 0, odd = 0;
  size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  double sum = even + odd;
  for (; i < count; i++) sum += a[i] * b[i];
  return sum;
}

#ifndef TUNED
#define MATVEC(name, T, LANES)                                                                                       \
  static void name(const T *restrict a, size_t rows, size_t cols, const T *restrict x, T *restrict y) {              \
    for (size_t row = 0; row < rows; row++) {                                                                        \
      const T *restrict const r = a + row * cols;                                                                    \
      T sums[LANES] = {0};                                                                                           \
      size_t i = 0;                                                                                                  \
      for (; i + LANES <= cols; i += LANES) {                                                                        \
        for (int lane = 0; lane < LANES; lane++) sums[lane] += r[i + lane] * x[i + lane];                            \
      }                                                                                                              \
      T sum = 0;                                                                                                     \
      for (int lane = 0; lane < LANES; lane++) sum += sums[lane];                                                    \
      for (; i < cols; i++) sum += r[i] * x[i];                                                                      \
      y[row] = sum;                                                                                                  \
    }                                                                                                                \
  }

MATVEC(matvec_f64, double, 8)
MATVEC(matvec_f32, float, 16)
#endif

/* In squares that stay in the first cache. */
#define TRANSPOSE(name, T)                                                                                           \
  static void name(const T *restrict from, size_t rows, size_t cols, T *restrict to) {                               \
    for (size_t band = 0; band < cols; band += 32) {                                                                 \
      const size_t end = band + 32 < cols ? band + 32 : cols;                                                        \
      for (size_t block = 0; block < rows; block += 32) {                                                            \
        const size_t last = block + 32 < rows ? block + 32 : rows;                                                   \
        for (size_t col = band; col < end; col++) {                                                                  \
          for (size_t row = block; row < last; row++) to[col * rows + row] = from[row * cols + col];                 \
        }                                                                                                            \
      }                                                                                                              \
    }                                                                                                                \
  }

TRANSPOSE(transpose_f64, double)
TRANSPOSE(transpose_f32, float)

static size_t pivot_of(const double *a, size_t n, size_t column) {
  size_t pivot = column;
  double largest = fabs(a[column * n + column]);
  for (size_t row = column + 1; row < n; row++) {
    const double size = fabs(a[row * n + column]);
    if (size > largest) {
      largest = size;
      pivot = row;
    }
  }
  return pivot;
}

/* Factors the n×n matrix a in place. */
static void factor(double *a, size_t n, int32_t *pivots) {
  for (size_t start = 0; start < n; start += PANEL) {
    const size_t end = start + PANEL < n ? start + PANEL : n, rest = n - end;
    for (size_t column = start; column < end; column++) {
      const size_t pivot = pivot_of(a, n, column);
      pivots[column] = (int32_t)pivot;
      if (pivot != column) exchange(a + pivot * n, a + column * n, n);
      const double *const source = a + column * n + column;
      for (size_t row = column + 1; row < n; row++) {
        double *const target = a + row * n + column;
        *target /= *source;
        add_scaled(target + 1, -*target, source + 1, end - column - 1);
      }
    }
    for (size_t row = start + 1; row < end; row++) {
      for (size_t k = start; k < row; k++) add_scaled(a + row * n + end, -a[row * n + k], a + k * n + end, rest);
    }
    if (rest == 0) break;
    multiply_f64(rest, end - start, rest, a + end * n + start, n, a + start * n + end, n, a + end * n + end, n,
                 SUBTRACT);
  }
}

/* Takes what is known of the equations of a panel to their right-hand sides. */
static void subtract_known(const double *rows, size_t height, size_t known, size_t n, const double *x, double *target,
                           size_t m) {
  if (m > 1) {
    multiply_f64(height, known, m, rows, n, x, m, target, m, SUBTRACT);
    return;
  }
  for (size_t row = 0; row < height; row++) target[row] -= dot(rows + row * n, x, known);
}

/* Solves L U X = P B in the place of B, n×m. */
static void substitute(const double *lu, size_t n, const int32_t *pivots, double *x, size_t m) {
  for (size_t row = 0; row < n; row++) {
    const size_t pivot = (size_t)pivots[row];
    if (pivot != row) exchange(x + pivot * m, x + row * m, m);
  }
  for (size_t start = 0; start < n; start += PANEL) {
    const size_t end = start + PANEL < n ? start + PANEL : n;
    subtract_known(lu + start * n, end - start, start, n, x, x + start * m, m);
    for (size_t row = start + 1; row < end; row++) {
      for (size_t k = start; k < row; k++) add_scaled(x + row * m, -lu[row * n + k], x + k * m, m);
    }
  }
  for (size_t end = n; end > 0;) {
    const size_t start = (end - 1) / PANEL * PANEL;
    subtract_known(lu + start * n + end, end - start, n - end, n, x + end * m, x + start * m, m);
    for (size_t row = end; row-- > start;) {
      for (size_t k = row + 1; k < end; k++) add_scaled(x + row * m, -lu[row * n + k], x + k * m, m);
      for (size_t i = 0; i < m; i++) x[row * m + i] /= lu[row * n + row];
    }
    end = start;
  }
}

static bool all_finite(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i])) return false;
  }
  return true;
}

/* Inputs: rows and columns of a, a, rows and columns of b, b. */
#define RUN_PRODUCT(name, T, multiply)                                                                               \
  static void name(Call *call) {                                                                                     \
    const size_t m = (size_t)NUMBER(0), k = (size_t)NUMBER(1), n = (size_t)NUMBER(4);                                \
    multiply(m, k, n, ARRAY(T, 2), k, ARRAY(T, 5), n, output(call, m * n * sizeof(T)), n, SET);                      \
  }

RUN_PRODUCT(run_matmul, double, multiply_f64)
RUN_PRODUCT(run_matmul_f32, float, multiply_f32)

#define RUN_MATVEC(name, T, matvec)                                                                                  \
  static void name(Call *call) {                                                                                     \
    const size_t rows = (size_t)NUMBER(0), cols = (size_t)NUMBER(1);                                                 \
    matvec(ARRAY(T, 2), rows, cols, ARRAY(T, 3), output(call, rows * sizeof(T)));                                    \
  }

RUN_MATVEC(run_matvec, double, matvec_f64)
RUN_MATVEC(run_matvec_f32, float, matvec_f32)

#define RUN_TRANSPOSE(name, T, transpose)                                                                            \
  static void name(Call *call) {                                                                                     \
    const size_t rows = (size_t)NUMBER(0), cols = (size_t)NUMBER(1);                                                 \
    transpose(ARRAY(T, 2), rows, cols, output(call, rows * cols * sizeof(T)));                                       \
  }

RUN_TRANSPOSE(run_transpose, double, transpose_f64)
RUN_TRANSPOSE(run_transpose_f32, float, transpose_f32)

/* A copy of a finite matrix, factored in place; the pivots lie behind. */
static double *factored(Call *call, double *to, int32_t *pivots) {
  const size_t n = (size_t)NUMBER(0);
  if (!all_finite(ARRAY(double, 2), n * n)) abort();
  memcpy(to, ARRAY(double, 2), n * n * sizeof *to);
  factor(to, n, pivots);
  return to;
}

static void run_lu(Call *call) {
  const size_t n = (size_t)NUMBER(0);
  double *const a = output(call, n * n * sizeof *a);
  factored(call, a, output(call, n * sizeof(int32_t)));
}

static void run_lu_solve(Call *call) {
  const size_t n = (size_t)NUMBER(0), m = (size_t)NUMBER(5);
  double *const x = output(call, n * m * sizeof *x);
  memcpy(x, ARRAY(double, 6), n * m * sizeof *x);
  substitute(ARRAY(double, 2), n, ARRAY(int32_t, 3), x, m);
}

static void run_solve(Call *call) {
  const size_t n = (size_t)NUMBER(0), m = (size_t)NUMBER(4);
  double *const lu = room(n * n * sizeof *lu), *const x = output(call, n * m * sizeof *x);
  int32_t *const pivots = room(n * sizeof *pivots);
  factored(call, lu, pivots);
  memcpy(x, ARRAY(double, 5), n * m * sizeof *x);
  substitute(lu, n, pivots, x, m);
  free(lu);
  free(pivots);
}

static void run_determinant(Call *call) {
  const size_t n = (size_t)NUMBER(0);
  double *const lu = room(n * n * sizeof *lu);
  double result = 1;
  int32_t *const pivots = room(n * sizeof *pivots);
  factored(call, lu, pivots);
  for (size_t i = 0; i < n; i++) result *= (size_t)pivots[i] == i ? lu[i * n + i] : -lu[i * n + i];
  put_number(call, result);
  free(lu);
  free(pivots);
}

const Function FUNCTIONS[] = {
    {PREFIX "linalg/matmul", run_matmul},
    {PREFIX "linalg/matmulF32", run_matmul_f32},
    {PREFIX "linalg_fast/matmul", run_matmul},
    {PREFIX "linalg_fast/matmulF32", run_matmul_f32},
    {PREFIX "linalg/matvec", run_matvec},
    {PREFIX "linalg/matvecF32", run_matvec_f32},
    {PREFIX "linalg/transpose", run_transpose},
    {PREFIX "linalg/transposeF32", run_transpose_f32},
    {PREFIX "linalg/lu", run_lu},
    {PREFIX "linalg/luSolve", run_lu_solve},
    {PREFIX "linalg/solve", run_solve},
    {PREFIX "linalg/determinant", run_determinant},
    {0},
};
