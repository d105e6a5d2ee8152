// Words that Swift has no spelling for: vector operations that are one instruction from the start,
// prefetch, the bf16 dot product, and what the CPU can do.
//
// Everything a loop uses is `static inline`, so that it compiles into the Swift function around it.
// Swift's own SIMD operators reach the optimiser as loops over lanes, which its vectoriser puts
// together again in an order of its own; where the register block fills the registers, that order spills.

#ifndef TENFOLD_VECTOR_H
#define TENFOLD_VECTOR_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#define VECTOR_INLINE static inline __attribute__((always_inline))

/// Prefetches the cache line of `address` into the L2 cache (PREFETCHT1). Any address is allowed.
VECTOR_INLINE void vector_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Prefetches the cache line of `address` into the L1 cache (PREFETCHT0). Any address is allowed.
VECTOR_INLINE void vector_prefetch_near(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Prefetches the cache line of `address` into the L1 cache, to write to it. Any address is allowed.
/// PREFETCHW is in no level of x86-64, so there it is PREFETCHT0: the line comes near, but where another
/// core has it too, the store must still wait until that one gives it up.
VECTOR_INLINE void vector_prefetch_to_write(const void *address) {
  __builtin_prefetch(address, 1, 3);
}

/// Makes what this thread streamed visible before anything that it writes from now on.
VECTOR_INLINE void vector_stream_fence(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

// The operations of one width. Swift sees the types as SIMD4<Float>, SIMD4<UInt32> and so on.
//
// vector_multiply_add: a·b + sum per lane, in one rounding where the instruction set of the build has
// FMA, in two where it has not.
//
// vector_larger: the larger of a and b in each lane; b where one is not a number.
//
// vector_stream: writes a vector, aligned to its size, past the caches; no line is read for it. Other threads see
// it after vector_stream_fence.
//
// vector_low_bf16, vector_high_bf16: of each lane's pair of bf16, the one in the low half and the
// one in the high half, as 32-bit floats.
#define VECTOR_OPERATIONS(lanes)                                                                   \
  typedef float vector_float##lanes __attribute__((ext_vector_type(lanes)));                       \
  typedef uint32_t vector_uint##lanes __attribute__((ext_vector_type(lanes)));                     \
  typedef int32_t vector_int##lanes __attribute__((ext_vector_type(lanes)));                       \
                                                                                                   \
  VECTOR_INLINE vector_float##lanes vector_multiply_add##lanes(                                    \
      vector_float##lanes a, vector_float##lanes b, vector_float##lanes sum) {                     \
    _Pragma("STDC FP_CONTRACT ON") return a * b + sum;                                             \
  }                                                                                                \
                                                                                                   \
  VECTOR_INLINE vector_float##lanes vector_larger##lanes(                                          \
      vector_float##lanes a, vector_float##lanes b) {                                              \
    return a > b ? a : b;                                                                          \
  }                                                                                                \
                                                                                                   \
  VECTOR_INLINE void vector_stream##lanes(float *target, vector_float##lanes value) {               \
    __builtin_nontemporal_store(value, (vector_float##lanes *)target);                              \
  }                                                                                                \
                                                                                                   \
  VECTOR_INLINE vector_float##lanes vector_low_bf16_##lanes(vector_uint##lanes pairs) {            \
    return (vector_float##lanes)(pairs << 16);                                                     \
  }                                                                                                \
                                                                                                   \
  VECTOR_INLINE vector_float##lanes vector_high_bf16_##lanes(vector_uint##lanes pairs) {           \
    return (vector_float##lanes)(pairs & 0xffff0000u);                                             \
  }

VECTOR_OPERATIONS(4)
VECTOR_OPERATIONS(8)
VECTOR_OPERATIONS(16)

// vector_total, vector_largest: the sum of all lanes and the largest of them, half against half, so that four
// steps do for 16 lanes.
VECTOR_INLINE float vector_total4(vector_float4 a) { return (a.x + a.z) + (a.y + a.w); }
VECTOR_INLINE float vector_total8(vector_float8 a) { return vector_total4(a.lo + a.hi); }
VECTOR_INLINE float vector_total16(vector_float16 a) { return vector_total8(a.lo + a.hi); }

VECTOR_INLINE float vector_largest4(vector_float4 a) {
  const vector_float4 pairs = vector_larger4(a, a.zwxy);
  return pairs.x > pairs.y ? pairs.x : pairs.y;
}
VECTOR_INLINE float vector_largest8(vector_float8 a) {
  return vector_largest4(vector_larger4(a.lo, a.hi));
}
VECTOR_INLINE float vector_largest16(vector_float16 a) {
  return vector_largest8(vector_larger8(a.lo, a.hi));
}

// vector_keep_lanes: of two vectors that follow each other, lanes from `first` to the one before `end`, which
// may lie beyond both; all others become `other`.
#define VECTOR_KEEP_LANES(lanes, ...)                                                              \
  VECTOR_INLINE void vector_keep_lanes##lanes(                                                     \
      float *floats, long first, long end, float other) {                                          \
    vector_float##lanes *const pair = (vector_float##lanes *)floats;                               \
    const vector_int##lanes lane = {__VA_ARGS__};                                                  \
    const int from = first < 0 ? 0 : first > 2 * lanes ? 2 * lanes : (int)first;                   \
    const int to = end < 0 ? 0 : end > 2 * lanes ? 2 * lanes : (int)end;                           \
    const vector_float##lanes others = other;                                                      \
    pair[0] = lane >= from && lane < to ? pair[0] : others;                                        \
    pair[1] = lane >= from - lanes && lane < to - lanes ? pair[1] : others;                        \
  }

VECTOR_KEEP_LANES(4, 0, 1, 2, 3)
VECTOR_KEEP_LANES(8, 0, 1, 2, 3, 4, 5, 6, 7)

#if defined(__AVX512F__)
// A mask of all lanes of both, made once, is half the instructions of comparing each vector's lanes.
VECTOR_INLINE void vector_keep_lanes16(float *floats, long first, long end, float other) {
  vector_float16 *const pair = (vector_float16 *)floats;
  const int from = first < 0 ? 0 : first > 32 ? 32 : (int)first;
  const int to = end < 0 ? 0 : end > 32 ? 32 : (int)end;
  const uint64_t kept = ~(~(uint64_t)0 << to) & (~(uint64_t)0 << from);
  const __m512 others = _mm512_set1_ps(other);
  pair[0] = (vector_float16)_mm512_mask_blend_ps((__mmask16)kept, others, (__m512)pair[0]);
  pair[1] = (vector_float16)_mm512_mask_blend_ps((__mmask16)(kept >> 16), others, (__m512)pair[1]);
}
#else
VECTOR_KEEP_LANES(16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#endif

// vector_transpose: writes element (row, column) of a square of floats to (column, row) of another; rows of
// both lie `source_stride` and `target_stride` floats apart. Off-diagonal halves are exchanged, then quarters
// of these, and so on: one shuffle of two registers for each register and step.
#define VECTOR_EXCHANGE_4_2(i, j) \
  { \
    const vector_float4 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 1, 4, 5); \
    r[j] = __builtin_shufflevector(first, second, 2, 3, 6, 7); \
  }
#define VECTOR_EXCHANGE_4_1(i, j) \
  { \
    const vector_float4 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 4, 2, 6); \
    r[j] = __builtin_shufflevector(first, second, 1, 5, 3, 7); \
  }

VECTOR_INLINE void vector_transpose4(
    const float *source, long source_stride, float *target, long target_stride) {
  vector_float4 r[4];
  __builtin_memcpy(&r[0], source + 0 * source_stride, sizeof r[0]);
  __builtin_memcpy(&r[1], source + 1 * source_stride, sizeof r[1]);
  __builtin_memcpy(&r[2], source + 2 * source_stride, sizeof r[2]);
  __builtin_memcpy(&r[3], source + 3 * source_stride, sizeof r[3]);
  VECTOR_EXCHANGE_4_2(0, 2) VECTOR_EXCHANGE_4_2(1, 3)
  VECTOR_EXCHANGE_4_1(0, 1) VECTOR_EXCHANGE_4_1(2, 3)
  __builtin_memcpy(target + 0 * target_stride, &r[0], sizeof r[0]);
  __builtin_memcpy(target + 1 * target_stride, &r[1], sizeof r[1]);
  __builtin_memcpy(target + 2 * target_stride, &r[2], sizeof r[2]);
  __builtin_memcpy(target + 3 * target_stride, &r[3], sizeof r[3]);
}

#define VECTOR_EXCHANGE_8_4(i, j) \
  { \
    const vector_float8 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 1, 2, 3, 8, 9, 10, 11); \
    r[j] = __builtin_shufflevector(first, second, 4, 5, 6, 7, 12, 13, 14, 15); \
  }
#define VECTOR_EXCHANGE_8_2(i, j) \
  { \
    const vector_float8 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 1, 8, 9, 4, 5, 12, 13); \
    r[j] = __builtin_shufflevector(first, second, 2, 3, 10, 11, 6, 7, 14, 15); \
  }
#define VECTOR_EXCHANGE_8_1(i, j) \
  { \
    const vector_float8 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 8, 2, 10, 4, 12, 6, 14); \
    r[j] = __builtin_shufflevector(first, second, 1, 9, 3, 11, 5, 13, 7, 15); \
  }

#define VECTOR_EXCHANGES_8 \
  VECTOR_EXCHANGE_8_4(0, 4) VECTOR_EXCHANGE_8_4(1, 5) VECTOR_EXCHANGE_8_4(2, 6) \
  VECTOR_EXCHANGE_8_4(3, 7) \
  VECTOR_EXCHANGE_8_2(0, 2) VECTOR_EXCHANGE_8_2(1, 3) VECTOR_EXCHANGE_8_2(4, 6) \
  VECTOR_EXCHANGE_8_2(5, 7) \
  VECTOR_EXCHANGE_8_1(0, 1) VECTOR_EXCHANGE_8_1(2, 3) VECTOR_EXCHANGE_8_1(4, 5) \
  VECTOR_EXCHANGE_8_1(6, 7)

VECTOR_INLINE void vector_transpose8(
    const float *source, long source_stride, float *target, long target_stride) {
  vector_float8 r[8];
  __builtin_memcpy(&r[0], source + 0 * source_stride, sizeof r[0]);
  __builtin_memcpy(&r[1], source + 1 * source_stride, sizeof r[1]);
  __builtin_memcpy(&r[2], source + 2 * source_stride, sizeof r[2]);
  __builtin_memcpy(&r[3], source + 3 * source_stride, sizeof r[3]);
  __builtin_memcpy(&r[4], source + 4 * source_stride, sizeof r[4]);
  __builtin_memcpy(&r[5], source + 5 * source_stride, sizeof r[5]);
  __builtin_memcpy(&r[6], source + 6 * source_stride, sizeof r[6]);
  __builtin_memcpy(&r[7], source + 7 * source_stride, sizeof r[7]);
  VECTOR_EXCHANGES_8
  __builtin_memcpy(target + 0 * target_stride, &r[0], sizeof r[0]);
  __builtin_memcpy(target + 1 * target_stride, &r[1], sizeof r[1]);
  __builtin_memcpy(target + 2 * target_stride, &r[2], sizeof r[2]);
  __builtin_memcpy(target + 3 * target_stride, &r[3], sizeof r[3]);
  __builtin_memcpy(target + 4 * target_stride, &r[4], sizeof r[4]);
  __builtin_memcpy(target + 5 * target_stride, &r[5], sizeof r[5]);
  __builtin_memcpy(target + 6 * target_stride, &r[6], sizeof r[6]);
  __builtin_memcpy(target + 7 * target_stride, &r[7], sizeof r[7]);
}

#define VECTOR_EXCHANGE_16_8(i, j) \
  { \
    const vector_float16 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23); \
    r[j] = __builtin_shufflevector(first, second, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31); \
  }
#define VECTOR_EXCHANGE_16_4(i, j) \
  { \
    const vector_float16 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27); \
    r[j] = __builtin_shufflevector(first, second, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31); \
  }
#define VECTOR_EXCHANGE_16_2(i, j) \
  { \
    const vector_float16 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29); \
    r[j] = __builtin_shufflevector(first, second, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31); \
  }
#define VECTOR_EXCHANGE_16_1(i, j) \
  { \
    const vector_float16 first = r[i], second = r[j]; \
    r[i] = __builtin_shufflevector(first, second, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30); \
    r[j] = __builtin_shufflevector(first, second, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31); \
  }

#define VECTOR_EXCHANGES_16 \
  VECTOR_EXCHANGE_16_8(0, 8) VECTOR_EXCHANGE_16_8(1, 9) VECTOR_EXCHANGE_16_8(2, 10) \
  VECTOR_EXCHANGE_16_8(3, 11) VECTOR_EXCHANGE_16_8(4, 12) VECTOR_EXCHANGE_16_8(5, 13) \
  VECTOR_EXCHANGE_16_8(6, 14) VECTOR_EXCHANGE_16_8(7, 15) \
  VECTOR_EXCHANGE_16_4(0, 4) VECTOR_EXCHANGE_16_4(1, 5) VECTOR_EXCHANGE_16_4(2, 6) \
  VECTOR_EXCHANGE_16_4(3, 7) VECTOR_EXCHANGE_16_4(8, 12) VECTOR_EXCHANGE_16_4(9, 13) \
  VECTOR_EXCHANGE_16_4(10, 14) VECTOR_EXCHANGE_16_4(11, 15) \
  VECTOR_EXCHANGE_16_2(0, 2) VECTOR_EXCHANGE_16_2(1, 3) VECTOR_EXCHANGE_16_2(4, 6) \
  VECTOR_EXCHANGE_16_2(5, 7) VECTOR_EXCHANGE_16_2(8, 10) VECTOR_EXCHANGE_16_2(9, 11) \
  VECTOR_EXCHANGE_16_2(12, 14) VECTOR_EXCHANGE_16_2(13, 15) \
  VECTOR_EXCHANGE_16_1(0, 1) VECTOR_EXCHANGE_16_1(2, 3) VECTOR_EXCHANGE_16_1(4, 5) \
  VECTOR_EXCHANGE_16_1(6, 7) VECTOR_EXCHANGE_16_1(8, 9) VECTOR_EXCHANGE_16_1(10, 11) \
  VECTOR_EXCHANGE_16_1(12, 13) VECTOR_EXCHANGE_16_1(14, 15)

VECTOR_INLINE void vector_transpose16(
    const float *source, long source_stride, float *target, long target_stride) {
  vector_float16 r[16];
  __builtin_memcpy(&r[0], source + 0 * source_stride, sizeof r[0]);
  __builtin_memcpy(&r[1], source + 1 * source_stride, sizeof r[1]);
  __builtin_memcpy(&r[2], source + 2 * source_stride, sizeof r[2]);
  __builtin_memcpy(&r[3], source + 3 * source_stride, sizeof r[3]);
  __builtin_memcpy(&r[4], source + 4 * source_stride, sizeof r[4]);
  __builtin_memcpy(&r[5], source + 5 * source_stride, sizeof r[5]);
  __builtin_memcpy(&r[6], source + 6 * source_stride, sizeof r[6]);
  __builtin_memcpy(&r[7], source + 7 * source_stride, sizeof r[7]);
  __builtin_memcpy(&r[8], source + 8 * source_stride, sizeof r[8]);
  __builtin_memcpy(&r[9], source + 9 * source_stride, sizeof r[9]);
  __builtin_memcpy(&r[10], source + 10 * source_stride, sizeof r[10]);
  __builtin_memcpy(&r[11], source + 11 * source_stride, sizeof r[11]);
  __builtin_memcpy(&r[12], source + 12 * source_stride, sizeof r[12]);
  __builtin_memcpy(&r[13], source + 13 * source_stride, sizeof r[13]);
  __builtin_memcpy(&r[14], source + 14 * source_stride, sizeof r[14]);
  __builtin_memcpy(&r[15], source + 15 * source_stride, sizeof r[15]);
  VECTOR_EXCHANGES_16
  __builtin_memcpy(target + 0 * target_stride, &r[0], sizeof r[0]);
  __builtin_memcpy(target + 1 * target_stride, &r[1], sizeof r[1]);
  __builtin_memcpy(target + 2 * target_stride, &r[2], sizeof r[2]);
  __builtin_memcpy(target + 3 * target_stride, &r[3], sizeof r[3]);
  __builtin_memcpy(target + 4 * target_stride, &r[4], sizeof r[4]);
  __builtin_memcpy(target + 5 * target_stride, &r[5], sizeof r[5]);
  __builtin_memcpy(target + 6 * target_stride, &r[6], sizeof r[6]);
  __builtin_memcpy(target + 7 * target_stride, &r[7], sizeof r[7]);
  __builtin_memcpy(target + 8 * target_stride, &r[8], sizeof r[8]);
  __builtin_memcpy(target + 9 * target_stride, &r[9], sizeof r[9]);
  __builtin_memcpy(target + 10 * target_stride, &r[10], sizeof r[10]);
  __builtin_memcpy(target + 11 * target_stride, &r[11], sizeof r[11]);
  __builtin_memcpy(target + 12 * target_stride, &r[12], sizeof r[12]);
  __builtin_memcpy(target + 13 * target_stride, &r[13], sizeof r[13]);
  __builtin_memcpy(target + 14 * target_stride, &r[14], sizeof r[14]);
  __builtin_memcpy(target + 15 * target_stride, &r[15], sizeof r[15]);
}

// vector_totals: the sums of lanes of four vectors, side by side. Halves are exchanged as in vector_transpose, and
// of two registers the sum is one that has parts of both.
VECTOR_INLINE vector_float4 vector_totals4(
    vector_float4 a, vector_float4 b, vector_float4 c, vector_float4 d) {
  vector_float4 r[4] = {a, b, c, d};
  VECTOR_EXCHANGE_4_2(0, 1) VECTOR_EXCHANGE_4_2(2, 3)
  r[0] += r[1];
  r[1] = r[2] + r[3];
  VECTOR_EXCHANGE_4_1(0, 1)
  r[0] += r[1];
  return __builtin_shufflevector(r[0], r[0], 0, 2, 1, 3);
}

VECTOR_INLINE vector_float4 vector_totals8(
    vector_float8 a, vector_float8 b, vector_float8 c, vector_float8 d) {
  vector_float8 r[4] = {a, b, c, d};
  VECTOR_EXCHANGE_8_4(0, 1) VECTOR_EXCHANGE_8_4(2, 3)
  r[0] += r[1];
  r[1] = r[2] + r[3];
  VECTOR_EXCHANGE_8_2(0, 1)
  r[0] += r[1];
  r[0] += __builtin_shufflevector(r[0], r[0], 1, 0, 3, 2, 5, 4, 7, 6);
  return __builtin_shufflevector(r[0], r[0], 0, 4, 2, 6);
}

VECTOR_INLINE vector_float4 vector_totals16(
    vector_float16 a, vector_float16 b, vector_float16 c, vector_float16 d) {
  vector_float16 r[4] = {a, b, c, d};
  VECTOR_EXCHANGE_16_8(0, 1) VECTOR_EXCHANGE_16_8(2, 3)
  r[0] += r[1];
  r[1] = r[2] + r[3];
  VECTOR_EXCHANGE_16_4(0, 1)
  r[0] += r[1];
  r[0] += __builtin_shufflevector(
      r[0], r[0], 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  r[0] += __builtin_shufflevector(
      r[0], r[0], 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  return __builtin_shufflevector(r[0], r[0], 0, 8, 4, 12);
}

// vector_store_columns: writes `rows` rows of as many floats as a vector has, which lie `source_stride` floats
// apart, column after column, `rows` floats each, without a gap. A vector is stored for each column; what of
// it belongs to the next one is overwritten with it, and of the last column just its own floats are written. So
// there must be at least half as many rows as lanes: then no other vector reaches behind the last column.
#define VECTOR_STORE_COLUMNS(lanes) \
  VECTOR_INLINE void vector_store_columns##lanes( \
      const float *source, long source_stride, long rows, float *target) { \
    vector_float##lanes r[lanes]; \
    _Pragma("clang loop unroll(full)") for (long row = 0; row < lanes; row++) { \
      r[row] = (vector_float##lanes)(0.0f); \
      if (row < rows) __builtin_memcpy(&r[row], source + row * source_stride, sizeof r[row]); \
    } \
    VECTOR_EXCHANGES_##lanes \
    _Pragma("clang loop unroll(full)") for (long column = 0; column < lanes - 1; column++) { \
      __builtin_memcpy(target + column * rows, &r[column], sizeof r[column]); \
    } \
    float last[lanes]; \
    __builtin_memcpy(last, &r[lanes - 1], sizeof last); \
    for (long row = 0; row < rows; row++) target[(lanes - 1) * rows + row] = last[row]; \
  }

VECTOR_STORE_COLUMNS(8)
VECTOR_STORE_COLUMNS(16)

// Neighbouring lanes in each other's place.

VECTOR_INLINE vector_float4 vector_swap_pairs4(vector_float4 a) {
  return __builtin_shufflevector(a, a, 1, 0, 3, 2);
}

VECTOR_INLINE vector_float8 vector_swap_pairs8(vector_float8 a) {
  return __builtin_shufflevector(a, a, 1, 0, 3, 2, 5, 4, 7, 6);
}

VECTOR_INLINE vector_float16 vector_swap_pairs16(vector_float16 a) {
  return __builtin_shufflevector(a, a, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

#if defined(__AVX512DQ__)

/// x − ⌊x⌋ per lane, 0 for infinities (VREDUCEPS).
VECTOR_INLINE vector_float16 vector_fraction16(vector_float16 x) {
  return (vector_float16)_mm512_reduce_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

/// a·2^⌊x⌋ per lane, and 0 where x is below `lowest` (VSCALEFPS).
VECTOR_INLINE vector_float16
vector_scale_or_zero16(vector_float16 a, vector_float16 x, float lowest) {
  const __mmask16 kept = _mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(lowest), _CMP_NLT_UQ);
  return (vector_float16)_mm512_maskz_scalef_ps(kept, (__m512)a, (__m512)x);
}
#endif

#if defined(__AVX512BF16__)

/// sum + a₀·b₀ + a₁·b₁ per lane, where each lane of `a` and `b` is a pair of bf16, the first in the
/// low half. Rounds to nearest and treats subnormal numbers as zero (VDPBF16PS).
VECTOR_INLINE vector_float16
vector_dot_bf16(vector_float16 sum, vector_uint16 a, vector_uint16 b) {
  return (vector_float16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

/// Neighbouring lanes as pairs of bf16, those of `first` before those of `second`; rounds to nearest
/// and treats subnormal numbers as zero (VCVTNE2PS2BF16).
VECTOR_INLINE vector_uint16 vector_pack_bf16(vector_float16 first, vector_float16 second) {
  return (vector_uint16)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}
#endif

/// True when this CPU and its operating system run code built for x86-64-v2.
bool vector_cpu_has_v2(void);

/// True when this CPU and its operating system run code built for x86-64-v3.
bool vector_cpu_has_v3(void);

/// True when this CPU and its operating system run code built for x86-64-v4.
bool vector_cpu_has_v4(void);

/// True when this CPU multiplies pairs of bf16 (AVX512_BF16).
bool vector_cpu_has_bf16_dot(void);

#endif
