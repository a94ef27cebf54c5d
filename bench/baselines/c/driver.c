/*
 * Runs a function of the library for as long as it is told to. Requests come in and replies go out as whole numbers of
 * 64 bits and bytes:
 *
 * | request | reply |
 * | --- | --- |
 * | 1, name, number of inputs, inputs | 1, or 0 when there is no such function |
 * | 2 | number of outputs, outputs of one call |
 * | 3, nanoseconds | calls made and nanoseconds passed, at least one call |
 *
 * where a name, an input and an output are a size and so many bytes. Before a reply goes its size.
 */
#define _POSIX_C_SOURCE 200809L
#include "driver.h"
#include <malloc.h>
#include <stdio.h>
#include <time.h>

static const Function *const all[] = {
    cluster_functions,       fft_functions,          fractal_functions,          hash_functions,
    image_functions,         linalg_functions,       montecarlo_functions,       ode_functions,
    sort_functions,          text_functions,         tuned_cluster_functions,    tuned_fft_functions,
    tuned_fractal_functions, tuned_image_functions,  tuned_linalg_functions,     tuned_montecarlo_functions,
};

static const Function *find(const char *name) {
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    for (const Function *function = all[i]; function->name; function++) {
      if (!strcmp(function->name, name)) return function;
    }
  }
  return NULL;
}

void *room(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
  if (!memory && bytes) abort();
  return memory;
}

void *zeros(size_t bytes) { return memset(room(bytes), 0, bytes); }

void *output(Call *call, size_t bytes) {
  Block *block = &call->out[call->outputs++];
  if (bytes > block->capacity) {
    free(block->data);
    block->data = room(bytes);
    block->capacity = bytes;
  }
  block->size = bytes;
  return block->data;
}

void cut(Call *call, size_t bytes) { call->out[call->outputs - 1].size = bytes; }

void put_number(Call *call, double value) { *(double *)output(call, sizeof value) = value; }

void put_whole(Call *call, uint64_t value) { *(uint64_t *)output(call, sizeof value) = value; }

static void read_bytes(void *to, size_t size) {
  if (fread(to, 1, size, stdin) != size) exit(1);
}

static uint64_t read_whole(void) {
  uint64_t value;
  if (fread(&value, sizeof value, 1, stdin) != 1) exit(0);
  return value;
}

static void write_whole(uint64_t value) { fwrite(&value, sizeof value, 1, stdout); }

static const Function *select_function(Call *call) {
  char name[64] = {0};
  const size_t size = read_whole();
  if (size >= sizeof name) exit(1);
  read_bytes(name, size);
  call->inputs = read_whole();
  if (call->inputs > BLOCKS_MAX) exit(1);
  for (size_t i = 0; i < call->inputs; i++) {
    free(call->in[i].data);
    call->in[i].size = read_whole();
    /* Some functions read a few bytes behind the last. */
    call->in[i].data = zeros(call->in[i].size + 64);
    read_bytes(call->in[i].data, call->in[i].size);
  }
  return find(name);
}

static void run_once(const Function *function, Call *call) {
  call->outputs = 0;
  function->run(call);
}

static void give_outputs(const Call *call) {
  uint64_t size = 8;
  for (size_t i = 0; i < call->outputs; i++) size += 8 + call->out[i].size;
  write_whole(size);
  write_whole(call->outputs);
  for (size_t i = 0; i < call->outputs; i++) {
    write_whole(call->out[i].size);
    fwrite(call->out[i].data, 1, call->out[i].size, stdout);
  }
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void measure(const Function *function, Call *call, uint64_t duration) {
  const uint64_t start = now();
  uint64_t calls = 0, passed = 0;
  /* The clock is read once for so many calls that reading it does not count. */
  for (uint64_t turn = 1; passed < duration || calls == 0; turn = passed < 2000 ? 2 * turn : turn) {
    for (uint64_t i = 0; i < turn; i++) run_once(function, call);
    calls += turn;
    passed = now() - start;
  }
  write_whole(16);
  write_whole(calls);
  write_whole(passed);
}

int main(void) {
  static Call call;
  const Function *function = NULL;
  /* Memory that a function frees is kept for its next call. */
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  for (;;) {
    switch (read_whole()) {
    case 1:
      function = select_function(&call);
      write_whole(8);
      write_whole(function != NULL);
      break;
    case 2:
      if (!function) return 1;
      run_once(function, &call);
      give_outputs(&call);
      break;
    case 3: {
      const uint64_t duration = read_whole();
      if (!function) return 1;
      measure(function, &call, duration);
      break;
    }
    default:
      return 1;
    }
    fflush(stdout);
  }
}
