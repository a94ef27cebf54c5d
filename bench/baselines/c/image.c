/* RGBA images: Gaussian blur, Sobel's operator, new sizes, colours times alpha. Filters work on rows of floats. */
#include "driver.h"
#include <math.h>

/* tuned-image.c includes this file; its inner loops are those of image-sse.h then. */
#ifndef TUNED
#define PREFIX ""
#define FUNCTIONS image_functions
#endif

enum edge { CLAMP, MIRROR };
enum filter { NEAREST, BILINEAR, AREA, LANCZOS };

static int inside(int place, int size, enum edge edge) {
  if (edge == CLAMP) return place < 0 ? 0 : place >= size ? size - 1 : place;
  int turned = place % (2 * size);
  if (turned < 0) turned += 2 * size;
  return turned < size ? turned : 2 * size - 1 - turned;
}

static void to_floats(const uint8_t *restrict from, size_t count, float *restrict to) {
  for (size_t i = 0; i < count; i++) to[i] = from[i];
}

/* Rounded to the nearest, for floats from 0 to 255: adding 2^23 leaves a whole number in the low bits. */
static inline uint8_t rounded(float value) {
  const float moved = value + 8388608;
  uint32_t bits;
  memcpy(&bits, &moved, sizeof bits);
  return (uint8_t)bits;
}

static void to_bytes_within(const float *restrict from, size_t count, uint8_t *restrict to) {
  for (size_t i = 0; i < count; i++) {
    const float low = from[i] < 255 ? from[i] : 255;
    to[i] = rounded(low > 0 ? low : 0);
  }
}

/* to = weight a */
static void scale(float *restrict to, float weight, const float *restrict a, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = weight * a[i];
}

/* to += weight a */
static void add(float *restrict to, float weight, const float *restrict a, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] += weight * a[i];
}

/* Which old pixels, and how much of each, make each new one along one axis. */
typedef struct {
  int count;
  int *starts;
  float *weights;
} Taps;

/* Numbers of four pixels, which are blurred together. */
#define TOGETHER 16

#ifdef TUNED
#include TUNED
#else
/* to = Σ weights[k] (a[-k] + a[+k]): what is at a distance k on either side has the same weight. */
static void blur_row(const float *restrict source, size_t count, const float *weights, int radius, float *restrict to) {
  for (size_t at = 0; at < count; at += TOGETHER) {
    float sums[TOGETHER];
    const float *const centre = source + at;
    for (int i = 0; i < TOGETHER; i++) sums[i] = weights[0] * centre[i];
    for (int k = 1; k <= radius; k++) {
      const float *const left = centre - 4 * k, *const right = centre + 4 * k;
      for (int i = 0; i < TOGETHER; i++) sums[i] += weights[k] * (left[i] + right[i]);
    }
    memcpy(to + at, sums, sizeof sums);
  }
}

static void blur_columns(const float *const *rows, size_t count, const float *weights, int radius,
                         uint8_t *restrict to) {
  for (size_t at = 0; at < count; at += TOGETHER) {
    float sums[TOGETHER];
    for (int i = 0; i < TOGETHER; i++) sums[i] = weights[0] * rows[0][at + i];
    for (int k = 1; k <= radius; k++) {
      const float *const above = rows[2 * k - 1] + at, *const below = rows[2 * k] + at;
      for (int i = 0; i < TOGETHER; i++) sums[i] += weights[k] * (above[i] + below[i]);
    }
    for (int i = 0; i < TOGETHER; i++) to[at + i] = rounded(sums[i]);
  }
}
#endif

static void blur(const uint8_t *image, int width, int height, double sigma, enum edge edge, uint8_t *to) {
  const int radius = (int)ceil(3 * sigma), kept = 2 * radius + 1 < height ? 2 * radius + 1 : height;
  const size_t row_size = 4 * (size_t)width, row_room = row_size + TOGETHER;
  float *const weights = room((size_t)(radius + 1) * sizeof *weights);
  double *const curve = room((size_t)(radius + 1) * sizeof *curve);
  double sum = 0;
  for (int i = radius; i >= 0; i--) {
    curve[i] = exp(-0.5 * (i / sigma) * (i / sigma));
    sum += i == 0 ? curve[i] : 2 * curve[i];
  }
  for (int i = 0; i <= radius; i++) weights[i] = (float)(curve[i] / sum);
  float *const source = zeros((row_room + 8 * (size_t)radius) * sizeof *source);
  float *const start = source + 4 * radius, *const ring = room((size_t)kept * row_room * sizeof *ring);
  const float **const rows = room((size_t)(2 * radius + 1) * sizeof *rows);
  uint8_t *const bytes = room(row_room);
  for (int y = 0, blurred = 0; y < height; y++) {
    for (; blurred < height && blurred <= y + radius; blurred++) {
      to_floats(image + (size_t)blurred * row_size, row_size, start);
      for (int i = 1; i <= radius; i++) {
        memcpy(start - 4 * i, start + 4 * inside(-i, width, edge), 4 * sizeof *start);
        memcpy(start + 4 * (width - 1 + i), start + 4 * inside(width - 1 + i, width, edge), 4 * sizeof *start);
      }
      blur_row(start, row_size, weights, radius, ring + (size_t)(blurred % kept) * row_room);
    }
    rows[0] = ring + (size_t)(y % kept) * row_room;
    for (int k = 1; k <= radius; k++) {
      rows[2 * k - 1] = ring + (size_t)(inside(y - k, height, edge) % kept) * row_room;
      rows[2 * k] = ring + (size_t)(inside(y + k, height, edge) % kept) * row_room;
    }
    blur_columns(rows, row_size, weights, radius, bytes);
    memcpy(to + (size_t)y * row_size, bytes, row_size);
  }
  free(weights);
  free(curve);
  free(source);
  free(ring);
  free(rows);
  free(bytes);
}

/* (77 red + 150 green + 29 blue) / 256 of a row. */
static void brightness(const uint8_t *restrict from, int width, int16_t *restrict to) {
  for (int x = 0; x < width; x++) {
    to[x] = (int16_t)((77 * from[4 * x] + 150 * from[4 * x + 1] + 29 * from[4 * x + 2] + 128) >> 8);
  }
  to[-1] = to[0];
  to[width] = to[width - 1];
}

#ifndef TUNED
static void gradients(const int16_t *restrict above, const int16_t *restrict row, const int16_t *restrict below,
                      int width, uint32_t *restrict to) {
  for (int x = 0; x < width; x++) {
    const int right = above[x + 1] + 2 * row[x + 1] + below[x + 1], left = above[x - 1] + 2 * row[x - 1] + below[x - 1];
    const int bottom = below[x - 1] + 2 * below[x] + below[x + 1], top = above[x - 1] + 2 * above[x] + above[x + 1];
    const int gx = right - left, gy = bottom - top;
    const float size = sqrtf((float)(gx * gx + gy * gy)), least = size < 255 ? size : 255, moved = least + 8388608;
    uint32_t bits;
    memcpy(&bits, &moved, sizeof bits);
    to[x] = (bits & 0xff) * 0x010101 | 0xff000000;
  }
}
#endif

static void sobel(const uint8_t *image, int width, int height, uint8_t *to) {
  int16_t *const ring = room(3 * (size_t)(width + 2) * sizeof *ring), *rows[3];
  for (int i = 0; i < 3; i++) rows[i] = ring + i * (width + 2) + 1;
  for (int y = 0, ready = 0; y < height; y++) {
    for (; ready < height && ready < y + 2; ready++) brightness(image + 4 * ready * width, width, rows[ready % 3]);
    gradients(rows[inside(y - 1, height, CLAMP) % 3], rows[y % 3], rows[inside(y + 1, height, CLAMP) % 3], width,
              (uint32_t *)to + y * width);
  }
  free(ring);
}

static double lanczos(double x) {
  if (fabs(x) < 1e-9) return 1;
  if (fabs(x) >= 3) return 0;
  const double angle = 3.14159265358979323846 * x;
  return 3 * sin(angle) * sin(angle / 3) / (angle * angle);
}

static double weight_of(enum filter filter, double place, double centre, double reach, double stretch) {
  if (filter == LANCZOS) return lanczos((place + 0.5 - centre) / stretch);
  if (filter == BILINEAR) return fmax(0, 1 - fabs(place + 0.5 - centre));
  return fmax(0, fmin(place + 1, centre + reach) - fmax(place, centre - reach));
}

static Taps taps_of(int from, int to, enum filter filter) {
  const double scale = (double)from / to, stretch = scale > 1 ? scale : 1;
  const double reach = filter == BILINEAR ? 1 : filter == AREA ? 0.5 * scale : 3 * stretch;
  const int wide = (int)(2 * reach) + 2, most = wide < from ? wide : from;
  Taps taps = {1, room((size_t)to * sizeof *taps.starts), zeros((size_t)(to * most) * sizeof *taps.weights)};
  double *const some = room((size_t)most * sizeof *some);
  for (int i = 0; i < to; i++) {
    const double centre = (i + 0.5) * scale;
    int start = (int)floor(centre - reach), first = most, last = 0;
    if (start > from - most) start = from - most;
    if (start < 0) start = 0;
    double sum = 0;
    for (int k = 0; k < most; k++) {
      some[k] = weight_of(filter, start + k, centre, reach, stretch);
      sum += some[k];
      if (some[k] == 0) continue;
      if (k < first) first = k;
      last = k;
    }
    taps.starts[i] = start + first;
    for (int k = first; k <= last; k++) taps.weights[i * most + k - first] = (float)(some[k] / sum);
    if (taps.count < last - first + 1) taps.count = last - first + 1;
  }
  /* Weights move together, such that the last place of each is an old pixel too. */
  for (int i = 0; i < to; i++) {
    const int over = taps.starts[i] + taps.count - from, shift = over > 0 ? over : 0;
    float *const weights = taps.weights + i * taps.count;
    taps.starts[i] -= shift;
    memmove(weights + shift, taps.weights + i * most, (size_t)(taps.count - shift) * sizeof *weights);
    for (int k = 0; k < shift; k++) weights[k] = 0;
  }
  free(some);
  return taps;
}

#ifndef TUNED
static void resize_row(const float *restrict source, const Taps *taps, int width, float *restrict to) {
  const float *weights = taps->weights;
  for (int x = 0; x < width; x++, weights += taps->count) {
    const float *const pixels = source + 4 * taps->starts[x];
    float sums[4];
    for (int c = 0; c < 4; c++) sums[c] = weights[0] * pixels[c];
    for (int k = 1; k < taps->count; k++) {
      for (int c = 0; c < 4; c++) sums[c] += weights[k] * pixels[4 * k + c];
    }
    memcpy(to + 4 * x, sums, sizeof sums);
  }
}
#endif

static void resize_by_weights(const uint8_t *image, int old_width, int old_height, uint8_t *to, int width, int height,
                              enum filter filter) {
  const Taps across = taps_of(old_width, width, filter), down = taps_of(old_height, height, filter);
  const size_t row_size = 4 * (size_t)width;
  float *const source = room(4 * (size_t)old_width * sizeof *source), *const mixed = room(row_size * sizeof *mixed);
  float *const ring = room((size_t)down.count * row_size * sizeof *ring);
  for (int y = 0, resized = 0; y < height; y++) {
    const int start = down.starts[y], end = start + down.count;
    for (resized = resized > start ? resized : start; resized < end; resized++) {
      to_floats(image + 4 * (size_t)resized * (size_t)old_width, 4 * (size_t)old_width, source);
      resize_row(source, &across, width, ring + (size_t)(resized % down.count) * row_size);
    }
    const float *const weights = down.weights + y * down.count;
    scale(mixed, weights[0], ring + (size_t)(start % down.count) * row_size, row_size);
    for (int k = 1; k < down.count; k++) {
      add(mixed, weights[k], ring + (size_t)((start + k) % down.count) * row_size, row_size);
    }
    to_bytes_within(mixed, row_size, to + (size_t)y * row_size);
  }
  free(across.starts);
  free(across.weights);
  free(down.starts);
  free(down.weights);
  free(source);
  free(mixed);
  free(ring);
}

static inline uint32_t share(uint32_t product) {
  const uint32_t half = product + 128;
  return (half + (half >> 8)) >> 8;
}

static void premultiply(const uint32_t *restrict from, size_t pixels, uint32_t *restrict to) {
  for (size_t i = 0; i < pixels; i++) {
    const uint32_t pixel = from[i], alpha = pixel >> 24;
    const uint32_t r = share((pixel & 0xff) * alpha), g = share((pixel >> 8 & 0xff) * alpha);
    const uint32_t b = share((pixel >> 16 & 0xff) * alpha);
    to[i] = r | g << 8 | b << 16 | alpha << 24;
  }
}

static inline uint32_t quotient(uint32_t value, uint32_t alpha) {
  const uint32_t result = (value * 255 + (alpha >> 1)) / alpha;
  return result < 255 ? result : 255;
}

static void unpremultiply(const uint32_t *restrict from, size_t pixels, uint32_t *restrict to) {
  for (size_t i = 0; i < pixels; i++) {
    const uint32_t pixel = from[i], alpha = pixel >> 24;
    if (alpha == 0 || alpha == 255) {
      to[i] = alpha == 0 ? 0 : pixel;
      continue;
    }
    to[i] = quotient(pixel & 0xff, alpha) | quotient(pixel >> 8 & 0xff, alpha) << 8 |
            quotient(pixel >> 16 & 0xff, alpha) << 16 | alpha << 24;
  }
}

/* Inputs: width, height, pixels, and what else the function wants. */
static void run_blur(Call *call) {
  blur(call->in[2].data, (int)NUMBER(0), (int)NUMBER(1), NUMBER(3), (enum edge)NUMBER(4),
       output(call, call->in[2].size));
}

static void run_sobel(Call *call) {
  sobel(call->in[2].data, (int)NUMBER(0), (int)NUMBER(1), output(call, call->in[2].size));
}

static void run_resize(Call *call) {
  const int width = (int)NUMBER(3), height = (int)NUMBER(4);
  resize_by_weights(call->in[2].data, (int)NUMBER(0), (int)NUMBER(1), output(call, 4 * (size_t)width * (size_t)height),
                    width, height, (enum filter)NUMBER(5));
}

static void run_premultiply(Call *call) {
  premultiply(ARRAY(uint32_t, 2), COUNT(uint32_t, 2), output(call, call->in[2].size));
}

static void run_unpremultiply(Call *call) {
  unpremultiply(ARRAY(uint32_t, 2), COUNT(uint32_t, 2), output(call, call->in[2].size));
}

const Function FUNCTIONS[] = {
    {PREFIX "image/gaussianBlur", run_blur},
    {PREFIX "image/sobel", run_sobel},
    {PREFIX "image/resize", run_resize},
    {PREFIX "image/premultiply", run_premultiply},
    {PREFIX "image/unpremultiply", run_unpremultiply},
    {0},
};
