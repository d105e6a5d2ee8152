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

#define VECTOR_INLINE static inline __attribute__((always_inline))

/// Prefetches the cache line of `address` into the L2 cache (PREFETCHT1). Any address is allowed.
VECTOR_INLINE void vector_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Prefetches the cache line of `address` into the L1 cache, to write to it. Any address is allowed.
/// PREFETCHW is in no level of x86-64, so there it is PREFETCHT0: the line comes near, but where another
/// core has it too, the store must still wait until that one gives it up.
VECTOR_INLINE void vector_prefetch_to_write(const void *address) {
  __builtin_prefetch(address, 1, 3);
}

// The operations of one width. Swift sees the types as SIMD4<Float>, SIMD4<UInt32> and so on.
//
// vector_multiply_add: a·b + sum per lane, in one rounding where the instruction set of the build has
// FMA, in two where it has not.
//
// vector_low_bf16, vector_high_bf16: of each lane's pair of bf16, the one in the low half and the
// one in the high half, as 32-bit floats.
#define VECTOR_OPERATIONS(lanes)                                                                   \
  typedef float vector_float##lanes __attribute__((ext_vector_type(lanes)));                       \
  typedef uint32_t vector_uint##lanes __attribute__((ext_vector_type(lanes)));                     \
                                                                                                   \
  VECTOR_INLINE vector_float##lanes vector_multiply_add##lanes(                                    \
      vector_float##lanes a, vector_float##lanes b, vector_float##lanes sum) {                     \
    _Pragma("STDC FP_CONTRACT ON") return a * b + sum;                                             \
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

#if defined(__AVX512BF16__)
#include <immintrin.h>

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
