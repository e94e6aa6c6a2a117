#pragma once
#include "dictionarySelect.h"

/*
 * A certified integer screen for encoding: scores from int8 products, each with a bound on its error, decide which
 * features can still matter; only those are computed in float. Only where there is AVX2.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kScreenPanel = 16;   // features per panel
constexpr int64_t kScreenBlock = 32;   // dimensions summed in int16 before widening
constexpr int kScreenRows = 6;         // rows of a register tile

typedef int8_t Bytes8 __attribute__((vector_size(8)));
typedef char Bytes32 __attribute__((vector_size(32)));
typedef int16_t Shorts16 __attribute__((vector_size(32)));
typedef uint16_t Words16 __attribute__((vector_size(32)));  // int16 sums that wrap

/** A quantised vector v ≈ step · q with its error in the rotated space: ‖v − step·q‖ ≤ error, ‖step·q‖ ≤ length. */
struct Quantised {
  float step;
  float error;
  float length;
};

// Beyond, products of two bounds could leave float32's range.
constexpr float kScreenLargest = 1e18f;

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


/**
 * out[M][16] = Σ_t x[m][t] · (w[t][j] − 128) with x int8, w uint8 in quads of dimensions: panel[t / 4][16][4].
 * `start[m][block]` holds −128 Σ x of the block's two lanes, so that the int16 sums wrap back to the true ones.
 */
template <int M>
inline void screenTile(const int8_t* x, int64_t stride, const int32_t* start, int64_t blocks, const uint8_t* panel, int32_t* out) {
  const Shorts16 ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (int64_t block = 0; block < blocks; ++block) {
    Words16 sum[M][2];
#pragma GCC unroll 6
    for (int m = 0; m < M; ++m) {
      const int32_t s = start[m * blocks + block];
      sum[m][0] = sum[m][1] = reinterpret_cast<Words16>(Int8{s, s, s, s, s, s, s, s});
    }
    const uint8_t* w = panel + block * kScreenBlock * kScreenPanel;
    const int8_t* from = x + block * kScreenBlock;
#pragma GCC unroll 2
    for (int quad = 0; quad < 8; ++quad) {
      Bytes32 w0, w1;
      __builtin_memcpy(&w0, w + quad * 64, 32);
      __builtin_memcpy(&w1, w + quad * 64 + 32, 32);
#pragma GCC unroll 6
      for (int m = 0; m < M; ++m) {
        int32_t four;
        __builtin_memcpy(&four, from + m * stride + quad * 4, 4);
        const Bytes32 value = reinterpret_cast<Bytes32>(Int8{four, four, four, four, four, four, four, four});
        sum[m][0] += reinterpret_cast<Words16>(__builtin_ia32_pmaddubsw256(w0, value));
        sum[m][1] += reinterpret_cast<Words16>(__builtin_ia32_pmaddubsw256(w1, value));
      }
    }
#pragma GCC unroll 6
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half) {
        int32_t* to = out + m * kScreenPanel + 8 * half;
        Int8 wide = reinterpret_cast<Int8>(__builtin_ia32_pmaddwd256(reinterpret_cast<Shorts16>(sum[m][half]), ones));
        if (block > 0) {
          Int8 before;
          __builtin_memcpy(&before, to, sizeof before);
          wide += before;
        }
        __builtin_memcpy(to, &wide, sizeof wide);
      }
    }
  }
}
#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
