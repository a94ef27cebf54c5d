/*
 * Radix sort from the lowest byte up, for records of a type `RECORD` whose key of `KEY_BYTES` bytes is `KEY(record)`.
 * Included once for each kind of record; `NAME` gives its functions names of their own.
 */

static void NAME(insert)(RECORD *records, size_t count) {
  for (size_t next = 1; next < count; next++) {
    const RECORD record = records[next];
    size_t hole = next;
    for (; hole > 0 && KEY(records[hole - 1]) > KEY(record); hole--) records[hole] = records[hole - 1];
    records[hole] = record;
  }
}

/* Sorts records; `other` is room for as many. Returns which of the two holds the result. */
static RECORD *NAME(radix)(RECORD *from, RECORD *other, size_t count) {
  static uint32_t counts[KEY_BYTES][256];
  if (count <= FEW) {
    NAME(insert)(from, count);
    return from;
  }
  memset(counts, 0, sizeof counts);
  for (size_t i = 0; i < count; i++) {
    const uint64_t key = KEY(from[i]);
    for (int pass = 0; pass < KEY_BYTES; pass++) counts[pass][key >> 8 * pass & 0xff]++;
  }
  for (int pass = 0; pass < KEY_BYTES; pass++) {
    uint32_t *const starts = counts[pass];
    const int shift = 8 * pass;
    if (starts[KEY(from[0]) >> shift & 0xff] == count) continue;
    uint32_t start = 0;
    for (int digit = 0; digit < 256; digit++) {
      const uint32_t some = starts[digit];
      starts[digit] = start;
      start += some;
    }
    for (size_t i = 0; i < count; i++) other[starts[KEY(from[i]) >> shift & 0xff]++] = from[i];
    RECORD *const sorted = other;
    other = from;
    from = sorted;
  }
  return from;
}

#undef RECORD
#undef KEY
#undef KEY_BYTES
#undef NAME
