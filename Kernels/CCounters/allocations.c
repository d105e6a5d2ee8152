#include "ccounters.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNTS_NOTHING
#endif
#endif
#if !defined(__GLIBC__)
#define COUNTS_NOTHING
#endif

#ifdef COUNTS_NOTHING

void ccounters_begin_allocations(void) {}
long ccounters_end_allocations(void) { return -1; }
void ccounters_begin_all_allocations(void) {}
long ccounters_end_all_allocations(void) { return -1; }

#else

// glibc's own functions, under the names that it keeps for those who replace the public ones.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread bool counts;
static __thread long count;

static atomic_bool counts_all;
static atomic_long count_of_all;

void ccounters_begin_allocations(void) {
  count = 0;
  counts = true;
}

long ccounters_end_allocations(void) {
  counts = false;
  return count;
}

void ccounters_begin_all_allocations(void) {
  atomic_store(&count_of_all, 0);
  atomic_store(&counts_all, true);
}

long ccounters_end_all_allocations(void) {
  atomic_store(&counts_all, false);
  return atomic_load(&count_of_all);
}

static void note(void) {
  if (counts) count++;
  if (atomic_load_explicit(&counts_all, memory_order_relaxed)) {
    atomic_fetch_add_explicit(&count_of_all, 1, memory_order_relaxed);
  }
}

void *malloc(size_t bytes) {
  note();
  return __libc_malloc(bytes);
}

void *calloc(size_t elements, size_t bytes) {
  note();
  return __libc_calloc(elements, bytes);
}

void *realloc(void *old, size_t bytes) {
  note();
  return __libc_realloc(old, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
  note();
  return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  note();
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **address, size_t alignment, size_t bytes) {
  note();
  // POSIX asks for a power of two that is a multiple of a pointer's size.
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) {
    return EINVAL;
  }
  void *memory = __libc_memalign(alignment, bytes);
  if (memory == NULL) return ENOMEM;
  *address = memory;
  return 0;
}

#endif
