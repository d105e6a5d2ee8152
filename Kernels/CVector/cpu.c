#include "vector.h"

#if defined(__x86_64__)

bool vector_cpu_has_v2(void) { return __builtin_cpu_supports("x86-64-v2"); }

bool vector_cpu_has_v3(void) { return __builtin_cpu_supports("x86-64-v3"); }

bool vector_cpu_has_v4(void) { return __builtin_cpu_supports("x86-64-v4"); }

bool vector_cpu_has_bf16_dot(void) { return __builtin_cpu_supports("avx512bf16"); }

#else

bool vector_cpu_has_v2(void) { return false; }

bool vector_cpu_has_v3(void) { return false; }

bool vector_cpu_has_v4(void) { return false; }

bool vector_cpu_has_bf16_dot(void) { return false; }

#endif
