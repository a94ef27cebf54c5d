/* cluster.c with inner loops in SSE intrinsics. */
#define TUNED "cluster-sse.h"
#define PREFIX "tuned "
#define FUNCTIONS tuned_cluster_functions
#include "cluster.c"
