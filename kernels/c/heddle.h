/*
 * heddle.h: typed kernels in C or C++, for ABI 1. One file, no C library, no dependencies.
 *
 *     #include "heddle.h"
 *
 *     HEDDLE_EXPORT(twice) int32_t twice(const uint8_t *request, uint32_t size) {
 *       double value = 0;
 *       heddle_reader in = heddle_read(request, size);
 *       while (heddle_next(&in))
 *         if (in.field == 1) value = heddle_get_double(&in);
 *       heddle_writer out = heddle_write();
 *       heddle_put_double(&out, 1, 2 * value);
 *       return heddle_reply(&out);
 *     }
 *
 *     clang --target=wasm32 -O2 -mbulk-memory -nostdlib -Wl,--no-entry twice.c -o twice.wasm
 *     heddle deploy twice.wasm --proto twice.proto
 *
 * The .proto file has a method `Twice` for the export `twice`. Memory comes from an arena that is never freed: after the
 * call the fabric puts all memory back to what it was before. README.md beside this file tells more.
 */
#ifndef HEDDLE_H
#define HEDDLE_H

#ifndef __wasm__
#error "heddle.h is for WebAssembly: compile with --target=wasm32"
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HEDDLE_NORETURN __attribute__((noreturn))

/* Before a function that the kernel offers; the name is that of the method with a small first letter. */
#define HEDDLE_EXPORT(name) __attribute__((export_name(#name)))

/* gRPC codes that a kernel may want to fail with. */
enum {
  HEDDLE_INVALID_ARGUMENT = 3,
  HEDDLE_NOT_FOUND = 5,
  HEDDLE_ALREADY_EXISTS = 6,
  HEDDLE_RESOURCE_EXHAUSTED = 8,
  HEDDLE_FAILED_PRECONDITION = 9,
  HEDDLE_OUT_OF_RANGE = 11,
  HEDDLE_UNIMPLEMENTED = 12,
  HEDDLE_INTERNAL = 13
};

/* Levels of heddle_log. */
enum { HEDDLE_DEBUG, HEDDLE_INFO, HEDDLE_WARN, HEDDLE_ERROR };

/* Bytes that lie somewhere in memory, not ended by a zero. */
typedef struct {
  const uint8_t *data;
  uint32_t size;
} heddle_bytes;

/* ---- what the host offers ---- */

__attribute__((import_module("heddle"), import_name("fail"))) HEDDLE_NORETURN void heddle_import_fail(
    int32_t code, const char *text, uint32_t size);
__attribute__((import_module("heddle"), import_name("log"))) void heddle_import_log(
    int32_t level, const char *text, uint32_t size);

static inline uint32_t heddle_length(const char *text) {
  uint32_t size = 0;
  while (text[size] != 0) size++;
  return size;
}

/* Ends the call with a gRPC status; does not return. */
HEDDLE_NORETURN static inline void heddle_fail(int32_t code, const char *text) {
  heddle_import_fail(code, text, heddle_length(text));
}

/* Writes a line to the log of the call. */
static inline void heddle_log(int32_t level, const char *text) {
  heddle_import_log(level, text, heddle_length(text));
}

/* Ends the call with INVALID_ARGUMENT and the reason BAD_PAYLOAD: the request is no such message. */
HEDDLE_NORETURN static inline void heddle_bad_payload(const char *text) {
  heddle_import_fail(0x103, text, heddle_length(text));
}

/* ---- memory ---- */

/*
 * heddle_alloc gives `size` bytes of zeros, 16-byte aligned, and ends the call when memory has reached its maximum. A
 * program that uses malloc as well, from a C library, defines HEDDLE_MALLOC before it includes this file, so that both
 * share one heap.
 */
#ifdef HEDDLE_MALLOC
#include <stdlib.h>

__attribute__((weak)) HEDDLE_EXPORT(heddle_alloc) void *heddle_alloc(uint32_t size) {
  void *start = calloc(size == 0 ? 1 : size, 1);
  if (start == NULL) heddle_import_fail(0x208, "no memory is left", 17);
  return start;
}
#else
extern uint8_t __heap_base; /* set by the linker: after the stack and all data */

/* The next free byte; 0 before the first call. */
__attribute__((weak)) uint32_t heddle_top;

__attribute__((weak)) HEDDLE_EXPORT(heddle_alloc) void *heddle_alloc(uint32_t size) {
  uint32_t start = heddle_top != 0 ? heddle_top : ((uint32_t)(uintptr_t)&__heap_base + 15) & ~15u;
  uint64_t end = ((uint64_t)start + size + 15) & ~(uint64_t)15;
  uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) << 16;
  if (end > have) {
    uint64_t pages = (end - have + 0xffff) >> 16;
    if (pages > 0xffff || __builtin_wasm_memory_grow(0, (size_t)pages) == (size_t)-1)
      heddle_import_fail(0x208, "no memory is left", 17);
  }
  heddle_top = (uint32_t)end;
  return (void *)(uintptr_t)start;
}
#endif

static inline void heddle_copy(void *to, const void *from, uint32_t size) {
  __builtin_memcpy(to, from, size); /* one instruction with -mbulk-memory */
}

/* ---- reading messages ---- */

/* A message, or the packed values of a field, while it is read. */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
  uint32_t field;     /* number of the present field */
  uint32_t wire_type; /* how its value is framed */
  bool unread;        /* its value has not been read: heddle_next skips it */
} heddle_reader;

static inline heddle_reader heddle_read(const uint8_t *message, uint32_t size) {
  heddle_reader reader = {message, message + size, 0, 0, false};
  return reader;
}

static inline uint64_t heddle_varint(heddle_reader *reader) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 70; shift += 7) {
    if (reader->at == reader->end) heddle_bad_payload("the message ends within a number");
    uint8_t byte = *reader->at++;
    value |= (uint64_t)(byte & 0x7f) << (shift & 63);
    if (byte < 0x80) return value;
  }
  heddle_bad_payload("a number has more than 10 bytes");
}

/* Bytes that are taken as they are; fails when there are not so many. */
static inline const uint8_t *heddle_take(heddle_reader *reader, uint64_t size) {
  if (size > (uint64_t)(reader->end - reader->at)) heddle_bad_payload("the message is cut");
  const uint8_t *start = reader->at;
  reader->at += size;
  return start;
}

static inline void heddle_skip(heddle_reader *reader) {
  reader->unread = false;
  switch (reader->wire_type) {
    case 0: heddle_varint(reader); return;
    case 1: heddle_take(reader, 8); return;
    case 2: heddle_take(reader, heddle_varint(reader)); return;
    case 5: heddle_take(reader, 4); return;
    default: heddle_bad_payload("a field has a wire type that proto3 does not have");
  }
}

/* Goes to the next field; false at the end. A value that was not read is skipped. */
static inline bool heddle_next(heddle_reader *reader) {
  if (reader->unread) heddle_skip(reader);
  if (reader->at == reader->end) return false;
  uint64_t tag = heddle_varint(reader);
  if ((tag >> 3) == 0 || (tag >> 32) != 0) heddle_bad_payload("a field has an impossible number");
  reader->field = (uint32_t)(tag >> 3);
  reader->wire_type = (uint32_t)(tag & 7);
  reader->unread = true;
  return true;
}

static inline void heddle_expect(heddle_reader *reader, uint32_t wire_type) {
  if (reader->wire_type != wire_type) heddle_bad_payload("a field has the wire type of another type");
  reader->unread = false;
}

/* The value of the present field, by the type that the .proto file gives it. */
static inline uint64_t heddle_get_uint64(heddle_reader *reader) {
  heddle_expect(reader, 0);
  return heddle_varint(reader);
}
static inline int64_t heddle_get_int64(heddle_reader *reader) { return (int64_t)heddle_get_uint64(reader); }
static inline uint32_t heddle_get_uint32(heddle_reader *reader) { return (uint32_t)heddle_get_uint64(reader); }
static inline int32_t heddle_get_int32(heddle_reader *reader) { return (int32_t)heddle_get_uint64(reader); }
static inline bool heddle_get_bool(heddle_reader *reader) { return heddle_get_uint64(reader) != 0; }
static inline int64_t heddle_get_sint64(heddle_reader *reader) {
  uint64_t value = heddle_get_uint64(reader);
  return (int64_t)((value >> 1) ^ (~(value & 1) + 1));
}
static inline int32_t heddle_get_sint32(heddle_reader *reader) {
  uint32_t value = heddle_get_uint32(reader);
  return (int32_t)((value >> 1) ^ (~(value & 1) + 1));
}
static inline uint32_t heddle_get_fixed32(heddle_reader *reader) {
  uint32_t value;
  heddle_expect(reader, 5);
  __builtin_memcpy(&value, heddle_take(reader, 4), 4);
  return value;
}
static inline uint64_t heddle_get_fixed64(heddle_reader *reader) {
  uint64_t value;
  heddle_expect(reader, 1);
  __builtin_memcpy(&value, heddle_take(reader, 8), 8);
  return value;
}
static inline float heddle_get_float(heddle_reader *reader) {
  uint32_t bits = heddle_get_fixed32(reader);
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}
static inline double heddle_get_double(heddle_reader *reader) {
  uint64_t bits = heddle_get_fixed64(reader);
  double value;
  __builtin_memcpy(&value, &bits, 8);
  return value;
}

/* The bytes of a field, where they lie in the request. */
static inline heddle_bytes heddle_get_bytes(heddle_reader *reader) {
  heddle_expect(reader, 2);
  uint64_t size = heddle_varint(reader);
  heddle_bytes bytes = {heddle_take(reader, size), (uint32_t)size};
  return bytes;
}

static inline bool heddle_is_utf8(heddle_bytes text) {
  for (uint32_t at = 0; at < text.size;) {
    uint8_t lead = text.data[at++];
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    uint32_t more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (more > text.size - at) return false;
    uint8_t first = text.data[at];
    if ((lead == 0xe0 && first < 0xa0) || (lead == 0xed && first > 0x9f)) return false;
    if ((lead == 0xf0 && first < 0x90) || (lead == 0xf4 && first > 0x8f)) return false;
    for (; more > 0; more--)
      if ((text.data[at++] & 0xc0) != 0x80) return false;
  }
  return true;
}

/* The text of a field, as UTF-8 without a zero at its end. */
static inline heddle_bytes heddle_get_string(heddle_reader *reader) {
  heddle_bytes text = heddle_get_bytes(reader);
  if (!heddle_is_utf8(text)) heddle_bad_payload("a string is not UTF-8");
  return text;
}

/* The message of a field, to be read by itself. */
static inline heddle_reader heddle_get_message(heddle_reader *reader) {
  heddle_bytes bytes = heddle_get_bytes(reader);
  return heddle_read(bytes.data, bytes.size);
}

/*
 * The values of a repeated field of numbers, which come packed or one by one; `wire_type` is 0 for integers and bool,
 * 1 for double and 64-bit fixed, 5 for float and 32-bit fixed. A field may come in several pieces.
 *
 *     heddle_reader values = heddle_get_packed(&in, 0);
 *     while (heddle_more(&values)) sum += heddle_get_int32(&values);
 */
static inline heddle_reader heddle_get_packed(heddle_reader *reader, uint32_t wire_type) {
  const uint8_t *start = reader->at;
  heddle_reader values;
  if (reader->wire_type == 2) {
    values = heddle_get_message(reader);
  } else {
    heddle_expect(reader, wire_type);
    heddle_skip(reader);
    values = heddle_read(start, (uint32_t)(reader->at - start));
  }
  values.field = reader->field;
  values.wire_type = wire_type;
  return values;
}

static inline bool heddle_more(const heddle_reader *values) { return values->at != values->end; }

/* Doubles that were collected. Start with {0}. */
typedef struct {
  double *data;
  uint32_t count;
  uint32_t capacity;
} heddle_doubles;

/* Appends the values of a `repeated double` field; one copy when they come packed. */
static inline void heddle_get_doubles(heddle_reader *reader, heddle_doubles *list) {
  heddle_reader values = heddle_get_packed(reader, 1);
  uint32_t size = (uint32_t)(values.end - values.at);
  if (size % 8 != 0) heddle_bad_payload("a packed field is cut");
  uint32_t count = list->count + size / 8;
  if (count > list->capacity) {
    uint32_t capacity = list->count == 0 ? count : 2 * count;
    double *data = (double *)heddle_alloc(capacity * 8);
    if (list->count > 0) heddle_copy(data, list->data, list->count * 8);
    list->data = data;
    list->capacity = capacity;
  }
  if (size > 0) heddle_copy(list->data + list->count, values.at, size);
  list->count = count;
}

/* ---- writing messages ---- */

/* A message while it is written. */
typedef struct {
  uint8_t *data;
  uint32_t size;
  uint32_t capacity;
} heddle_writer;

static inline heddle_writer heddle_write(void) {
  heddle_writer writer = {0, 0, 0};
  return writer;
}

/* Room for `size` more bytes. */
static inline uint8_t *heddle_claim(heddle_writer *writer, uint32_t size) {
  uint64_t needed = (uint64_t)writer->size + size;
  if (needed > writer->capacity) {
    uint64_t capacity = needed < 128 ? 256 : 2 * needed;
    if (capacity > 0x7fffffff) heddle_import_fail(0x208, "the response is too large", 25);
    uint8_t *data = (uint8_t *)heddle_alloc((uint32_t)capacity);
    if (writer->size > 0) heddle_copy(data, writer->data, writer->size);
    writer->data = data;
    writer->capacity = (uint32_t)capacity;
  }
  uint8_t *at = writer->data + writer->size;
  writer->size = (uint32_t)needed;
  return at;
}

static inline void heddle_put_varint(heddle_writer *writer, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *heddle_claim(writer, 1) = (uint8_t)(value | 0x80);
  *heddle_claim(writer, 1) = (uint8_t)value;
}

static inline void heddle_put_tag(heddle_writer *writer, uint32_t field, uint32_t wire_type) {
  heddle_put_varint(writer, (uint64_t)field << 3 | wire_type);
}

/* Fields by the type that the .proto file gives them. Zero is what an absent field means, and is not written. */
static inline void heddle_put_uint64(heddle_writer *writer, uint32_t field, uint64_t value) {
  if (value == 0) return;
  heddle_put_tag(writer, field, 0);
  heddle_put_varint(writer, value);
}
static inline void heddle_put_int64(heddle_writer *writer, uint32_t field, int64_t value) {
  heddle_put_uint64(writer, field, (uint64_t)value);
}
static inline void heddle_put_uint32(heddle_writer *writer, uint32_t field, uint32_t value) {
  heddle_put_uint64(writer, field, value);
}
static inline void heddle_put_int32(heddle_writer *writer, uint32_t field, int32_t value) {
  heddle_put_uint64(writer, field, (uint64_t)(int64_t)value);
}
static inline void heddle_put_bool(heddle_writer *writer, uint32_t field, bool value) {
  heddle_put_uint64(writer, field, value ? 1 : 0);
}
static inline void heddle_put_sint64(heddle_writer *writer, uint32_t field, int64_t value) {
  heddle_put_uint64(writer, field, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}
static inline void heddle_put_sint32(heddle_writer *writer, uint32_t field, int32_t value) {
  heddle_put_uint64(writer, field, (uint32_t)value << 1 ^ (uint32_t)(value >> 31));
}
static inline void heddle_put_fixed32(heddle_writer *writer, uint32_t field, uint32_t value) {
  if (value == 0) return;
  heddle_put_tag(writer, field, 5);
  __builtin_memcpy(heddle_claim(writer, 4), &value, 4);
}
static inline void heddle_put_fixed64(heddle_writer *writer, uint32_t field, uint64_t value) {
  if (value == 0) return;
  heddle_put_tag(writer, field, 1);
  __builtin_memcpy(heddle_claim(writer, 8), &value, 8);
}
static inline void heddle_put_float(heddle_writer *writer, uint32_t field, float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  heddle_put_fixed32(writer, field, bits);
}
static inline void heddle_put_double(heddle_writer *writer, uint32_t field, double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, 8);
  heddle_put_fixed64(writer, field, bits);
}

/* An element of a repeated field, or a member of a oneof: written also when it is empty. */
static inline void heddle_add_bytes(heddle_writer *writer, uint32_t field, heddle_bytes bytes) {
  heddle_put_tag(writer, field, 2);
  heddle_put_varint(writer, bytes.size);
  if (bytes.size > 0) heddle_copy(heddle_claim(writer, bytes.size), bytes.data, bytes.size);
}
static inline void heddle_put_bytes(heddle_writer *writer, uint32_t field, heddle_bytes bytes) {
  if (bytes.size > 0) heddle_add_bytes(writer, field, bytes);
}
/* A text that ends with a zero. */
static inline void heddle_put_text(heddle_writer *writer, uint32_t field, const char *text) {
  heddle_bytes bytes = {(const uint8_t *)text, heddle_length(text)};
  heddle_put_bytes(writer, field, bytes);
}
/* A message that was written by itself, as a field or an element of one. */
static inline void heddle_put_message(heddle_writer *writer, uint32_t field, const heddle_writer *message) {
  heddle_bytes bytes = {message->data, message->size};
  heddle_add_bytes(writer, field, bytes);
}
/* A `repeated double`. */
static inline void heddle_put_doubles(heddle_writer *writer, uint32_t field, const double *data, uint32_t count) {
  heddle_bytes bytes = {(const uint8_t *)data, count * 8};
  heddle_put_bytes(writer, field, bytes);
}

/* What a function returns: where the host finds the message. */
static inline int32_t heddle_reply(const heddle_writer *writer) {
  uint32_t *words = (uint32_t *)heddle_alloc(8);
  words[0] = (uint32_t)(uintptr_t)writer->data;
  words[1] = writer->size;
  return (int32_t)(uintptr_t)words;
}

#ifdef __cplusplus
}
#endif
#endif
