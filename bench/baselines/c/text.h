/* Words of texts in UTF-8, and sets of them. What a word is stands in kernels/text/words.ts. */
#ifndef TEXT_H
#define TEXT_H

#include "driver.h"

/* Bytes that may be read behind a word. */
#define SLACK 8

/* Walks through the words of texts. */
typedef struct {
  /* The last word, in lower case, its bytes and its hash. */
  uint8_t *start;
  uint32_t size, hash;
  /* The text that is left; the place where the next word is written; the memory of words. */
  const uint8_t *p, *end;
  uint8_t *to, *memory;
  int before;
  bool ended;
  /* The range of characters of one kind that the last one beyond ASCII was found in. */
  uint32_t low, high;
  int kind;
} Words;

/* Words have room for `bytes` bytes of text in all. */
void words_open(Words *words, size_t bytes);
void words_text(Words *words, const uint8_t *text, size_t size);
bool words_next(Words *words);
/* Keeps the last word where it is; otherwise the next one takes its place. */
void words_keep(Words *words);
void words_close(Words *words);
uint32_t hash_of(const uint8_t *start, size_t size);

/* Different words, numbered in the order in which they came, with a count each: a table with open addressing. */
typedef struct {
  const uint8_t *start;
  uint32_t size, hash, count;
} Term;

typedef struct {
  uint32_t length, mask, *slots;
  Term *entries;
} Terms;

void terms_open(Terms *terms);
/* Adds to the count of a word; gives its number, the former length when it is new. */
uint32_t terms_add(Terms *terms, const uint8_t *start, uint32_t size, uint32_t hash, uint32_t count);
void terms_close(Terms *terms);
int compare_bytes(const uint8_t *a, uint32_t a_size, const uint8_t *b, uint32_t b_size);
/* The numbers of all words in an order, by merging ever longer runs; to be freed. */
typedef bool (*Before)(const Term *a, const Term *b);
uint32_t *terms_sorted(const Terms *terms, Before before);
bool by_bytes(const Term *a, const Term *b);

/* Writes a varint and gives the address after it. */
static inline uint8_t *put_varint(uint8_t *to, uint32_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = (uint8_t)(value | 0x80);
  *to++ = (uint8_t)value;
  return to;
}

#endif
