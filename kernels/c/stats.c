/* A typed kernel in C: see stats.proto for its functions, README.md for how it is built and called. */
#include "heddle.h"

HEDDLE_EXPORT(dot) int32_t dot(const uint8_t *request, uint32_t size) {
  heddle_doubles a = {0}, b = {0};
  heddle_reader in = heddle_read(request, size);
  while (heddle_next(&in)) {
    if (in.field == 1) heddle_get_doubles(&in, &a);
    else if (in.field == 2) heddle_get_doubles(&in, &b);
  }
  if (a.count != b.count) heddle_fail(HEDDLE_INVALID_ARGUMENT, "a and b must have the same length");
  double sum = 0;
  for (uint32_t i = 0; i < a.count; i++) sum += a.data[i] * b.data[i];
  heddle_writer out = heddle_write();
  heddle_put_double(&out, 1, sum);
  return heddle_reply(&out);
}

/* The text in field 1 of a request; the last one counts. */
static heddle_bytes text_of(const uint8_t *request, uint32_t size) {
  heddle_bytes text = {0, 0};
  heddle_reader in = heddle_read(request, size);
  while (heddle_next(&in))
    if (in.field == 1) text = heddle_get_string(&in);
  return text;
}

static bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/* The next word at or after `*at`; empty at the end. */
static heddle_bytes next_word(heddle_bytes text, uint32_t *at) {
  while (*at < text.size && is_space(text.data[*at])) ++*at;
  uint32_t start = *at;
  while (*at < text.size && !is_space(text.data[*at])) ++*at;
  heddle_bytes word = {text.data + start, *at - start};
  return word;
}

static uint32_t characters_of(heddle_bytes text) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < text.size; i++) count += (text.data[i] & 0xc0) != 0x80;
  return count;
}

HEDDLE_EXPORT(describe) int32_t describe(const uint8_t *request, uint32_t size) {
  heddle_bytes text = text_of(request, size);
  heddle_bytes longest = {0, 0};
  uint32_t words = 0, lines = 0, at = 0;
  for (;;) {
    heddle_bytes word = next_word(text, &at);
    if (word.size == 0) break;
    words++;
    if (characters_of(word) > characters_of(longest)) longest = word;
  }
  for (uint32_t i = 0; i < text.size; i++) lines += text.data[i] == '\n';
  if (text.size > 0 && text.data[text.size - 1] != '\n') lines++;

  heddle_writer sizes = heddle_write();
  heddle_put_uint32(&sizes, 1, text.size);
  heddle_put_uint32(&sizes, 2, characters_of(text));
  heddle_put_uint32(&sizes, 3, words);
  heddle_put_uint32(&sizes, 4, lines);
  heddle_writer out = heddle_write();
  heddle_put_message(&out, 1, &sizes);
  heddle_put_bytes(&out, 2, longest);
  return heddle_reply(&out);
}

/* A table of words, open addressing; it is grown before it is three quarters full. */
typedef struct {
  heddle_bytes word;
  uint32_t hash;
  uint32_t count;
} entry;

static bool same(heddle_bytes a, heddle_bytes b) {
  if (a.size != b.size) return false;
  for (uint32_t i = 0; i < a.size; i++)
    if (a.data[i] != b.data[i]) return false;
  return true;
}

static entry *find(entry *table, uint32_t mask, heddle_bytes word, uint32_t hash) {
  uint32_t at = hash & mask;
  while (table[at].count != 0 && !(table[at].hash == hash && same(table[at].word, word))) at = (at + 1) & mask;
  return &table[at];
}

HEDDLE_EXPORT(countWords) int32_t count_words(const uint8_t *request, uint32_t size) {
  heddle_bytes text = text_of(request, size);
  uint32_t mask = 63, used = 0, at = 0;
  entry *table = heddle_alloc((mask + 1) * sizeof(entry)); /* fresh memory is zero */
  for (;;) {
    heddle_bytes word = next_word(text, &at);
    if (word.size == 0) break;
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < word.size; i++) hash = (hash ^ word.data[i]) * 16777619u;
    entry *slot = find(table, mask, word, hash);
    if (slot->count++ > 0) continue;
    slot->word = word;
    slot->hash = hash;
    if (++used * 4 <= mask * 3) continue;
    uint32_t wider = 2 * mask + 1;
    entry *grown = heddle_alloc((wider + 1) * sizeof(entry));
    for (uint32_t i = 0; i <= mask; i++)
      if (table[i].count != 0) *find(grown, wider, table[i].word, table[i].hash) = table[i];
    table = grown;
    mask = wider;
  }
  heddle_writer out = heddle_write();
  for (uint32_t i = 0; i <= mask; i++) {
    if (table[i].count == 0) continue;
    heddle_writer pair = heddle_write(); /* a map is a repeated message: key in field 1, value in field 2 */
    heddle_put_bytes(&pair, 1, table[i].word);
    heddle_put_uint32(&pair, 2, table[i].count);
    heddle_put_message(&out, 1, &pair);
  }
  return heddle_reply(&out);
}
