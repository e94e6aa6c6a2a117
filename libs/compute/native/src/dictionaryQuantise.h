#pragma once
#include "dictionaryRotation.h"

/* Rounding of a rotated vector to int8, with a bound on what that loses. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

typedef int8_t Bytes8 __attribute__((vector_size(8)));

/** A quantised vector v ≈ step · q with its error in the rotated space: ‖v − step·q‖ ≤ error, ‖step·q‖ ≤ length. */
struct Quantised {
  float step;
  float error;
  float length;
};

#if defined(__AVX2__)

inline Float8 larger8(Float8 a, Float8 b) { return a > b ? a : b; }
inline Float8 size8(Float8 v) { return v < 0 ? -v : v; }

inline float largest8(Float8 v) {
  float largest = v[0];
  for (int i = 1; i < 8; ++i) largest = v[i] > largest ? v[i] : largest;
  return largest;
}

// ‖q‖ over the 16 dimensions that share an int16 lane: the product of two such norms stays below 2^15.
constexpr float kLaneNorm = 179.0f;
// float32 sums of squares, and the rotation's own roundings (log2(block) + 3 of each element), generously.
constexpr float kSumRounding = 1.0001f, kRotationRounding = 2e-6f;

/**
 * Rounds a rotated vector [padded] (zero from d on) to int8 so that no intermediate sum can overflow: |q| ≤ 127 and lane
 * norms ≤ 181. With `pairs`, neighbours also sum to at most 128, as vpmaddubsw needs of its signed side.
 */
inline Quantised quantise(const float* v, int64_t padded, bool pairs, int8_t* q) {
  Float8 sizes{}, total{};
  float lane = 0;
  for (int64_t start = 0; start < padded; start += kScreenBlock) {
    Float8 square{};
    for (int64_t t = start; t < start + kScreenBlock; t += 8) {
      const Float8 eight = load8(v + t);
      sizes = larger8(sizes, size8(eight));
      if (pairs) sizes = larger8(sizes, size8(eight + __builtin_shuffle(eight, Int8{1, 0, 3, 2, 5, 4, 7, 6})) * (127.0f / 127.4f));
      square += eight * eight;
    }
    const float first = (square[0] + square[1]) + (square[4] + square[5]), second = (square[2] + square[3]) + (square[6] + square[7]);
    lane = first > lane ? first : lane;
    lane = second > lane ? second : lane;
    total += square;
  }
  const float largest = largest8(sizes), norm = __builtin_sqrtf(sum8(total)) * kSumRounding;
  if (!(largest > 1e-15f && largest < 1e15f)) {
    // Nothing kept, everything missed: a bound that holds, and lets the vector through wherever it matters.
    __builtin_memset(q, 0, static_cast<size_t>(padded));
    const double square = canonicalDot(v, v, padded);
    return {0, static_cast<float>(__builtin_sqrt(square) * kSumRounding), 0};
  }
  const float byNorm = __builtin_sqrtf(lane) / kLaneNorm;
  const float step = largest / 127 > byNorm ? largest / 127 : byNorm;
  const Float8 inverse = splat8(1 / step), back = splat8(step), magic = splat8(12582912.0f);
  Float8 missed{}, kept{};
  for (int64_t t = 0; t < padded; t += 8) {
    const Float8 eight = load8(v + t);
    const Float8 whole = (eight * inverse + magic) - magic;
    const Float8 rounded = whole * back;
    missed += (eight - rounded) * (eight - rounded);
    kept += rounded * rounded;
    const auto bytes = __builtin_convertvector(__builtin_convertvector(whole, Int8), Bytes8);
    __builtin_memcpy(q + t, &bytes, sizeof bytes);
  }
  return {step, __builtin_sqrtf(sum8(missed)) * kSumRounding + norm * kRotationRounding, __builtin_sqrtf(sum8(kept)) * kSumRounding};
}

#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
