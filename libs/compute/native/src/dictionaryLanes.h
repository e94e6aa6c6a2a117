#pragma once
#include "simd.h"

/*
 * Arithmetic of the dictionary kernels in lanes of a fixed number, whatever the processor's registers hold. The
 * files that include this are compiled without contraction, so a sum rounds the same on every instruction set.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

typedef float Float4 __attribute__((vector_size(16)));
typedef float Float8 __attribute__((vector_size(32)));
typedef int32_t Int8 __attribute__((vector_size(32)));
typedef double Double4 __attribute__((vector_size(32)));

inline Float8 load8(const float* from) {
  Float8 value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

inline void store8(float* to, Float8 value) { __builtin_memcpy(to, &value, sizeof value); }

inline Float8 splat8(float value) { return Float8{value, value, value, value, value, value, value, value}; }

inline Double4 widen4(const float* from) {
  Float4 value;
  __builtin_memcpy(&value, from, sizeof value);
  return __builtin_convertvector(value, Double4);
}

inline float sum8(Float8 s) { return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])); }

/**
 * The canonical dot product, which defines a pre-activation whatever kernel found the candidates. A product of two
 * floats is exact in float64, so only the additions round: 16 lanes, then one fixed reduction.
 */
inline double canonicalDot(const float* a, const float* b, int64_t d) {
  Double4 s0{}, s1{}, s2{}, s3{};
  int64_t t = 0;
  for (; t + 16 <= d; t += 16) {
    s0 += widen4(a + t) * widen4(b + t);
    s1 += widen4(a + t + 4) * widen4(b + t + 4);
    s2 += widen4(a + t + 8) * widen4(b + t + 8);
    s3 += widen4(a + t + 12) * widen4(b + t + 12);
  }
  const Double4 s = (s0 + s1) + (s2 + s3);
  double tail = 0;
  for (; t < d; ++t) tail += static_cast<double>(a[t]) * static_cast<double>(b[t]);
  return ((s[0] + s[1]) + (s[2] + s[3])) + tail;
}

/** float32 dot product in 32 lanes, for gradients. */
inline float laneDot(const float* a, const float* b, int64_t d) {
  Float8 s0{}, s1{}, s2{}, s3{};
  int64_t t = 0;
  for (; t + 32 <= d; t += 32) {
    s0 += load8(a + t) * load8(b + t);
    s1 += load8(a + t + 8) * load8(b + t + 8);
    s2 += load8(a + t + 16) * load8(b + t + 16);
    s3 += load8(a + t + 24) * load8(b + t + 24);
  }
  for (; t + 8 <= d; t += 8) s0 += load8(a + t) * load8(b + t);
  float tail = 0;
  for (; t < d; ++t) tail += a[t] * b[t];
  return sum8((s0 + s1) + (s2 + s3)) + tail;
}

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
