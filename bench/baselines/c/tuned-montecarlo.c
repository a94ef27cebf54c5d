/* montecarlo.c with inner loops in SSE intrinsics. */
#define TUNED "montecarlo-sse.h"
#define PREFIX "tuned "
#define FUNCTIONS tuned_montecarlo_functions
#include "montecarlo.c"
