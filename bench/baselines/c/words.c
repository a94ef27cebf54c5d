/* Words of texts. unicode.h is made of kernels/text/unicode.ts when this is compiled. */
#include "text.h"
#include "unicode.h"

enum { OTHER, LETTER, DIGIT, MARK, IDEOGRAPH, INVISIBLE };

#define HASH_START 0x811c9dc5u
#define HASH_FACTOR 0x01000193u

/* ASCII letters and digits in lower case, 0 for the others. */
static const uint8_t folded_ascii[128] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7',
    ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f',
    ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n',
    ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v',
    ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
    ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l',
    ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
    ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
};

/* The character at p, and how many bytes it takes. */
static uint32_t point_at(const uint8_t *p, uint32_t *size) {
  if (p[0] < 0x80) return *size = 1, p[0];
  if (p[0] < 0xe0) return *size = 2, (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
  if (p[0] < 0xf0) return *size = 3, (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
  return *size = 4, (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
                    (p[3] & 0x3f);
}

static uint8_t *write_point(uint8_t *to, uint32_t point) {
  if (point < 0x80) {
    *to++ = (uint8_t)point;
  } else if (point < 0x800) {
    *to++ = (uint8_t)(0xc0 | point >> 6);
    *to++ = (uint8_t)(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    *to++ = (uint8_t)(0xe0 | point >> 12);
    *to++ = (uint8_t)(0x80 | (point >> 6 & 0x3f));
    *to++ = (uint8_t)(0x80 | (point & 0x3f));
  } else {
    *to++ = (uint8_t)(0xf0 | point >> 18);
    *to++ = (uint8_t)(0x80 | (point >> 12 & 0x3f));
    *to++ = (uint8_t)(0x80 | (point >> 6 & 0x3f));
    *to++ = (uint8_t)(0x80 | (point & 0x3f));
  }
  return to;
}

static int kind_of(Words *words, uint32_t point) {
  if (point >= words->low && point < words->high) return words->kind;
  int low = -1, high = KINDS_COUNT;
  while (high - low > 1) {
    const int middle = (low + high) >> 1;
    if (KINDS[middle] >> 3 <= point) low = middle;
    else high = middle;
  }
  words->low = low < 0 ? 0x80 : KINDS[low] >> 3;
  words->high = high < KINDS_COUNT ? KINDS[high] >> 3 : 0x110000;
  words->kind = low < 0 ? OTHER : (int)(KINDS[low] & 7);
  return words->kind;
}

static uint32_t fold(uint32_t point) {
  int low = 0, high = FOLDS_COUNT;
  while (low < high) {
    const int middle = (low + high) >> 1;
    if (point > (uint32_t)FOLDS[4 * middle + 1]) low = middle + 1;
    else high = middle;
  }
  if (low == FOLDS_COUNT) return point;
  const int offset = (int)point - FOLDS[4 * low];
  if (offset < 0 || offset % FOLDS[4 * low + 2] != 0) return point;
  return point + (uint32_t)FOLDS[4 * low + 3];
}

static int kind_at(Words *words, const uint8_t *p) {
  uint32_t size;
  const uint32_t point = point_at(p, &size);
  if (point >= 0x80) return kind_of(words, point);
  return folded_ascii[point] >= 'a' ? LETTER : folded_ascii[point] ? DIGIT : OTHER;
}

/* Whether an ASCII character joins what stands before it and what begins at an address. */
static bool joins(Words *words, uint32_t unit, const uint8_t *next) {
  if (next >= words->end) return false;
  if (unit == '\'') return words->before == LETTER && kind_at(words, next) == LETTER;
  if (unit == '.' || unit == ',') return words->before == DIGIT && kind_at(words, next) == DIGIT;
  return false;
}

static const uint8_t *skip(Words *words) {
  const uint8_t *p = words->p;
  while (p < words->end) {
    if (*p < 0x80) {
      if (folded_ascii[*p]) break;
      p++;
      continue;
    }
    uint32_t size;
    const int kind = kind_of(words, point_at(p, &size));
    if (kind == LETTER || kind == DIGIT || kind == IDEOGRAPH) break;
    p += size;
  }
  return p;
}

static uint8_t *append_marks(Words *words, uint8_t *to) {
  while (words->p < words->end) {
    uint32_t size;
    const uint32_t point = point_at(words->p, &size);
    const int kind = point < 0x80 ? OTHER : kind_of(words, point);
    if (kind != MARK && kind != INVISIBLE) break;
    if (kind == MARK) to = write_point(to, fold(point));
    words->p += size;
  }
  return to;
}

/* Adds the character beyond ASCII at p to the word, unless the word ends before or with it. */
static uint8_t *append(Words *words, uint8_t *to) {
  uint32_t size;
  const uint32_t point = point_at(words->p, &size);
  const uint8_t *const after = words->p + size;
  const int kind = kind_of(words, point);
  words->ended = false;
  if (kind == LETTER || kind == DIGIT) {
    words->before = kind;
    words->p = after;
    return write_point(to, fold(point));
  }
  if (kind == MARK || kind == INVISIBLE) {
    words->p = after;
    return kind == MARK ? write_point(to, fold(point)) : to;
  }
  if (point == 0x2019 && joins(words, '\'', after)) {
    words->p = after;
    return write_point(to, '\'');
  }
  words->ended = true;
  if (kind != IDEOGRAPH || to != words->start) return to;
  words->p = after;
  return append_marks(words, write_point(to, point));
}

void words_open(Words *words, size_t bytes) {
  /* Folding makes of two bytes three at most. */
  const size_t most = bytes + bytes / 2 + SLACK;
  *words = (Words){.memory = room(most)};
  words->to = words->memory;
}

void words_text(Words *words, const uint8_t *text, size_t size) {
  words->p = text;
  words->end = text + size;
}

bool words_next(Words *words) {
  const uint8_t *const end = words->end, *p = skip(words);
  uint8_t *to = words->to;
  uint32_t hash = HASH_START;
  words->start = to;
  words->before = OTHER;
  while (p < end) {
    uint32_t unit = *p;
    if (unit >= 0x80) {
      words->p = p;
      uint8_t *const after = append(words, to);
      p = words->p;
      for (; to < after; to++) hash = (hash ^ *to) * HASH_FACTOR;
      if (words->ended) break;
      continue;
    }
    uint32_t folded = folded_ascii[unit];
    if (folded == 0) {
      if (!joins(words, unit, p + 1)) break;
      *to++ = (uint8_t)unit;
      hash = (hash ^ unit) * HASH_FACTOR;
      p++;
      continue;
    }
    do {
      *to++ = (uint8_t)folded;
      hash = (hash ^ folded) * HASH_FACTOR;
      p++;
      if (p >= end) break;
      unit = *p;
      if (unit >= 0x80) break;
      folded = folded_ascii[unit];
    } while (folded);
    words->before = to[-1] >= 'a' ? LETTER : DIGIT;
  }
  words->p = p;
  words->size = (uint32_t)(to - words->start);
  words->hash = hash;
  return words->size > 0;
}

void words_keep(Words *words) { words->to = words->start + words->size; }

void words_close(Words *words) { free(words->memory); }

uint32_t hash_of(const uint8_t *start, size_t size) {
  uint32_t hash = HASH_START;
  for (size_t i = 0; i < size; i++) hash = (hash ^ start[i]) * HASH_FACTOR;
  return hash;
}
