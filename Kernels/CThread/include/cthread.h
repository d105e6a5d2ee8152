// What Swift has no word for about threads: the waiting hint, and CPU affinity, which glibc declares
// under _GNU_SOURCE only.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The spin-wait hint (PAUSE, YIELD): the other hardware thread of the core may have the execution units
/// meanwhile, and on x86-64 leaving the loop costs no pipeline flush for loads that ran ahead.
static inline void cthread_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// The CPUs that a thread may run on, one bit each: glibc's cpu_set_t as a type that Swift imports whole.
typedef struct {
  unsigned long bits[16];
} cthread_cpus;

/// The CPUs of the calling thread; none when the system does not say.
cthread_cpus cthread_get_cpus(void);

/// Moves the calling thread to `cpus`. A refusal leaves it where it is.
void cthread_set_cpus(cthread_cpus cpus);

/// True for a set without any CPU.
bool cthread_is_empty(cthread_cpus cpus);

/// `cpus` and one more; the same where its number is not among 1024.
cthread_cpus cthread_with_cpu(cthread_cpus cpus, int cpu);

/// The NUMA node that the page at `address` lies on; negative where the system does not tell, or where the page
/// was never touched.
int cthread_node_of_page(const void *address);

#ifdef __cplusplus
}
#endif
