/* Radix sort of numbers and of their indices. Numbers become unsigned keys of the same order, and back. */
#include "driver.h"

/* Up to so many records are inserted one by one. */
#define FEW 40

typedef struct {
  uint32_t index, key;
} Short;

typedef struct {
  uint64_t key, index;
} Long;

#define RECORD uint32_t
#define KEY(record) (record)
#define KEY_BYTES 4
#define NAME(name) name##_u32
#include "radix.h"

#define RECORD uint64_t
#define KEY(record) (record)
#define KEY_BYTES 8
#define NAME(name) name##_u64
#include "radix.h"

#define RECORD Short
#define KEY(record) ((record).key)
#define KEY_BYTES 4
#define NAME(name) name##_short
#include "radix.h"

#define RECORD Long
#define KEY(record) ((record).key)
#define KEY_BYTES 8
#define NAME(name) name##_long
#include "radix.h"

enum kind { UNSIGNED, SIGNED, FLOAT };

#define SIGN32 0x80000000u
#define SIGN64 0x8000000000000000u

static inline uint32_t key32(uint32_t bits, enum kind kind) {
  if (kind == UNSIGNED) return bits;
  if (kind == SIGNED) return bits ^ SIGN32;
  if ((bits & ~SIGN32) > 0x7f800000) bits = 0x7fc00000;
  return bits ^ ((uint32_t)((int32_t)bits >> 31) | SIGN32);
}

static inline uint64_t key64(uint64_t bits, enum kind kind) {
  if (kind == UNSIGNED) return bits;
  if (kind == SIGNED) return bits ^ SIGN64;
  if ((bits & ~SIGN64) > 0x7ff0000000000000) bits = 0x7ff8000000000000;
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | SIGN64);
}

static inline uint32_t value32(uint32_t key, enum kind kind) {
  if (kind == UNSIGNED) return key;
  if (kind == SIGNED) return key ^ SIGN32;
  return key ^ (~(uint32_t)((int32_t)key >> 31) | SIGN32);
}

static inline uint64_t value64(uint64_t key, enum kind kind) {
  if (kind == UNSIGNED) return key;
  if (kind == SIGNED) return key ^ SIGN64;
  return key ^ (~(uint64_t)((int64_t)key >> 63) | SIGN64);
}

static inline void sort32(const uint32_t *restrict values, size_t count, enum kind kind, bool descending, uint32_t *to,
                          uint32_t *other) {
  const uint32_t flip = descending ? ~0u : 0;
  for (size_t i = 0; i < count; i++) to[i] = key32(values[i], kind) ^ flip;
  const uint32_t *const sorted = radix_u32(to, other, count);
  if (sorted != to) memcpy(to, sorted, count * sizeof *to);
  if (kind == UNSIGNED && !descending) return;
  for (size_t i = 0; i < count; i++) to[i] = value32(to[i] ^ flip, kind);
}

static inline void sort64(const uint64_t *restrict values, size_t count, enum kind kind, bool descending, uint64_t *to,
                          uint64_t *other) {
  const uint64_t flip = descending ? ~0ull : 0;
  for (size_t i = 0; i < count; i++) to[i] = key64(values[i], kind) ^ flip;
  const uint64_t *const sorted = radix_u64(to, other, count);
  if (sorted != to) memcpy(to, sorted, count * sizeof *to);
  if (kind == UNSIGNED && !descending) return;
  for (size_t i = 0; i < count; i++) to[i] = value64(to[i] ^ flip, kind);
}

static inline void argsort32(const uint32_t *values, size_t count, enum kind kind, bool descending, uint32_t *to) {
  const uint32_t flip = descending ? ~0u : 0;
  Short *const records = room(2 * count * sizeof *records);
  for (size_t i = 0; i < count; i++) records[i] = (Short){(uint32_t)i, key32(values[i], kind) ^ flip};
  const Short *const sorted = radix_short(records, records + count, count);
  for (size_t i = 0; i < count; i++) to[i] = sorted[i].index;
  free(records);
}

static inline void argsort64(const uint64_t *values, size_t count, enum kind kind, bool descending, uint32_t *to) {
  const uint64_t flip = descending ? ~0ull : 0;
  Long *const records = room(2 * count * sizeof *records);
  for (size_t i = 0; i < count; i++) records[i] = (Long){key64(values[i], kind) ^ flip, i};
  const Long *const sorted = radix_long(records, records + count, count);
  for (size_t i = 0; i < count; i++) to[i] = (uint32_t)sorted[i].index;
  free(records);
}

#define SORT(name, bits, kind)                                                                                       \
  static void run_sort_##name(Call *call) {                                                                          \
    const size_t count = COUNT(uint##bits##_t, 0);                                                                   \
    uint##bits##_t *const other = room(count * sizeof *other);                                                       \
    sort##bits(ARRAY(uint##bits##_t, 0), count, kind, NUMBER(1) != 0, output(call, call->in[0].size), other);        \
    free(other);                                                                                                     \
  }                                                                                                                  \
  static void run_argsort_##name(Call *call) {                                                                       \
    const size_t count = COUNT(uint##bits##_t, 0);                                                                   \
    argsort##bits(ARRAY(uint##bits##_t, 0), count, kind, NUMBER(1) != 0, output(call, 4 * count));                   \
  }

SORT(u32, 32, UNSIGNED)
SORT(i32, 32, SIGNED)
SORT(f32, 32, FLOAT)
SORT(u64, 64, UNSIGNED)
SORT(i64, 64, SIGNED)
SORT(f64, 64, FLOAT)

const Function sort_functions[] = {
    {"sort/sortU32", run_sort_u32},       {"sort/sortI32", run_sort_i32},       {"sort/sortF32", run_sort_f32},
    {"sort/sortU64", run_sort_u64},       {"sort/sortI64", run_sort_i64},       {"sort/sortF64", run_sort_f64},
    {"sort/argsortU32", run_argsort_u32}, {"sort/argsortI32", run_argsort_i32}, {"sort/argsortF32", run_argsort_f32},
    {"sort/argsortU64", run_argsort_u64}, {"sort/argsortI64", run_argsort_i64}, {"sort/argsortF64", run_argsort_f64},
    {0},
};
