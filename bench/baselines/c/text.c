/* Counts of words, indexes of documents from texts and from other indexes, and searches in them. */
#include "text-index.h"
#include <math.h>

/* Strings as they are given: where each ends, and their bytes one after the other. */
typedef struct {
  const uint32_t *ends;
  const uint8_t *bytes;
  size_t count;
} Strings;

static const uint8_t *string_at(const Strings *strings, size_t i, uint32_t *size) {
  const uint32_t start = i == 0 ? 0 : strings->ends[i - 1];
  *size = strings->ends[i] - start;
  return strings->bytes + start;
}

static Strings input_strings(Call *call, int i) {
  return (Strings){ARRAY(uint32_t, i), ARRAY(uint8_t, i + 1), COUNT(uint32_t, i)};
}

/* Gives the words of a text, with a newline after each. */
static void run_tokenize(Call *call) {
  const size_t size = COUNT(uint8_t, 0);
  uint8_t *const start = output(call, 3 * size + 1), *to = start;
  Words words;
  words_open(&words, size);
  words_text(&words, ARRAY(uint8_t, 0), size);
  while (words_next(&words)) {
    memcpy(to, words.start, words.size);
    to += words.size;
    *to++ = '\n';
  }
  words_close(&words);
  cut(call, (size_t)(to - start));
}

/* The more frequent first, and equally frequent ones in the order of their bytes. */
static bool by_frequency(const Term *a, const Term *b) {
  return a->count == b->count ? by_bytes(a, b) : a->count > b->count;
}

static void give_counts(Call *call, const Terms *terms, uint64_t total, size_t limit) {
  uint32_t *const order = terms_sorted(terms, by_frequency);
  const size_t some = limit == 0 || limit > terms->length ? terms->length : limit;
  size_t bytes = 0;
  for (size_t i = 0; i < some; i++) bytes += terms->entries[order[i]].size + 1;
  put_whole(call, total);
  put_number(call, terms->length);
  uint8_t *to = output(call, bytes);
  uint32_t *const counts = output(call, some * sizeof *counts);
  for (size_t i = 0; i < some; i++) {
    const Term *const term = &terms->entries[order[i]];
    memcpy(to, term->start, term->size);
    to += term->size;
    *to++ = '\n';
    counts[i] = term->count;
  }
  free(order);
}

static void run_word_count(Call *call) {
  const size_t size = COUNT(uint8_t, 0);
  uint64_t total = 0;
  Words words;
  Terms terms;
  words_open(&words, size);
  terms_open(&terms);
  words_text(&words, ARRAY(uint8_t, 0), size);
  for (; words_next(&words); total++) {
    const uint32_t before = terms.length;
    terms_add(&terms, words.start, words.size, words.hash, 1);
    if (terms.length > before) words_keep(&words);
  }
  give_counts(call, &terms, total, (size_t)NUMBER(1));
  terms_close(&terms);
  words_close(&words);
}

/* Inputs: words of all parts (ends, bytes), their counts, the totals of the parts, how many to give. */
static void run_merge_counts(Call *call) {
  const Strings words = input_strings(call, 0);
  uint64_t total = 0;
  Terms terms;
  terms_open(&terms);
  for (size_t i = 0; i < words.count; i++) {
    uint32_t size;
    const uint8_t *const word = string_at(&words, i, &size);
    terms_add(&terms, word, size, hash_of(word, size), ARRAY(uint32_t, 2)[i]);
  }
  for (size_t i = 0; i < COUNT(uint64_t, 3); i++) total += ARRAY(uint64_t, 3)[i];
  give_counts(call, &terms, total, (size_t)NUMBER(4));
  terms_close(&terms);
}

/* An index that is being written. */
typedef struct {
  Terms ids;
  uint32_t ids_size, words_size, documents, terms, in_documents;
  int64_t document_before;
  uint64_t tokens;
  uint8_t *document_table, *term_table, *postings, *p;
} Writer;

static Writer writer_of(size_t documents, size_t terms, size_t postings_max) {
  Writer writer = {.document_before = -1};
  terms_open(&writer.ids);
  writer.document_table = room(documents * DOCUMENT);
  writer.term_table = room(terms * TERM);
  writer.p = writer.postings = room(postings_max);
  return writer;
}

static void add_document(Writer *writer, const uint8_t *id, uint32_t size, uint32_t words) {
  if (terms_add(&writer->ids, id, size, hash_of(id, size), 1) < writer->documents || size == 0) abort();
  uint8_t *const row = writer->document_table + (size_t)writer->documents++ * DOCUMENT;
  writer->ids_size += size;
  writer->tokens += words;
  store_word(row, writer->ids_size);
  store_word(row + 4, words);
}

static void start_posting(Writer *writer, int64_t document, uint32_t count) {
  writer->p = put_varint(writer->p, (uint32_t)(document - writer->document_before));
  writer->p = put_varint(writer->p, count);
  writer->document_before = document;
  writer->in_documents++;
}

static void end_term(Writer *writer, uint32_t size) {
  uint8_t *const row = writer->term_table + (size_t)writer->terms++ * TERM;
  writer->words_size += size;
  store_word(row, writer->words_size);
  store_word(row + 4, (uint32_t)(writer->p - writer->postings));
  store_word(row + 8, writer->in_documents);
  writer->document_before = -1;
  writer->in_documents = 0;
}

static uint8_t *put(uint8_t *to, const void *from, size_t size) {
  memcpy(to, from, size);
  return to + size;
}

static void finish(Call *call, Writer *writer, const Terms *words, const uint32_t *order) {
  const size_t postings = (size_t)(writer->p - writer->postings);
  const size_t tables = (size_t)writer->documents * DOCUMENT + (size_t)writer->terms * TERM;
  uint8_t *to = output(call, HEADER + tables + writer->ids_size + writer->words_size + postings);
  const uint32_t header[] = {MAGIC, writer->documents, writer->terms};
  const uint32_t sizes[] = {writer->ids_size, writer->words_size, (uint32_t)postings};
  to = put(to, header, sizeof header);
  to = put(to, &writer->tokens, sizeof writer->tokens);
  to = put(to, sizes, sizeof sizes);
  to = put(to, writer->document_table, (size_t)writer->documents * DOCUMENT);
  to = put(to, writer->term_table, (size_t)writer->terms * TERM);
  for (uint32_t i = 0; i < writer->ids.length; i++) {
    to = put(to, writer->ids.entries[i].start, writer->ids.entries[i].size);
  }
  for (uint32_t i = 0; i < words->length; i++) {
    to = put(to, words->entries[order[i]].start, words->entries[order[i]].size);
  }
  put(to, writer->postings, postings);
  terms_close(&writer->ids);
  free(writer->document_table);
  free(writer->term_table);
  free(writer->postings);
}

/* The number of the word at every place of all texts; `ends` says where those of each end. To be freed. */
static uint32_t *tokens_of(const Strings *texts, Words *words, Terms *terms, uint32_t *ends) {
  size_t capacity = 1024, count = 0;
  uint32_t *tokens = room(capacity * sizeof *tokens);
  for (size_t d = 0; d < texts->count; d++) {
    uint32_t size;
    const uint8_t *const text = string_at(texts, d, &size);
    words_text(words, text, size);
    while (words_next(words)) {
      if (count == capacity) {
        uint32_t *const larger = room(2 * capacity * sizeof *larger);
        memcpy(larger, tokens, count * sizeof *larger);
        free(tokens);
        tokens = larger;
        capacity *= 2;
      }
      const uint32_t before = terms->length;
      tokens[count++] = terms_add(terms, words->start, words->size, words->hash, 1);
      if (terms->length > before) words_keep(words);
    }
    ends[d] = (uint32_t)count;
  }
  return tokens;
}

/* The postings of one word from pairs of document and place. */
static void add_postings(Writer *writer, const uint32_t *found, size_t from, size_t to) {
  while (from < to) {
    const uint32_t document = found[2 * from];
    size_t end = from;
    while (end < to && found[2 * end] == document) end++;
    start_posting(writer, document, (uint32_t)(end - from));
    uint32_t place = (uint32_t)-1;
    for (; from < end; from++) {
      writer->p = put_varint(writer->p, found[2 * from + 1] - place);
      place = found[2 * from + 1];
    }
  }
}

/* Inputs: ids (ends, bytes), texts (ends, bytes). */
static void run_index(Call *call) {
  const Strings ids = input_strings(call, 0), texts = input_strings(call, 2);
  uint32_t *const ends = room(texts.count * sizeof *ends);
  Words words;
  Terms terms;
  words_open(&words, COUNT(uint8_t, 3));
  terms_open(&terms);
  uint32_t *const tokens = tokens_of(&texts, &words, &terms, ends);
  const size_t count = ends[texts.count - 1];
  uint32_t *const starts = zeros((terms.length + 1) * sizeof *starts), *const found = room(2 * count * sizeof *found);
  for (uint32_t i = 0; i < terms.length; i++) starts[i + 1] = starts[i] + terms.entries[i].count;
  for (uint32_t d = 0, begin = 0; d < texts.count; begin = ends[d++]) {
    for (uint32_t i = begin; i < ends[d]; i++) {
      const uint32_t slot = starts[tokens[i]]++ * 2;
      found[slot] = d;
      found[slot + 1] = i - begin;
    }
  }
  Writer writer = writer_of(texts.count, terms.length, count * 15);
  for (size_t d = 0; d < texts.count; d++) {
    uint32_t size;
    const uint8_t *const id = string_at(&ids, d, &size);
    add_document(&writer, id, size, ends[d] - (d == 0 ? 0 : ends[d - 1]));
  }
  uint32_t *const order = terms_sorted(&terms, by_bytes);
  for (uint32_t i = 0; i < terms.length; i++) {
    const Term *const term = &terms.entries[order[i]];
    add_postings(&writer, found, starts[order[i]] - term->count, starts[order[i]]);
    end_term(&writer, term->size);
  }
  finish(call, &writer, &terms, order);
  free(ends);
  free(tokens);
  free(starts);
  free(found);
  free(order);
  terms_close(&terms);
  words_close(&words);
}

#define NO_ROW 0xffffffffu

/* Inputs: the indexes. */
static void run_merge_indexes(Call *call) {
  Reader readers[BLOCKS_MAX];
  size_t bytes = 0, documents = 0, rows = 0;
  for (size_t i = 0; i < call->inputs; i++) {
    readers[i] = reader_of(call->in[i].data, call->in[i].size);
    bytes += call->in[i].size;
    documents += readers[i].documents;
    rows += readers[i].terms;
  }
  /* For each word a list of the rows it has in the indexes, in order. */
  uint32_t *const next = room(3 * rows * sizeof *next), *const first = next + rows, *const last = first + rows;
  Terms terms;
  terms_open(&terms);
  uint32_t row = 0;
  for (size_t i = 0; i < call->inputs; i++) {
    for (uint32_t t = 0; t < readers[i].terms; t++) {
      uint32_t size;
      const uint8_t *const word = word_of(&readers[i], t, &size);
      const uint32_t before = terms.length, term = terms_add(&terms, word, size, hash_of(word, size), 1);
      if (terms.length > before) first[term] = row;
      else next[last[term]] = row;
      last[term] = row;
      next[row++] = NO_ROW;
    }
  }
  Writer writer = writer_of(documents, terms.length, bytes + 5 * rows);
  for (size_t i = 0; i < call->inputs; i++) {
    for (uint32_t d = 0; d < readers[i].documents; d++) {
      uint32_t size;
      const uint8_t *const id = id_of(&readers[i], d, &size);
      add_document(&writer, id, size, word_count_of(&readers[i], d));
    }
  }
  uint32_t *const order = terms_sorted(&terms, by_bytes);
  uint32_t *places = NULL, capacity = 0;
  for (uint32_t i = 0; i < terms.length; i++) {
    size_t index = 0, rows_before = 0, documents_before = 0;
    for (row = first[order[i]]; row != NO_ROW; row = next[row]) {
      for (; row - rows_before >= readers[index].terms; index++) {
        rows_before += readers[index].terms;
        documents_before += readers[index].documents;
      }
      Cursor cursor = cursor_of(&readers[index], (uint32_t)(row - rows_before));
      /* Room for places is kept from one to the next. */
      cursor.places = places, cursor.capacity = capacity;
      while (cursor_next(&cursor)) {
        read_distances(&cursor);
        start_posting(&writer, (int64_t)documents_before + cursor.document, cursor.count);
        for (uint32_t k = 0; k < cursor.count; k++) writer.p = put_varint(writer.p, cursor.places[k]);
      }
      places = cursor.places, capacity = cursor.capacity;
    }
    end_term(&writer, terms.entries[order[i]].size);
  }
  finish(call, &writer, &terms, order);
  free(places);
  free(next);
  free(order);
  terms_close(&terms);
}

static void run_summary(Call *call) {
  const Reader reader = reader_of(call->in[0].data, call->in[0].size);
  put_number(call, reader.documents);
  put_number(call, reader.terms);
  put_whole(call, reader.tokens);
}

#define CLAUSES_MAX 64

typedef struct {
  bool required, excluded;
  size_t count;
  int64_t words[CLAUSES_MAX];
} Clause;

static bool is_space(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13); }

static size_t parse(const Reader *reader, const uint8_t *query, size_t size, Clause *clauses) {
  size_t count = 0, i = 0;
  Words words;
  words_open(&words, size);
  while (i < size && count < CLAUSES_MAX) {
    if (is_space(query[i])) {
      i++;
      continue;
    }
    Clause *const clause = &clauses[count];
    *clause = (Clause){.required = query[i] == '+', .excluded = query[i] == '-'};
    if (clause->required || clause->excluded) i++;
    const bool quoted = i < size && query[i] == '"';
    if (quoted) i++;
    const size_t start = i;
    while (i < size && (quoted ? query[i] != '"' : !is_space(query[i]))) i++;
    if (quoted && i == size) abort();
    words_text(&words, query + start, i - start);
    if (quoted) i++;
    while (words_next(&words)) {
      if (clause->count == CLAUSES_MAX) abort();
      clause->words[clause->count++] = find_word(reader, words.start, words.size);
    }
    if (clause->count > 0) count++;
  }
  words_close(&words);
  return count;
}

/* Moves all cursors to the next document that they share. */
static bool together(Cursor *cursors, size_t count) {
  if (!cursor_next(&cursors[0])) return false;
  int64_t document = cursors[0].document;
  for (size_t i = 1; i < count;) {
    while (cursors[i].document < document) {
      if (!cursor_next(&cursors[i])) return false;
    }
    if (cursors[i].document == document) {
      i++;
      continue;
    }
    document = cursors[i].document;
    i = 0;
  }
  return true;
}

static bool has_place(const Cursor *cursor, uint32_t place) {
  uint32_t low = 0, high = cursor->count;
  while (low < high) {
    const uint32_t middle = (low + high) >> 1;
    if (cursor->places[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low < cursor->count && cursor->places[low] == place;
}

/* How often the words follow one another in the present document. */
static uint32_t followings(Cursor *cursors, size_t count) {
  uint32_t often = 0;
  for (size_t i = 0; i < count; i++) read_places(&cursors[i]);
  for (uint32_t i = 0; i < cursors[0].count; i++) {
    size_t word = 1;
    while (word < count && has_place(&cursors[word], cursors[0].places[i] + (uint32_t)word)) word++;
    often += word == count;
  }
  return often;
}

/* Documents that have the words one after the other, each with how often. */
static size_t counts_of(const Reader *reader, const Clause *clause, uint32_t *counts) {
  Cursor cursors[CLAUSES_MAX];
  size_t found = 0;
  for (size_t i = 0; i < clause->count; i++) {
    if (clause->words[i] < 0) return 0;
    cursors[i] = cursor_of(reader, (uint32_t)clause->words[i]);
  }
  while (together(cursors, clause->count)) {
    const uint32_t often = clause->count == 1 ? cursors[0].count : followings(cursors, clause->count);
    if (often == 0) continue;
    counts[2 * found] = (uint32_t)cursors[0].document;
    counts[2 * found++ + 1] = often;
  }
  for (size_t i = 0; i < clause->count; i++) cursor_close(&cursors[i]);
  return found;
}

/* Inputs: the index, the query, how many hits. */
static void run_search(Call *call) {
  const Reader reader = reader_of(call->in[0].data, call->in[0].size);
  static Clause clauses[CLAUSES_MAX];
  const size_t clause_count = parse(&reader, ARRAY(uint8_t, 1), COUNT(uint8_t, 1), clauses);
  const size_t documents = reader.documents, most = (size_t)NUMBER(2);
  double *const scores = zeros(documents * sizeof *scores);
  int32_t *const having = zeros(2 * documents * sizeof *having), *const required = having + documents;
  uint32_t *const counts = room(2 * documents * sizeof *counts), *const best = room(most * sizeof *best);
  const double total = (double)documents, mean = (double)reader.tokens / total;
  int32_t required_count = 0;
  for (size_t c = 0; c < clause_count; c++) {
    const Clause *const clause = &clauses[c];
    const size_t found = counts_of(&reader, clause, counts);
    const double rarity = log(1 + (total - (double)found + 0.5) / ((double)found + 0.5));
    required_count += clause->required;
    for (size_t i = 0; i < found; i++) {
      const uint32_t document = counts[2 * i];
      if (clause->excluded) {
        having[document] = -1;
        continue;
      }
      required[document] += clause->required;
      if (having[document] >= 0) having[document]++;
      const double often = counts[2 * i + 1], size = word_count_of(&reader, document) / mean;
      scores[document] += rarity * often * (1.2 + 1) / (often + 1.2 * (1 - 0.75 + 0.75 * size));
    }
  }
  size_t count = 0, hits = 0, bytes = 0;
  for (uint32_t d = 0; d < documents; d++) {
    if (having[d] <= 0 || required[d] != required_count) continue;
    hits++;
    size_t at = count;
    if (count < most) count++;
    else if (scores[d] > scores[best[most - 1]]) at--;
    else continue;
    for (; at > 0 && scores[best[at - 1]] < scores[d]; at--) best[at] = best[at - 1];
    best[at] = d;
  }
  put_number(call, (double)hits);
  double *const hit_scores = output(call, count * sizeof *hit_scores);
  for (size_t i = 0; i < count; i++) {
    uint32_t size;
    id_of(&reader, best[i], &size);
    bytes += size + 1;
    hit_scores[i] = scores[best[i]];
  }
  uint8_t *to = output(call, bytes);
  for (size_t i = 0; i < count; i++) {
    uint32_t size;
    const uint8_t *const id = id_of(&reader, best[i], &size);
    to = put(to, id, size);
    *to++ = '\n';
  }
  free(scores);
  free(having);
  free(counts);
  free(best);
}

const Function text_functions[] = {
    {"text/tokenize", run_tokenize},
    {"text/wordCount", run_word_count},
    {"text/mergeCounts", run_merge_counts},
    {"text/index", run_index},
    {"text/mergeIndexes", run_merge_indexes},
    {"text/summary", run_summary},
    {"text/search", run_search},
    {0},
};
