/* Sets of words. */
#include "text.h"

#define SLOTS_MIN 1024

static inline uint64_t load64(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static bool is_same(const uint8_t *a, const uint8_t *b, uint32_t size) {
  for (; size >= 8; size -= 8, a += 8, b += 8) {
    if (load64(a) != load64(b)) return false;
  }
  return size == 0 || (load64(a) ^ load64(b)) << (64 - 8 * size) == 0;
}

void terms_open(Terms *terms) {
  terms->length = 0;
  terms->mask = SLOTS_MIN - 1;
  terms->slots = zeros(SLOTS_MIN * sizeof *terms->slots);
  terms->entries = room(SLOTS_MIN / 2 * sizeof *terms->entries);
}

static void grow(Terms *terms) {
  const size_t slots = ((size_t)terms->mask + 1) * 2;
  Term *const entries = room(slots / 2 * sizeof *entries);
  memcpy(entries, terms->entries, terms->length * sizeof *entries);
  free(terms->entries);
  free(terms->slots);
  terms->entries = entries;
  terms->mask = (uint32_t)slots - 1;
  terms->slots = zeros(slots * sizeof *terms->slots);
  for (uint32_t number = 0; number < terms->length; number++) {
    uint32_t slot = (entries[number].hash ^ entries[number].hash >> 15) & terms->mask;
    while (terms->slots[slot]) slot = (slot + 1) & terms->mask;
    terms->slots[slot] = number + 1;
  }
}

uint32_t terms_add(Terms *terms, const uint8_t *start, uint32_t size, uint32_t hash, uint32_t count) {
  uint32_t slot = (hash ^ hash >> 15) & terms->mask;
  for (; terms->slots[slot]; slot = (slot + 1) & terms->mask) {
    Term *const entry = &terms->entries[terms->slots[slot] - 1];
    if (entry->hash == hash && entry->size == size && is_same(entry->start, start, size)) {
      entry->count += count;
      return terms->slots[slot] - 1;
    }
  }
  const uint32_t number = terms->length++;
  terms->slots[slot] = number + 1;
  terms->entries[number] = (Term){start, size, hash, count};
  if (terms->length > terms->mask >> 1) grow(terms);
  return number;
}

void terms_close(Terms *terms) {
  free(terms->slots);
  free(terms->entries);
}

int compare_bytes(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size) {
  uint32_t left = a_size < b_size ? a_size : b_size;
  for (; left >= 8; left -= 8, a += 8, b += 8) {
    const uint64_t x = load64(a), y = load64(b);
    if (x != y) return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1 : 1;
  }
  if (left > 0) {
    const uint32_t unused = 64 - 8 * left;
    const uint64_t x = __builtin_bswap64(load64(a)) >> unused, y = __builtin_bswap64(load64(b)) >> unused;
    if (x != y) return x < y ? -1 : 1;
  }
  return (int)a_size - (int)b_size;
}

bool by_bytes(const Term *a, const Term *b) { return compare_bytes(a->start, a->size, b->start, b->size) < 0; }

uint32_t *terms_sorted(const Terms *terms, Before before) {
  const size_t count = terms->length;
  uint32_t *from = room(count * sizeof *from), *to = room(count * sizeof *to);
  for (size_t i = 0; i < count; i++) from[i] = (uint32_t)i;
  for (size_t run = 1; run < count; run *= 2) {
    for (size_t start = 0; start < count; start += 2 * run) {
      const size_t middle = start + run < count ? start + run : count, end = middle + run < count ? middle + run : count;
      size_t left = start, right = middle;
      for (size_t i = start; i < end; i++) {
        const bool from_right =
            left == middle || (right < end && before(&terms->entries[from[right]], &terms->entries[from[left]]));
        to[i] = from_right ? from[right++] : from[left++];
      }
    }
    uint32_t *const swapped = from;
    from = to;
    to = swapped;
  }
  free(to);
  return from;
}
