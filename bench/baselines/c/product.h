/*
 * Products of matrices of `T` by blocks: a block of A and a panel of B are copied into the order in which they are
 * read, and multiplied tile by tile, four rows by WIDTH columns, whose sums stay in registers. Included once for each
 * type; `NAME` gives its functions names of their own, `TILE` says which function multiplies a tile.
 */

/* Rows × depth elements as panels of four rows, each one column after the other; what is missing is 0. */
static void NAME(pack_rows)(const T *restrict from, size_t stride, size_t rows, size_t depth, T *restrict to) {
  for (size_t row = 0; row < rows; row += 4) {
    for (size_t i = 0; i < depth; i++) {
      for (size_t r = row; r < row + 4; r++) *to++ = r < rows ? from[r * stride + i] : 0;
    }
  }
}

/* Depth × columns elements as panels of WIDTH columns, each one row after the other. */
static void NAME(pack_columns)(const T *restrict from, size_t stride, size_t depth, size_t columns, T *restrict to) {
  for (size_t column = 0; column < columns; column += WIDTH) {
    const size_t width = columns - column < WIDTH ? columns - column : WIDTH;
    for (size_t i = 0; i < depth; i++, to += WIDTH) {
      const T *const row = from + i * stride + column;
      if (width == WIDTH) memcpy(to, row, WIDTH * sizeof(T));
      else for (size_t c = 0; c < WIDTH; c++) to[c] = c < width ? row[c] : 0;
    }
  }
}

/* Multiplies a packed block of A by one of B into C: C = AB, C = C + AB or C = C - AB. */
static void NAME(multiply_block)(const T *a, const T *b, size_t rows, size_t depth, size_t columns, T *c,
                                 size_t stride, enum update update) {
  T tile[4 * WIDTH] __attribute__((aligned(64)));
  for (size_t column = 0; column < columns; column += WIDTH) {
    for (size_t row = 0; row < rows; row += 4) {
      TILE(a + row * depth, b + column * depth, depth, tile);
      const size_t height = rows - row < 4 ? rows - row : 4;
      const size_t width = columns - column < WIDTH ? columns - column : WIDTH;
      for (size_t i = 0; i < height; i++) {
        T *restrict const to = c + (row + i) * stride + column;
        const T *restrict const sums = tile + i * WIDTH;
        if (update == SET) for (size_t j = 0; j < width; j++) to[j] = sums[j];
        else if (update == ADD) for (size_t j = 0; j < width; j++) to[j] += sums[j];
        else for (size_t j = 0; j < width; j++) to[j] -= sums[j];
      }
    }
  }
}

/* Multiplies m×k by k×n into C; strides are elements from row to row. */
static void NAME(multiply)(size_t m, size_t k, size_t n, const T *a, size_t a_stride, const T *b, size_t b_stride,
                           T *c, size_t c_stride, enum update update) {
  const size_t depth_max = k < DEPTH ? k : DEPTH;
  T *const packed_a = room(((m < ROWS ? m : ROWS) + 4) * depth_max * sizeof(T));
  T *const packed_b = room(((n < COLUMNS ? n : COLUMNS) + WIDTH) * depth_max * sizeof(T));
  for (size_t column = 0; column < n; column += COLUMNS) {
    const size_t width = n - column < COLUMNS ? n - column : COLUMNS;
    enum update mode = update;
    for (size_t step = 0; step < k; step += DEPTH) {
      const size_t depth = k - step < DEPTH ? k - step : DEPTH;
      NAME(pack_columns)(b + step * b_stride + column, b_stride, depth, width, packed_b);
      for (size_t row = 0; row < m; row += ROWS) {
        const size_t height = m - row < ROWS ? m - row : ROWS;
        NAME(pack_rows)(a + row * a_stride + step, a_stride, height, depth, packed_a);
        NAME(multiply_block)(packed_a, packed_b, height, depth, width, c + row * c_stride + column, c_stride, mode);
      }
      if (mode == SET) mode = ADD;
    }
  }
  free(packed_a);
  free(packed_b);
}

#undef T
#undef WIDTH
#undef NAME
#undef TILE
