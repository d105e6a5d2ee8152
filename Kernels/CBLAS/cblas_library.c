#define _GNU_SOURCE
#include "cblas_library.h"

#include <ctype.h>
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

// Values of netlib's enumerations CBLAS_LAYOUT and CBLAS_TRANSPOSE.
enum { row_major = 101, no_transpose = 111, transpose = 112 };

typedef void sgemm_function(
    int, int, int, int32_t, int32_t, int32_t, float, const float *, int32_t, const float *,
    int32_t, float, float *, int32_t);
typedef void sgemv_function(
    int, int, int32_t, int32_t, float, const float *, int32_t, const float *, int32_t, float,
    float *, int32_t);
// The same with a wide leading dimension, to see how much of it the library reads.
typedef void sgemv_wide_function(
    int, int, int64_t, int64_t, float, const float *, int64_t, const float *, int64_t, float,
    float *, int64_t);

// OpenBLAS's own question whether it has a packing-free kernel for a product in column-major order.
typedef int permits_function(int, int, long, long, long, float, float);

struct cblas_library {
  void *handle;
  sgemm_function *sgemm;
  sgemv_function *sgemv;
  int (*threads)(void);
  permits_function *permits;
  char path[PATH_MAX];
  char config[512];
  char core[128];
};

// MARK: - Identity

static void *symbol(void *handle, const char *prefix, const char *name) {
  char full[256];
  snprintf(full, sizeof full, "%s%s", prefix, name);
  return dlsym(handle, full);
}

static void find_path(struct cblas_library *library, const char *asked) {
  struct link_map *map = NULL;
  const char *name = asked;
  if (dlinfo(library->handle, RTLD_DI_LINKMAP, &map) == 0 && map && map->l_name[0]) {
    name = map->l_name;
  }
  if (!realpath(name, library->path)) {
    snprintf(library->path, sizeof library->path, "%s", name);
  }
}

// The question is asked of the kernel family in use, whose name is part of the function's.
static permits_function *find_permits(struct cblas_library *library, const char *prefix) {
  char core[sizeof library->core] = "";
  for (int i = 0; library->core[i]; i++) core[i] = (char)toupper((unsigned char)library->core[i]);
  char name[192];
  snprintf(name, sizeof name, "sgemm_small_matrix_permit_%s", core);
  permits_function *permits = symbol(library->handle, prefix, name);
  if (!permits) permits = symbol(library->handle, prefix, "sgemm_small_matrix_permit");
  return permits;
}

// Asks each library in its own words who it is, and sets it to one thread: workers call it side by
// side, and threads of its own would fight with them for the cores.
static void identify(struct cblas_library *library, const char *prefix) {
  void *handle = library->handle;

  const char *(*openblas_config)(void) = symbol(handle, prefix, "openblas_get_config");
  const char *(*openblas_core)(void) = symbol(handle, prefix, "openblas_get_corename");
  void (*openblas_set)(int) = symbol(handle, prefix, "openblas_set_num_threads");
  if (openblas_config) snprintf(library->config, sizeof library->config, "%s", openblas_config());
  if (openblas_core) snprintf(library->core, sizeof library->core, "%s", openblas_core());
  if (openblas_set) openblas_set(1);
  if (openblas_set || openblas_config) {
    library->threads = symbol(handle, prefix, "openblas_get_num_threads");
    library->permits = find_permits(library, prefix);
    return;
  }

  const char *(*blis_version)(void) = dlsym(handle, "bli_info_get_version_str");
  int (*blis_core_id)(void) = dlsym(handle, "bli_arch_query_id");
  const char *(*blis_core_name)(int) = dlsym(handle, "bli_arch_string");
  // BLIS's own integers are 64 bits wide by default, whatever its BLAS interface has; one
  // fits in the other's register.
  void (*blis_set)(int64_t) = dlsym(handle, "bli_thread_set_num_threads");
  if (blis_version) {
    snprintf(library->config, sizeof library->config, "BLIS %s", blis_version());
    if (blis_core_id && blis_core_name) {
      snprintf(library->core, sizeof library->core, "%s", blis_core_name(blis_core_id()));
    }
    if (blis_set) blis_set(1);
    library->threads = dlsym(handle, "bli_thread_get_num_threads");
    return;
  }

  void (*mkl_version)(char *, int) = dlsym(handle, "mkl_get_version_string");
  void (*mkl_set)(int) = dlsym(handle, "MKL_Set_Num_Threads");
  if (mkl_version) {
    mkl_version(library->config, (int)sizeof library->config - 1);
    // MKL pads the string with blanks.
    size_t length = strlen(library->config);
    while (length > 0 && library->config[length - 1] == ' ') library->config[--length] = 0;
  }
  if (mkl_set) mkl_set(1);
  library->threads = dlsym(handle, "MKL_Get_Max_Threads");
}

// MARK: - Width of integers

// Multiplies the 2×4 matrix [1 0 0 0; r 0 0 0] by [1 0 0 0] with a leading dimension whose upper
// half is not zero. A library with 32-bit integers reads 4 and finds r = 2 at element 4; one with
// 64-bit integers reads 2³² + 4 and finds r = 3 there. Both are legal reads of this mapping, so the
// question crashes neither and prints nothing. Only the touched pages take memory. Where so much
// address space is refused, the plain call still checks the result.
static cblas_library_status ask_width(sgemv_function *sgemv) {
  const int64_t wide = ((int64_t)1 << 32) + 4;
  const size_t bytes = (size_t)(wide + 4) * sizeof(float);
  const float x[4] = {1, 0, 0, 0};
  float y[2] = {0, 0};
  float *a = mmap(
      NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (a == MAP_FAILED) {
    const float small[8] = {1, 0, 0, 0, 2, 0, 0, 0};
    sgemv(row_major, no_transpose, 2, 4, 1, small, 4, x, 1, 0, y, 1);
  } else {
    a[0] = 1;
    a[4] = 2;
    a[wide] = 3;
    ((sgemv_wide_function *)sgemv)(row_major, no_transpose, 2, 4, 1, a, wide, x, 1, 0, y, 1);
    munmap(a, bytes);
  }
  if (y[0] == 1 && y[1] == 2) return CBLAS_LIBRARY_OPENED;
  if (y[0] == 1 && y[1] == 3) return CBLAS_LIBRARY_ILP64;
  return CBLAS_LIBRARY_WRONG_RESULT;
}

// MARK: - Opening

// Loads a library that would otherwise start threads of its own at once, only to be set to one: OpenBLAS waits
// for ever at the end of a process for a thread that the system had no memory for.
static void *open_single_threaded(const char *path) {
  static const char *const variable = "OPENBLAS_NUM_THREADS";
  const bool is_told = getenv(variable) != NULL;
  if (!is_told) setenv(variable, "1", 1);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!is_told) unsetenv(variable);
  return handle;
}

static cblas_library_status check(
    struct cblas_library *library, const char *path, char *detail, size_t capacity) {
  // The loader would wait for somebody to write to a pipe. A name without a slash is its own to find.
  struct stat file;
  if (strchr(path, '/') && stat(path, &file) == 0 && !S_ISREG(file.st_mode)) {
    snprintf(detail, capacity, "it is no regular file");
    return CBLAS_LIBRARY_NOT_LOADED;
  }
  library->handle = open_single_threaded(path);
  if (!library->handle) {
    const char *said = dlerror();
    snprintf(detail, capacity, "%s", said ? said : "no reason given");
    return CBLAS_LIBRARY_NOT_LOADED;
  }
  // The OpenBLAS of SciPy's wheels carries a prefix.
  const char *prefix = "";
  if (!dlsym(library->handle, "cblas_sgemm") && dlsym(library->handle, "scipy_cblas_sgemm")) {
    prefix = "scipy_";
  }
  library->sgemm = symbol(library->handle, prefix, "cblas_sgemm");
  library->sgemv = symbol(library->handle, prefix, "cblas_sgemv");
  if (!library->sgemm || !library->sgemv) {
    const char *wide[] = {"cblas_sgemm64_", "cblas_sgemm_64", "scipy_cblas_sgemm64_"};
    for (int i = 0; i < 3; i++) {
      if (dlsym(library->handle, wide[i])) {
        snprintf(detail, capacity, "it has %s", wide[i]);
        return CBLAS_LIBRARY_ILP64;
      }
    }
    snprintf(detail, capacity, "%s", library->sgemm ? "cblas_sgemv" : "cblas_sgemm");
    return CBLAS_LIBRARY_NO_SYMBOL;
  }
  find_path(library, path);
  identify(library, prefix);
  if (strstr(library->config, "USE64BITINT")) {
    snprintf(detail, capacity, "its configuration says USE64BITINT");
    return CBLAS_LIBRARY_ILP64;
  }
  cblas_library_status status = ask_width(library->sgemv);
  if (status == CBLAS_LIBRARY_ILP64) {
    snprintf(detail, capacity, "it read all 64 bits of a leading dimension");
  }
  return status;
}

void cblas_library_open(const char *path, cblas_library_opening *opening) {
  memset(opening, 0, sizeof *opening);
  struct cblas_library *library = calloc(1, sizeof *library);
  if (!library) {
    opening->status = CBLAS_LIBRARY_NOT_LOADED;
    snprintf(opening->detail, sizeof opening->detail, "out of memory");
    return;
  }
  opening->status = check(library, path, opening->detail, sizeof opening->detail);
  if (opening->status == CBLAS_LIBRARY_OPENED) {
    opening->library = library;
    return;
  }
  // A library without BLAS functions started no BLAS threads and may go; others may have.
  if (library->handle && !library->sgemm) dlclose(library->handle);
  free(library);
}

// MARK: - Questions

const char *cblas_library_path(const cblas_library *library) { return library->path; }

const char *cblas_library_config(const cblas_library *library) { return library->config; }

const char *cblas_library_core(const cblas_library *library) { return library->core; }

int cblas_library_threads(const cblas_library *library) {
  return library->threads ? library->threads() : 0;
}

int cblas_library_skips_packing(const cblas_library *library, int32_t m, int32_t n, int32_t k) {
  // Row-major C = A·Bᵀ is column-major Cᵀ = B·Aᵀ, whose first operand is the transposed one.
  return library->permits ? library->permits(1, 0, n, m, k, 1, 1) : 0;
}

// MARK: - Counting

static atomic_bool counts;
static atomic_llong calls, multiply_adds, shapes;

void cblas_library_begin_count(void) {
  atomic_store(&calls, 0);
  atomic_store(&multiply_adds, 0);
  atomic_store(&shapes, 0);
  atomic_store(&counts, true);
}

cblas_library_count cblas_library_end_count(void) {
  atomic_store(&counts, false);
  return (cblas_library_count){
      atomic_load(&calls), atomic_load(&multiply_adds), atomic_load(&shapes) & 0xffffffffffff};
}

// A sum, and so the same whichever thread calls first; each shape is mixed before, so that two of them do not
// make up for two others (the finaliser of SplitMix64).
static void note(int32_t m, int32_t n, int32_t k) {
  if (!atomic_load_explicit(&counts, memory_order_relaxed)) return;
  uint64_t word = ((uint64_t)(uint32_t)m << 42) ^ ((uint64_t)(uint32_t)n << 21) ^ (uint32_t)k;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  atomic_fetch_add(&calls, 1);
  atomic_fetch_add(&multiply_adds, (long long)m * n * k);
  atomic_fetch_add(&shapes, (long long)((word ^ (word >> 31)) & 0xffffffffffff));
}

// MARK: - Products

void cblas_library_sgemm(
    const cblas_library *library, int transpose_a, int transpose_b, int32_t m, int32_t n,
    int32_t k, const float *a, int32_t lda, const float *b, int32_t ldb, int accumulate, float *c,
    int32_t ldc) {
  note(m, n, k);
  library->sgemm(
      row_major, transpose_a ? transpose : no_transpose, transpose_b ? transpose : no_transpose,
      m, n, k, 1, a, lda, b, ldb, accumulate ? 1 : 0, c, ldc);
}

void cblas_library_sgemv(
    const cblas_library *library, int32_t m, int32_t n, const float *a, int32_t lda,
    const float *x, int accumulate, float *y) {
  note(m, 1, n);
  library->sgemv(row_major, no_transpose, m, n, 1, a, lda, x, 1, accumulate ? 1 : 0, y, 1);
}
