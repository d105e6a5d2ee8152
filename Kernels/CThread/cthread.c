#define _GNU_SOURCE
#include "cthread.h"

#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(cthread_cpus) == sizeof(cpu_set_t), "both are sets of 1024 CPUs");

cthread_cpus cthread_get_cpus(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  cthread_cpus cpus;
  memcpy(&cpus, &set, sizeof cpus);
  return cpus;
}

void cthread_set_cpus(cthread_cpus cpus) {
  cpu_set_t set;
  memcpy(&set, &cpus, sizeof set);
  sched_setaffinity(0, sizeof set, &set);
}

bool cthread_is_empty(cthread_cpus cpus) {
  for (unsigned word = 0; word < sizeof cpus.bits / sizeof *cpus.bits; word++)
    if (cpus.bits[word] != 0) return false;
  return true;
}

cthread_cpus cthread_with_cpu(cthread_cpus cpus, int cpu) {
  cpu_set_t set;
  memcpy(&set, &cpus, sizeof set);
  if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  memcpy(&cpus, &set, sizeof cpus);
  return cpus;
}

// glibc has no function for the call; libnuma, which has one, would be a library for this alone.
int cthread_node_of_page(const void *address) {
  void *page = (void *)((uintptr_t)address & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1));
  int node = -1;
  if (syscall(SYS_move_pages, 0, 1UL, &page, NULL, &node, 0) != 0) return -1;
  return node;
}
