#pragma once
#include "dictionaryInput.h"

/*
 * What both sides of a product go through before the integer screen rounds them: dimensions balanced by powers of two,
 * which multiply exactly, random signs and a Walsh–Hadamard transform, which leave every product of two vectors as it is.
 * A few outlier dimensions, as language models have them, would otherwise take the whole range of int8.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kScreenBlock = 32;   // dimensions summed in int16 before widening
constexpr int64_t kSampledRows = 256;  // rows that decide the balance of dimensions

/** What both sides are multiplied with before quantisation: dimension scales and signs, then Hadamard blocks. */
struct Rotation {
  int64_t d;
  int64_t padded;        // d up to whole blocks of kScreenBlock
  int64_t block;         // Hadamard block: the largest power of two that divides d
  const float* weights;  // [d] factor of a weight row
  const float* inputs;   // [d] factor of an input row, 1/block of the Hadamard norm included
};

#if defined(__AVX2__)

/** v exchanged within groups of 2 · Half, plus v with the signs of a butterfly: the transform's steps inside a register. */
template <int Half>
inline Float8 butterfly(Float8 v) {
  const Int8 order = Half == 1 ? Int8{1, 0, 3, 2, 5, 4, 7, 6} : Half == 2 ? Int8{2, 3, 0, 1, 6, 7, 4, 5} : Int8{4, 5, 6, 7, 0, 1, 2, 3};
  const Float8 sign = Half == 1   ? Float8{1, -1, 1, -1, 1, -1, 1, -1}
                      : Half == 2 ? Float8{1, 1, -1, -1, 1, 1, -1, -1}
                                  : Float8{1, 1, 1, 1, -1, -1, -1, -1};
  return __builtin_shuffle(v, order) + v * sign;
}

/** In place: the unnormalised Walsh–Hadamard transform of each block of `block` numbers, a power of two dividing d. */
inline void hadamard(float* v, int64_t d, int64_t block) {
  int64_t half = 1;
  if (block >= 8) {
    for (int64_t t = 0; t < d; t += 8) store8(v + t, butterfly<4>(butterfly<2>(butterfly<1>(load8(v + t)))));
    half = 8;
  }
  for (; half < block; half *= 2) {
    for (int64_t start = 0; start < d; start += 2 * half) {
      float* low = v + start;
      float* high = low + half;
      int64_t i = 0;
      for (; i + 8 <= half; i += 8) {
        const Float8 a = load8(low + i), b = load8(high + i);
        store8(low + i, a + b);
        store8(high + i, a - b);
      }
      for (; i < half; ++i) {
        const float a = low[i], b = high[i];
        low[i] = a + b;
        high[i] = a - b;
      }
    }
  }
}

/** Power of two nearest to √(rms of x / rms of w) per dimension, with a fixed random sign. */
Rotation rotationOf(const Input& in) {
  Rotation rotation;
  rotation.d = in.d;
  rotation.padded = ceilDivide(in.d, kScreenBlock) * kScreenBlock;
  rotation.block = in.d & -in.d;
  float* factors = threadScratch(kRotationSlot, 4 * in.d);
  float *weights = factors, *inputs = factors + in.d;
  float *ofInputs = factors + 2 * in.d, *ofWeights = factors + 3 * in.d;
  for (int64_t t = 0; t < in.d; ++t) ofInputs[t] = ofWeights[t] = 0;
  const int64_t xStride = greatest(1, in.rows / kSampledRows), wStride = greatest(1, in.slots / kSampledRows);
  for (int64_t r = 0; r < in.rows; r += xStride) {
    for (int64_t t = 0; t < in.d; ++t) ofInputs[t] += in.x[r * in.d + t] * in.x[r * in.d + t];
  }
  for (int64_t slot = 0; slot < in.slots; slot += wStride) {
    const float* row = in.weights + in.feature(slot) * in.d;
    for (int64_t t = 0; t < in.d; ++t) ofWeights[t] += row[t] * row[t];
  }
  uint32_t random = 0x9e3779b9;
  for (int64_t t = 0; t < in.d; ++t) {
    const float ratio = ofInputs[t] / ofWeights[t];
    int exponent = 0;
    if (ratio > 1e-30f && ratio < 1e30f) exponent = static_cast<int>(__builtin_lrintf(0.25f * __builtin_log2f(ratio)));
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    const float sign = random & 1 ? 1.0f : -1.0f;
    weights[t] = sign * __builtin_ldexpf(1.0f, exponent);
    inputs[t] = sign * __builtin_ldexpf(1.0f / static_cast<float>(rotation.block), -exponent);
  }
  rotation.weights = weights;
  rotation.inputs = inputs;
  return rotation;
}

#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
