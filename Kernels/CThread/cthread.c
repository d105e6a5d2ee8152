#define _GNU_SOURCE
#include "cthread.h"

#include <sched.h>
#include <string.h>

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

cthread_cpus cthread_one_cpu(cthread_cpus cpus, int index) {
  cpu_set_t set, one;
  memcpy(&set, &cpus, sizeof set);
  CPU_ZERO(&one);
  int count = CPU_COUNT(&set);
  int wanted = count > 0 ? index % count : -1;
  for (int cpu = 0; cpu < CPU_SETSIZE && wanted >= 0; cpu++) {
    if (!CPU_ISSET(cpu, &set)) continue;
    if (wanted == 0) CPU_SET(cpu, &one);
    wanted--;
  }
  memcpy(&cpus, &one, sizeof cpus);
  return cpus;
}
