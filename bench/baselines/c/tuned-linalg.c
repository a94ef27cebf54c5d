/* linalg.c with inner loops in SSE intrinsics. */
#define TUNED "linalg-sse.h"
#define PREFIX "tuned "
#define FUNCTIONS tuned_linalg_functions
#include "linalg.c"
