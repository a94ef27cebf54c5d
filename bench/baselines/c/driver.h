/*
 * What the functions of the library in C have in common: how they are given their inputs and where they leave their
 * outputs. Inputs are raw arrays in memory; a number is an array of one double. Outputs lie in memory that is kept from
 * call to call, as a caller in C would keep it.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 16

typedef struct {
  uint8_t *data;
  size_t size;
  size_t capacity;
} Block;

typedef struct {
  size_t inputs, outputs;
  Block in[BLOCKS_MAX], out[BLOCKS_MAX];
} Call;

/* A function under the name of its kernel's: "hash/crc32". */
typedef struct {
  const char *name;
  void (*run)(Call *call);
} Function;

/* Input i as an array, the number of its elements, and a single number. */
#define ARRAY(type, i) ((const type *)call->in[i].data)
#define COUNT(type, i) (call->in[i].size / sizeof(type))
#define NUMBER(i) (*ARRAY(double, i))

/* Room for the next output, not filled; the last one may be cut afterwards. */
void *output(Call *call, size_t bytes);
void cut(Call *call, size_t bytes);
/* An output of one number. */
void put_number(Call *call, double value);
void put_whole(Call *call, uint64_t value);

/* malloc that ends the program when there is no memory. */
void *room(size_t bytes);
void *zeros(size_t bytes);

/* The functions of a file, ended by one without a name. */
extern const Function cluster_functions[], fft_functions[], fractal_functions[], hash_functions[], image_functions[],
    linalg_functions[], montecarlo_functions[], ode_functions[], sort_functions[], text_functions[];
/* The same with inner loops in SSE intrinsics. */
extern const Function tuned_cluster_functions[], tuned_fft_functions[], tuned_fractal_functions[],
    tuned_image_functions[], tuned_linalg_functions[], tuned_montecarlo_functions[];

#endif
