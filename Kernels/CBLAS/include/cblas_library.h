// Opens a CBLAS library at run time and calls it: no BLAS is needed to compile or to link.
//
// The interface is CBLAS with 32-bit integers (LP64), as netlib's cblas.h declares it; OpenBLAS,
// BLIS and MKL all answer to it. Nothing here needs any library's header.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An opened library. It stays loaded for the life of the process: it may own threads.
typedef struct cblas_library cblas_library;

/// Why a library was not opened.
typedef enum {
  CBLAS_LIBRARY_OPENED = 0,
  /// The loader refused the file; the detail is what the loader said.
  CBLAS_LIBRARY_NOT_LOADED = 1,
  /// A needed function is not in it; the detail is the function's name.
  CBLAS_LIBRARY_NO_SYMBOL = 2,
  /// Its integers are 64 bits wide; the detail says how that showed.
  CBLAS_LIBRARY_ILP64 = 3,
  /// Its matrix-vector product of a 2×4 matrix is wrong, so it is not what its symbols say.
  CBLAS_LIBRARY_WRONG_RESULT = 4,
} cblas_library_status;

/// The result of opening: a library, or a status with a detail.
typedef struct {
  cblas_library *library;
  cblas_library_status status;
  char detail[1024];
} cblas_library_opening;

/// Opens `path` (a file, or a name for the loader to find), checks it and sets it to one thread.
/// Fills `opening`, whose library is to be freed by nobody.
void cblas_library_open(const char *path, cblas_library_opening *opening);

/// The real path of the file that was loaded.
const char *cblas_library_path(const cblas_library *library);

/// What the library says about its version and build; empty when it says nothing.
const char *cblas_library_config(const cblas_library *library);

/// The kernel family that the library chose for this CPU; empty when it does not say.
const char *cblas_library_core(const cblas_library *library);

/// The threads that one call may use, or 0 when the library does not say.
int cblas_library_threads(const cblas_library *library);

/// Not 0 when this library multiplies C = A·Bᵀ of the given size without packing its operands first
/// (OpenBLAS's small-matrix kernels, which only some CPU families have).
int cblas_library_skips_packing(const cblas_library *library, int32_t m, int32_t n, int32_t k);

/// Products that a stretch of code asked for, whichever thread did.
typedef struct {
  long long calls;
  /// The sum of m·n·k.
  long long multiply_adds;
  /// 48 bits that differ where shapes do, whatever their order.
  long long shapes;
} cblas_library_count;

/// Begins to count the products of all libraries and threads, from 0.
void cblas_library_begin_count(void);

/// Ends counting.
cblas_library_count cblas_library_end_count(void);

/// C = A·B with every operand row-major: A is m×k (or its transpose stored as k×m), B is k×n (or
/// its transpose stored as n×k), C is m×n and overwritten, or added to when `accumulate` is not 0.
void cblas_library_sgemm(
    const cblas_library *library, int transpose_a, int transpose_b, int32_t m, int32_t n,
    int32_t k, const float *a, int32_t lda, const float *b, int32_t ldb, int accumulate, float *c,
    int32_t ldc);

/// y = A·x with A row-major m×n; y is overwritten, or added to when `accumulate` is not 0.
void cblas_library_sgemv(
    const cblas_library *library, int32_t m, int32_t n, const float *a, int32_t lda,
    const float *x, int accumulate, float *y);

#ifdef __cplusplus
}
#endif
