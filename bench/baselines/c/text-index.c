/* Reads indexes of documents. Their bytes come from outside: whatever they say is checked before it is followed. */
#include "text-index.h"

Reader reader_of(const uint8_t *bytes, size_t size) {
  Reader reader;
  if (size < HEADER || load_word(bytes) != MAGIC) abort();
  reader.documents = load_word(bytes + 4);
  reader.terms = load_word(bytes + 8);
  memcpy(&reader.tokens, bytes + 12, 8);
  reader.document_table = bytes + HEADER;
  reader.term_table = reader.document_table + (size_t)reader.documents * DOCUMENT;
  reader.ids = reader.term_table + (size_t)reader.terms * TERM;
  reader.words = reader.ids + load_word(bytes + 20);
  reader.postings = reader.words + load_word(bytes + 24);
  reader.end = reader.postings + load_word(bytes + 28);
  if (reader.end != bytes + size) abort();
  return reader;
}

static const uint8_t *piece(const uint8_t *table, uint32_t row, size_t row_size, size_t field, const uint8_t *region,
                            const uint8_t *end, uint32_t *size) {
  const uint32_t start = row == 0 ? 0 : load_word(table + (row - 1) * row_size + field);
  const uint32_t stop = load_word(table + row * row_size + field);
  if (stop < start || stop > (size_t)(end - region)) abort();
  *size = stop - start;
  return region + start;
}

const uint8_t *id_of(const Reader *reader, uint32_t document, uint32_t *size) {
  return piece(reader->document_table, document, DOCUMENT, 0, reader->ids, reader->words, size);
}

const uint8_t *word_of(const Reader *reader, uint32_t term, uint32_t *size) {
  return piece(reader->term_table, term, TERM, 0, reader->words, reader->postings, size);
}

int64_t find_word(const Reader *reader, const uint8_t *start, uint32_t size) {
  uint32_t low = 0, high = reader->terms;
  while (low < high) {
    const uint32_t middle = (low + high) >> 1;
    uint32_t other_size;
    const uint8_t *const other = word_of(reader, middle, &other_size);
    const int order = compare_bytes(start, size, other, other_size);
    if (order == 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return -1;
}

Cursor cursor_of(const Reader *reader, uint32_t term) {
  uint32_t size;
  const uint8_t *const start = piece(reader->term_table, term, TERM, 4, reader->postings, reader->end, &size);
  return (Cursor){.document = -1, .p = start, .end = start + size, .documents = reader->documents};
}

static inline uint32_t read_byte(Cursor *cursor) {
  if (cursor->p >= cursor->end) abort();
  return *cursor->p++;
}

static inline uint32_t read_varint(Cursor *cursor) {
  uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const uint32_t byte = read_byte(cursor);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  abort();
}

bool cursor_next(Cursor *cursor) {
  if (cursor->p == cursor->end) {
    cursor->document = cursor->documents;
    return false;
  }
  uint32_t distance;
  /* Most numbers are short. */
  if (cursor->end - cursor->p >= 2 && !((cursor->p[0] | cursor->p[1]) & 0x80)) {
    distance = cursor->p[0];
    cursor->count = cursor->p[1];
    cursor->p += 2;
  } else {
    distance = read_varint(cursor);
    cursor->count = read_varint(cursor);
  }
  const int64_t document = cursor->document + distance;
  if (document >= cursor->documents || document <= cursor->document) abort();
  cursor->document = document;
  if (cursor->count == 0 || cursor->count > (size_t)(cursor->end - cursor->p)) abort();
  cursor->places_at = cursor->p;
  const uint8_t *p = cursor->p;
  for (uint32_t left = cursor->count; left > 0; p++) {
    if (p >= cursor->end) abort();
    left -= *p < 0x80;
  }
  cursor->p = p;
  return true;
}

void read_distances(Cursor *cursor) {
  const uint8_t *const after = cursor->p;
  if (cursor->capacity < cursor->count) {
    free(cursor->places);
    cursor->capacity = 2 * cursor->count;
    cursor->places = room(cursor->capacity * sizeof *cursor->places);
  }
  const uint8_t *p = cursor->places_at;
  for (uint32_t i = 0; i < cursor->count; i++) {
    if (*p < 0x80) cursor->places[i] = *p++;
    else cursor->p = p, cursor->places[i] = read_varint(cursor), p = cursor->p;
  }
  cursor->p = after;
}

void read_places(Cursor *cursor) {
  uint32_t place = (uint32_t)-1;
  read_distances(cursor);
  for (uint32_t i = 0; i < cursor->count; i++) cursor->places[i] = place += cursor->places[i];
}

void cursor_close(Cursor *cursor) { free(cursor->places); }
