/* image.c with inner loops in SSE intrinsics. */
#define TUNED "image-sse.h"
#define PREFIX "tuned "
#define FUNCTIONS tuned_image_functions
#include "image.c"
