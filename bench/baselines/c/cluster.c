/* k-means: points go to their nearest centroid, sums carry along what rounding takes from them (Neumaier). */
#include "driver.h"
#include <math.h>

/* tuned-cluster.c includes this file; its inner loops are those of cluster-sse.h then. */
#ifndef TUNED
#define PREFIX ""
#define FUNCTIONS cluster_functions
#endif

/* What points say about the centroids. */
typedef struct {
  uint32_t *assignments;
  uint64_t *counts;
  double *sums, *carries, inertia, inertia_carry;
} Chunk;

/* Exactly what is lost when b is added to a. */
static inline double lost_by(double a, double b) {
  const double sum = a + b, other = sum - a;
  return (a - (sum - other)) + (b - other);
}

static inline double distance_of(const double *a, const double *b, size_t dimensions) {
  double distance = 0;
  for (size_t j = 0; j < dimensions; j++) distance += (a[j] - b[j]) * (a[j] - b[j]);
  return distance;
}

/* Points that are looked at together, turned so that their coordinates lie side by side. */
#define GROUP 8

#ifdef TUNED
#include TUNED
#else
static void nearest(const double *restrict turned, size_t dimensions, const double *restrict centroids, size_t count,
                    double *restrict best, uint32_t *restrict places) {
  for (int i = 0; i < GROUP; i++) best[i] = INFINITY, places[i] = 0;
  for (size_t c = 0; c < count; c++) {
    double distances[GROUP] = {0};
    for (size_t j = 0; j < dimensions; j++) {
      const double x = centroids[c * dimensions + j];
      for (int i = 0; i < GROUP; i++) {
        const double difference = turned[j * GROUP + i] - x;
        distances[i] += difference * difference;
      }
    }
    for (int i = 0; i < GROUP; i++) {
      if (distances[i] < best[i]) {
        best[i] = distances[i];
        places[i] = (uint32_t)c;
      }
    }
  }
}
#endif

/* Fills a chunk, whatever it held before; gives how many assignments have changed. */
static size_t step(const double *points, size_t rows, const double *centroids, size_t count, size_t dimensions,
                   Chunk *chunk) {
  double *const turned = room(GROUP * dimensions * sizeof *turned);
  size_t changed = 0;
  memset(chunk->counts, 0, count * sizeof *chunk->counts);
  memset(chunk->sums, 0, count * dimensions * sizeof *chunk->sums);
  memset(chunk->carries, 0, count * dimensions * sizeof *chunk->carries);
  chunk->inertia = chunk->inertia_carry = 0;
  for (size_t first = 0; first < rows; first += GROUP) {
    const size_t some = rows - first < GROUP ? rows - first : GROUP;
    double best[GROUP];
    uint32_t places[GROUP];
    for (size_t i = 0; i < GROUP; i++) {
      const double *const point = points + (first + (i < some ? i : 0)) * dimensions;
      for (size_t j = 0; j < dimensions; j++) turned[j * GROUP + i] = point[j];
    }
    nearest(turned, dimensions, centroids, count, best, places);
    for (size_t i = 0; i < some; i++) {
      const size_t to = places[i];
      if (chunk->assignments) {
        changed += chunk->assignments[first + i] != to;
        chunk->assignments[first + i] = (uint32_t)to;
      }
      chunk->counts[to]++;
      const double *restrict const point = points + (first + i) * dimensions;
      double *restrict const sums = chunk->sums + to * dimensions;
      double *restrict const carries = chunk->carries + to * dimensions;
      for (size_t j = 0; j < dimensions; j++) {
        carries[j] += lost_by(sums[j], point[j]);
        sums[j] += point[j];
      }
      chunk->inertia_carry += lost_by(chunk->inertia, best[i]);
      chunk->inertia += best[i];
    }
  }
  free(turned);
  return changed;
}

/* Moves centroids to the means of their points. Gives the largest squared move. */
static double move_centroids(double *centroids, size_t count, size_t dimensions, const Chunk *chunk) {
  double largest = 0;
  for (size_t c = 0; c < count; c++) {
    const double n = (double)chunk->counts[c];
    if (n == 0) continue;
    double move = 0;
    for (size_t i = c * dimensions; i < (c + 1) * dimensions; i++) {
      const double mean = (chunk->sums[i] + chunk->carries[i]) / n;
      move += (mean - centroids[i]) * (mean - centroids[i]);
      centroids[i] = mean;
    }
    if (move > largest) largest = move;
  }
  return largest;
}

/* A number from 0 to below 1: the first half of a block of Philox 4x32-10. */
static double uniform(uint32_t index, uint64_t seed) {
  uint32_t c0 = index, c1 = 0, c2 = 0, c3 = 0, k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = (uint64_t)0xd2511f53 * c0, p1 = (uint64_t)0xcd9e8d57 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return (double)(((uint64_t)c1 << 32 | c0) >> 11) * (1.0 / 9007199254740992);
}

/* k-means++: each further centroid is a point drawn with a chance that grows with its squared distance. */
static void seed_centroids(const double *points, size_t rows, size_t dimensions, size_t count, uint64_t seed,
                           double *centroids) {
  double *const distances = room(rows * sizeof *distances);
  for (size_t i = 0; i < rows; i++) distances[i] = INFINITY;
  size_t chosen = (size_t)(uniform(0, seed) * (double)rows);
  for (size_t c = 0; c < count; c++) {
    double *const centroid = centroids + c * dimensions;
    memcpy(centroid, points + chosen * dimensions, dimensions * sizeof *centroid);
    if (c + 1 == count) break;
    double total = 0;
    for (size_t i = 0; i < rows; i++) {
      const double distance = distance_of(points + i * dimensions, centroid, dimensions);
      if (distance < distances[i]) distances[i] = distance;
      total += distances[i];
    }
    const double limit = total * uniform((uint32_t)c + 1, seed);
    double sum = 0;
    for (size_t i = 0; i < rows && sum <= limit; i++) {
      if (distances[i] == 0) continue;
      sum += distances[i];
      chosen = i;
    }
  }
  free(distances);
}

/* Inputs: points, centroids, dimensions, whether to assign. */
static void run_step(Call *call) {
  const size_t dimensions = (size_t)NUMBER(2), rows = COUNT(double, 0) / dimensions;
  const size_t count = COUNT(double, 1) / dimensions;
  Chunk chunk;
  chunk.assignments = output(call, NUMBER(3) != 0 ? rows * sizeof(uint32_t) : 0);
  chunk.counts = output(call, count * sizeof(uint64_t));
  chunk.sums = output(call, call->in[1].size);
  chunk.carries = output(call, call->in[1].size);
  if (NUMBER(3) == 0) chunk.assignments = NULL;
  step(ARRAY(double, 0), rows, ARRAY(double, 1), count, dimensions, &chunk);
  put_number(call, chunk.inertia);
  put_number(call, chunk.inertia_carry);
}

/* Inputs: centroids, dimensions, counts, sums, carries and the inertia of all chunks, one after the other. */
static void run_update(Call *call) {
  const size_t dimensions = (size_t)NUMBER(1), numbers = COUNT(double, 0), count = numbers / dimensions;
  const size_t chunks = COUNT(double, 3) / numbers;
  double *const centroids = output(call, numbers * sizeof *centroids);
  uint64_t *const counts = output(call, count * sizeof *counts);
  double *const sums = room(2 * numbers * sizeof *sums), *const carries = sums + numbers;
  double inertia = 0, inertia_carry = 0;
  size_t empty = 0;
  memcpy(centroids, ARRAY(double, 0), numbers * sizeof *centroids);
  memcpy(counts, ARRAY(uint64_t, 2), count * sizeof *counts);
  memcpy(sums, ARRAY(double, 3), numbers * sizeof *sums);
  memcpy(carries, ARRAY(double, 4), numbers * sizeof *carries);
  for (size_t chunk = 1; chunk < chunks; chunk++) {
    const uint64_t *const more_counts = ARRAY(uint64_t, 2) + chunk * count;
    const double *const more_sums = ARRAY(double, 3) + chunk * numbers;
    const double *const more_carries = ARRAY(double, 4) + chunk * numbers;
    for (size_t i = 0; i < count; i++) counts[i] += more_counts[i];
    for (size_t i = 0; i < numbers; i++) {
      carries[i] += more_carries[i] + lost_by(sums[i], more_sums[i]);
      sums[i] += more_sums[i];
    }
  }
  for (size_t chunk = 0; chunk < chunks; chunk++) {
    const double more = ARRAY(double, 5)[chunk];
    inertia_carry += lost_by(inertia, more);
    inertia += more;
  }
  const Chunk total = {NULL, counts, sums, carries, 0, 0};
  const double shift = sqrt(move_centroids(centroids, count, dimensions, &total));
  for (size_t i = 0; i < count; i++) empty += counts[i] == 0;
  put_number(call, inertia + inertia_carry);
  put_number(call, shift);
  put_number(call, (double)empty);
  free(sums);
}

/* Inputs: points, dimensions, count, seed. */
static void run_seed_points(Call *call) {
  const size_t dimensions = (size_t)NUMBER(1), count = (size_t)NUMBER(2);
  seed_centroids(ARRAY(double, 0), COUNT(double, 0) / dimensions, dimensions, count, *ARRAY(uint64_t, 3),
                 output(call, count * dimensions * sizeof(double)));
}

/* Inputs: points, dimensions, count, seed, iterations. */
static void run_kmeans(Call *call) {
  const size_t dimensions = (size_t)NUMBER(1), count = (size_t)NUMBER(2), limit = (size_t)NUMBER(4);
  const size_t rows = COUNT(double, 0) / dimensions, numbers = count * dimensions;
  const double *const points = ARRAY(double, 0);
  double *const centroids = output(call, numbers * sizeof *centroids);
  Chunk chunk;
  chunk.assignments = output(call, rows * sizeof *chunk.assignments);
  chunk.counts = output(call, count * sizeof *chunk.counts);
  chunk.sums = room(2 * numbers * sizeof *chunk.sums);
  chunk.carries = chunk.sums + numbers;
  seed_centroids(points, rows, dimensions, count, *ARRAY(uint64_t, 3), centroids);
  memset(chunk.assignments, 0, rows * sizeof *chunk.assignments);
  step(points, rows, centroids, count, dimensions, &chunk);
  size_t iterations = 0;
  bool converged = false;
  while (!converged && iterations < limit) {
    const double shift = sqrt(move_centroids(centroids, count, dimensions, &chunk));
    iterations++;
    converged = step(points, rows, centroids, count, dimensions, &chunk) == 0 || shift <= 0;
  }
  put_number(call, chunk.inertia + chunk.inertia_carry);
  put_number(call, (double)iterations);
  put_number(call, converged);
  free(chunk.sums);
}

const Function FUNCTIONS[] = {
    {PREFIX "cluster/step", run_step},
    {PREFIX "cluster/update", run_update},
    {PREFIX "cluster/seedPoints", run_seed_points},
    {PREFIX "cluster/kmeans", run_kmeans},
    {0},
};
