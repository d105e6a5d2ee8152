#include "callocations.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

// glibc's own functions, under the names that it keeps for those who replace the public ones.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread bool counts;
static __thread long count;

void allocations_begin(void) {
  count = 0;
  counts = true;
}

long allocations_end(void) {
  counts = false;
  return count;
}

static void note(void) {
  if (counts) count++;
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
  void *memory = __libc_memalign(alignment, bytes);
  if (memory == NULL) return ENOMEM;
  *address = memory;
  return 0;
}
