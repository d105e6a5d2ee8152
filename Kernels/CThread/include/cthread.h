// What Swift has no word for about threads: the waiting hint, and CPU affinity, which glibc declares
// under _GNU_SOURCE only.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Tells the core that this is a waiting loop: the other hardware thread of the core may have the
/// execution units, and leaving the loop costs no pipeline flush.
static inline void cthread_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// The CPUs that a thread may run on.
typedef struct {
  unsigned long bits[16];
} cthread_cpus;

/// The CPUs of the calling thread; none when the system does not say.
cthread_cpus cthread_get_cpus(void);

/// Moves the calling thread to `cpus`. A refusal leaves it where it is.
void cthread_set_cpus(cthread_cpus cpus);

/// The `index`-th CPU of `cpus` alone, counted round; none when there are none.
cthread_cpus cthread_one_cpu(cthread_cpus cpus, int index);

#ifdef __cplusplus
}
#endif
