#pragma once
#include <cstdint>
#include <cstring>

#include "pool.h"

/*
 * Every kernel file is compiled once per instruction set, into a namespace of that name, and the addon picks one
 * set at load time. So that no AVX instruction leaks into code the linker shares, everything here has internal
 * linkage, and kernel files use no templates of the standard library.
 */
#ifndef SEXTANT_ISA
#error "compile kernel files with -DSEXTANT_ISA=<instruction set>"
#endif

namespace sextant {
namespace SEXTANT_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

/** One register of floats; GCC and Clang turn arithmetic on it into SSE, AVX, AVX-512 or NEON. */
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
typedef int32_t VectorInt __attribute__((vector_size(kLanes * sizeof(int32_t))));

inline Vector load(const float* from) {
  Vector value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

inline void store(float* to, Vector value) { __builtin_memcpy(to, &value, sizeof value); }

/** The first `count` lanes, the rest zero. */
inline Vector loadSome(const float* from, int64_t count) {
  Vector value = {};
  __builtin_memcpy(&value, from, static_cast<size_t>(count) * sizeof(float));
  return value;
}

inline void storeSome(float* to, Vector value, int64_t count) {
  __builtin_memcpy(to, &value, static_cast<size_t>(count) * sizeof(float));
}

inline Vector splat(float value) { return value - Vector{}; }

inline Vector maximum(Vector a, Vector b) { return a > b ? a : b; }
inline Vector minimum(Vector a, Vector b) { return a < b ? a : b; }

/** Adds the lanes pairwise, in a fixed order. */
inline float sumLanes(Vector value) {
  float lanes[kLanes];
  store(lanes, value);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

inline float maximumLane(Vector value) {
  float lanes[kLanes];
  store(lanes, value);
  for (int i = 1; i < kLanes; ++i) lanes[0] = lanes[i] > lanes[0] ? lanes[i] : lanes[0];
  return lanes[0];
}

// The lanes of two registers alternating: the first halves, or the second halves.
#if defined(__AVX512F__)
#define SEXTANT_ZIP_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define SEXTANT_ZIP_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif defined(__AVX2__)
#define SEXTANT_ZIP_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define SEXTANT_ZIP_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define SEXTANT_ZIP_LOW 0, 4, 1, 5
#define SEXTANT_ZIP_HIGH 2, 6, 3, 7
#endif
#if defined(__clang__)
inline Vector zipLow(Vector a, Vector b) { return __builtin_shufflevector(a, b, SEXTANT_ZIP_LOW); }
inline Vector zipHigh(Vector a, Vector b) { return __builtin_shufflevector(a, b, SEXTANT_ZIP_HIGH); }
#else
inline Vector zipLow(Vector a, Vector b) { return __builtin_shuffle(a, b, VectorInt{SEXTANT_ZIP_LOW}); }
inline Vector zipHigh(Vector a, Vector b) { return __builtin_shuffle(a, b, VectorInt{SEXTANT_ZIP_HIGH}); }
#endif

/** Exchanges rows and columns of a square of registers: zipping row i with row i + half, log2 times over. */
inline void transpose(Vector (&rows)[kLanes]) {
  for (int stage = 1; stage < kLanes; stage *= 2) {
    Vector zipped[kLanes];
#pragma GCC unroll 16
    for (int i = 0; i < kLanes / 2; ++i) {
      zipped[2 * i] = zipLow(rows[i], rows[i + kLanes / 2]);
      zipped[2 * i + 1] = zipHigh(rows[i], rows[i + kLanes / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) rows[i] = zipped[i];
  }
}

inline VectorInt bits(Vector value) { return reinterpret_cast<VectorInt>(value); }
inline Vector fromBits(VectorInt value) { return reinterpret_cast<Vector>(value); }

/**
 * e^x to about 1 ulp: x = n·ln 2 + r, a degree-6 polynomial in r (Cephes expf), scaled by 2^n. The comparisons keep
 * NaN; beyond the clamped range the result under- or overflows by itself.
 */
inline __attribute__((always_inline)) Vector exponential(Vector x) {
  const Vector magic = splat(12582912.0f);
  const Vector below = x > 88.8f ? splat(88.8f) : x;
  const Vector clamped = below < -104.0f ? splat(-104.0f) : below;
  const Vector n = (clamped * 1.44269504088896341f + magic) - magic;
  const Vector r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  // 2^n in two factors, because 2^128 is no float while e^88.7 is.
  const VectorInt whole = __builtin_convertvector(n, VectorInt);
  const VectorInt half = whole >> 1;
  return p * fromBits((half + 127) << 23) * fromBits((whole - half + 127) << 23);
}

/** tanh x to some 4 ulp: the rational approximation of Eigen's `generic_fast_tanh_float`. */
inline __attribute__((always_inline)) Vector hyperbolicTangent(Vector x) {
  const Vector c = maximum(minimum(x, splat(7.90531110763549805f)), splat(-7.90531110763549805f));
  const Vector s = c * c;
  Vector p = splat(-2.76076847742355e-16f);
  p = p * s + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  Vector q = splat(1.19825839466702e-06f);
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  const Vector tiny = fromBits(bits(x) & 0x7fffffff);
  const Vector value = tiny < splat(0.0004f) ? x : c * p / q;
  return x == x ? value : x;
}

/** erf x to about 1e-7 absolute: the rational approximation of Eigen's `erf` for floats. */
inline __attribute__((always_inline)) Vector errorFunction(Vector x) {
  const Vector c = maximum(minimum(x, splat(4.0f)), splat(-4.0f));
  const Vector s = c * c;
  Vector p = splat(-2.72614225801306e-10f);
  p = p * s + 2.77068142495902e-08f;
  p = p * s + -2.10102402082508e-06f;
  p = p * s + -5.69250639462346e-05f;
  p = p * s + -7.34990630326855e-04f;
  p = p * s + -2.95459980854025e-03f;
  p = p * s + -1.60960333262415e-02f;
  Vector q = splat(-1.45660718464996e-05f);
  q = q * s + -2.13374055278905e-04f;
  q = q * s + -1.68282697438203e-03f;
  q = q * s + -7.37332916720468e-03f;
  q = q * s + -1.42647390514189e-02f;
  const Vector value = c * p / q;
  return x == x ? value : x;
}

inline __attribute__((always_inline)) Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

/** Runs `body(i)` for i in [0, tasks) on all threads; see `parallelFor` for what keeps results exact. Never throws. */
template <class Body>
inline void parallel(int64_t tasks, const Body& body) {
  parallelFor(
      tasks, [](void* context, int64_t index) { (*static_cast<const Body*>(context))(index); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t greatest(int64_t a, int64_t b) { return a > b ? a : b; }

/** Elements of a flat array per task: large enough that waking a thread pays, small enough to spread. */
constexpr int64_t kGrain = 16384;

/** Runs `body(begin, end)` over fixed pieces of [0, count). */
template <class Body>
inline void parallelRanges(int64_t count, int64_t grain, const Body& body) {
  if (count <= grain) {
    if (count > 0) body(static_cast<int64_t>(0), count);
    return;
  }
  parallel(ceilDivide(count, grain), [&](int64_t i) { body(i * grain, least(count, (i + 1) * grain)); });
}

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
