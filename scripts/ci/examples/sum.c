// A benchmark for `tenfold gate --command`, in C: it times one pass after the other and prints a line for each,
// for as long as somebody reads them.
//
//   cc -O2 -o sum scripts/ci/examples/sum.c
//   tenfold gate --command "./sum-before" --command "./sum-after"

#define _POSIX_C_SOURCE 199309L

#include <stdio.h>
#include <time.h>

enum { count = 1 << 20 };

static float values[count];

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(void) {
  for (int i = 0; i < count; i++) values[i] = (float)i;
  // What a pass computes must be used, or the compiler leaves the pass out.
  volatile float used = 0;
  for (;;) {
    double start = seconds_now();
    float sum = 0;
    for (int i = 0; i < count; i++) sum += values[i];
    used = sum;
    double seconds = seconds_now() - start;
    int written = printf(
        "{\"schema\": \"tenfold.sample/1\", \"cell\": \"sum\", \"seconds\": %.9f,"
        " \"work\": {\"additions\": %d}}\n",
        seconds, count);
    // Each line goes out at once: the gate stops this program between two of them. A write that fails says
    // that nobody reads any more.
    if (written < 0 || fflush(stdout) != 0) return 0;
  }
}
