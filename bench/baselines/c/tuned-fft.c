/* fft.c with inner loops in SSE intrinsics. */
#define TUNED "fft-sse.h"
#define PREFIX "tuned "
#define FUNCTIONS tuned_fft_functions
#include "fft.c"
