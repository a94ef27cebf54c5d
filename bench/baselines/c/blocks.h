/* Sizes of the blocks of a product, and what becomes of it. */
#ifndef BLOCKS_H
#define BLOCKS_H

/* Steps along the inner dimension, rows of a block of A, columns of a block of B. */
#define DEPTH 256
#define ROWS 128
#define COLUMNS 1024

enum update { SET, ADD, SUBTRACT };

#endif
