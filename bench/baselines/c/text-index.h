/* Indexes of documents as bytes; how they lie stands in kernels/text/layout.ts. */
#ifndef TEXT_INDEX_H
#define TEXT_INDEX_H

#include "text.h"

#define MAGIC 0x31495448u
#define HEADER 32
#define DOCUMENT 8
#define TERM 12

static inline uint32_t load_word(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static inline void store_word(uint8_t *at, uint32_t word) { memcpy(at, &word, sizeof word); }

/* An index over its bytes. */
typedef struct {
  uint32_t documents, terms;
  uint64_t tokens;
  const uint8_t *document_table, *term_table, *ids, *words, *postings, *end;
} Reader;

/* Walks through the postings of a word. */
typedef struct {
  int64_t document;
  uint32_t count;
  const uint8_t *p, *end, *places_at;
  uint32_t *places, capacity;
  uint32_t documents;
} Cursor;

/* What these find wrong with an index ends the program: the index is one of ours. */
Reader reader_of(const uint8_t *bytes, size_t size);
/* A row's piece of a region: where it begins, and its size. */
const uint8_t *id_of(const Reader *reader, uint32_t document, uint32_t *size);
const uint8_t *word_of(const Reader *reader, uint32_t term, uint32_t *size);
static inline uint32_t word_count_of(const Reader *reader, uint32_t document) {
  return load_word(reader->document_table + (size_t)document * DOCUMENT + 4);
}
static inline uint32_t document_count_of(const Reader *reader, uint32_t term) {
  return load_word(reader->term_table + (size_t)term * TERM + 8);
}
/* The number of a word, or -1. */
int64_t find_word(const Reader *reader, const uint8_t *start, uint32_t size);

Cursor cursor_of(const Reader *reader, uint32_t term);
bool cursor_next(Cursor *cursor);
/* Reads the places in the present document, as distances or as they are. */
void read_distances(Cursor *cursor);
void read_places(Cursor *cursor);
void cursor_close(Cursor *cursor);

#endif
