#define _GNU_SOURCE
#include "ccounters.h"

#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int ccounters_open_instructions(void) {
  struct perf_event_attr event;
  memset(&event, 0, sizeof event);
  event.size = sizeof event;
  event.type = PERF_TYPE_HARDWARE;
  event.config = PERF_COUNT_HW_INSTRUCTIONS;
  // What the kernel executes for a thread depends on what else the machine does, and needs rights to count.
  event.exclude_kernel = 1;
  event.exclude_hv = 1;
  return (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

long long ccounters_read_instructions(int counter) {
  uint64_t count = 0;
  if (counter < 0 || read(counter, &count, sizeof count) != sizeof count) return -1;
  return (long long)count;
}

void ccounters_close_instructions(int counter) {
  if (counter >= 0) close(counter);
}
