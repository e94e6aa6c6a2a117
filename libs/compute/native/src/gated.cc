#include "call.h"
#include "families.h"
#include "simd.h"

/* SwiGLU (Shazeer 2020) and GELU (Hendrycks and Gimpel 2016), with their gradients. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

/** Calls `f(i, count)` for whole registers and once for the rest, on all threads. */
template <class F>
inline void forAll(int64_t count, F f) {
  parallelRanges(count, kGrain / 2, [&](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + kLanes <= end; i += kLanes) f(i, static_cast<int64_t>(kLanes));
    if (i < end) f(i, end - i);
  });
}

inline Vector take(const float* from, int64_t count) { return count == kLanes ? load(from) : loadSome(from, count); }
inline void put(float* to, Vector value, int64_t count) {
  if (count == kLanes) store(to, value);
  else storeSome(to, value, count);
}

/** swiglu(gate, up, out): gate·σ(gate)·up. */
void swiglu(Call& call) {
  const int64_t count = call.length(0);
  const float* gate = call.floats(0, count);
  const float* up = call.floats(1, count);
  float* out = call.floats(2, count);
  forAll(count, [&](int64_t i, int64_t n) {
    const Vector g = take(gate + i, n);
    put(out + i, g * sigmoid(g) * take(up + i, n), n);
  });
}

/** swigluGradient(gate, up, dy, dGate, dUp) */
void swigluGradient(Call& call) {
  const int64_t count = call.length(0);
  const float* gate = call.floats(0, count);
  const float* up = call.floats(1, count);
  const float* dy = call.floats(2, count);
  float* dGate = call.floats(3, count);
  float* dUp = call.floats(4, count);
  forAll(count, [&](int64_t i, int64_t n) {
    const Vector g = take(gate + i, n), change = take(dy + i, n), s = sigmoid(g);
    put(dUp + i, change * g * s, n);
    put(dGate + i, change * take(up + i, n) * s * (1.0f + g * (1.0f - s)), n);
  });
}

constexpr float kSqrtTwoOverPi = 0.79788456080286536f;
constexpr float kCubic = 0.044715f;
constexpr float kSqrtHalf = 0.70710678118654752f;
constexpr float kInverseSqrtTwoPi = 0.39894228040143268f;

inline Vector geluTanh(Vector x) {
  return 0.5f * x * (1.0f + hyperbolicTangent(kSqrtTwoOverPi * (x + kCubic * x * x * x)));
}

inline Vector geluTanhSlope(Vector x) {
  const Vector t = hyperbolicTangent(kSqrtTwoOverPi * (x + kCubic * x * x * x));
  return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * kSqrtTwoOverPi * (1.0f + 3.0f * kCubic * x * x);
}

inline Vector geluErf(Vector x) { return 0.5f * x * (1.0f + errorFunction(x * kSqrtHalf)); }

inline Vector geluErfSlope(Vector x) {
  return 0.5f * (1.0f + errorFunction(x * kSqrtHalf)) + x * kInverseSqrtTwoPi * exponential(-0.5f * x * x);
}

/** gelu(x, out, exact): with erf where `exact`, else the tanh approximation. */
void gelu(Call& call) {
  const int64_t count = call.length(0);
  const float* x = call.floats(0, count);
  float* out = call.floats(1, count);
  const bool exact = call.flag(2);
  forAll(count, [&](int64_t i, int64_t n) {
    const Vector value = take(x + i, n);
    put(out + i, exact ? geluErf(value) : geluTanh(value), n);
  });
}

/** geluGradient(x, dy, dx, exact) */
void geluGradient(Call& call) {
  const int64_t count = call.length(0);
  const float* x = call.floats(0, count);
  const float* dy = call.floats(1, count);
  float* dx = call.floats(2, count);
  const bool exact = call.flag(3);
  forAll(count, [&](int64_t i, int64_t n) {
    const Vector value = take(x + i, n);
    put(dx + i, take(dy + i, n) * (exact ? geluErfSlope(value) : geluTanhSlope(value)), n);
  });
}

}  // namespace

void registerGated(Registry& registry) {
  registry.add("swiglu", swiglu);
  registry.add("swigluGradient", swigluGradient);
  registry.add("gelu", gelu);
  registry.add("geluGradient", geluGradient);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
