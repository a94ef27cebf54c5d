/* A WASI command: a filter like `tr`. See README.md for how it is built and called. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(const char *program) {
  fprintf(stderr, "usage: %s upper|lower|count\n", program);
  return 2;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : getenv("CAPS_MODE");
  if (mode == NULL) return usage(argv[0]);
  int upper = strcmp(mode, "upper") == 0;
  int lower = strcmp(mode, "lower") == 0;
  int count = strcmp(mode, "count") == 0;
  if (!upper && !lower && !count) return usage(argv[0]);

  unsigned long bytes = 0, lines = 0, words = 0;
  int inside = 0;
  for (int c = getchar(); c != EOF; c = getchar()) {
    bytes++;
    lines += c == '\n';
    words += !inside && !isspace(c);
    inside = !isspace(c);
    if (upper) putchar(toupper(c));
    if (lower) putchar(tolower(c));
  }
  if (count) printf("%lu %lu %lu\n", lines, words, bytes);
  return 0;
}
