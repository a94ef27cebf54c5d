/* fractal.c with inner loops in SSE intrinsics. */
#define TUNED "fractal-sse.h"
#define PREFIX "tuned "
#define FUNCTIONS tuned_fractal_functions
#include "fractal.c"
