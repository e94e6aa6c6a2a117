#pragma once
#include "dictionaryTile.h"

/*
 * A certified integer screen for encoding. With x̂, ŵ the quantised vectors, a score of theirs differs from the true one
 * by at most ‖x − x̂‖‖w‖ + ‖x̂‖‖w − ŵ‖, so a feature is left out only when it cannot be in the answer.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

#if defined(__AVX2__)

// Beyond, products of two bounds could leave float32's range.
constexpr float kScreenLargest = 1e18f;
constexpr float kRoundings = 5e-7f;     // of a score's own float32 arithmetic, relative to the largest score
struct Screen {
  Rotation rotation;
  int64_t blocks, panels;
  uint8_t* weights;  // [panels][padded / 4][16][4], offset by 128
  float *step, *bias, *norm, *error, *limit;  // per slot, times |scale| where one is given
  bool usable;                                // false where numbers are too large for the bounds
  Reach reach;
};

/** Worth it where the product is large and few survive; below, the float path is as fast (docs/dictionaries.md). */
bool screenPays(const Input& in, const Question& question) {
  return in.d >= 256 && in.slots >= 2048 && in.rows >= 64 && question.k * 64 <= in.slots;
}

Screen packScreen(const Input& in, const Question& question, const Reach& reach) {
  Screen screen;
  screen.reach = reach;
  screen.rotation = rotationOf(in);
  const int64_t padded = screen.rotation.padded;
  screen.blocks = padded / kScreenBlock;
  screen.panels = ceilDivide(in.slots, kScreenPanel);
  const int64_t lanes = screen.panels * kScreenPanel;
  float* next = threadScratch(kPackedSlot, lanes * 5 + lanes * padded / 4);
  screen.step = next;
  screen.bias = next += lanes;
  screen.norm = next += lanes;
  screen.error = next += lanes;
  screen.limit = next += lanes;
  screen.weights = reinterpret_cast<uint8_t*>(next + lanes);
  parallel(screen.panels, [&](int64_t p) {
    float* rotated = threadScratch(kTaskSlot, 2 * padded);
    for (int64_t t = in.d; t < padded; ++t) rotated[t] = 0;
    int8_t* q = reinterpret_cast<int8_t*>(rotated + padded);
    uint8_t* panel = screen.weights + p * kScreenPanel * padded;
    for (int64_t lane = 0; lane < kScreenPanel; ++lane) {
      const int64_t slot = p * kScreenPanel + lane;
      const bool real = slot < in.slots;
      const int32_t feature = real ? in.feature(slot) : 0;
      const float scale = real && in.scale ? in.scale[feature] : 1.0f, size = __builtin_fabsf(scale);
      const float limit = real && question.k == 0 ? question.limit(feature) : 0.0f;
      screen.limit[slot] = limit - __builtin_fabsf(limit) * static_cast<float>(4 * kUnit);
      screen.bias[slot] = real ? in.bias[feature] * scale : -__builtin_inff();
      screen.step[slot] = screen.norm[slot] = screen.error[slot] = 0;
      if (real) {
        const float* row = in.weights + feature * in.d;
        for (int64_t t = 0; t < in.d; ++t) rotated[t] = row[t] * screen.rotation.weights[t];
        hadamard(rotated, in.d, screen.rotation.block);
        const Quantised quantised = quantise(rotated, padded, false, q);
        screen.step[slot] = quantised.step * scale;
        screen.norm[slot] = (quantised.length + quantised.error) * size;
        screen.error[slot] = quantised.error * size;
      }
      for (int64_t quad = 0; quad < padded / 4; ++quad) {
        uint32_t four = 0;
        if (real) __builtin_memcpy(&four, q + quad * 4, 4);
        four ^= 0x80808080u;
        __builtin_memcpy(panel + quad * 64 + lane * 4, &four, 4);
      }
    }
  });
  screen.usable = true;
  for (int64_t slot = 0; slot < in.slots; ++slot) screen.usable &= screen.norm[slot] < kScreenLargest;
  return screen;
}

/** A row's quantised numbers and bounds. */
struct ScreenRow {
  float step;
  float error;   // ‖x − x̂‖
  float length;  // ‖x̂‖
  float slack;   // float32 roundings
  double largest;

  bool huge() const { return !(largest < kLargest && error < kScreenLargest && length < kScreenLargest); }
};

/** Quantises rows [0, rows) into q[rows][padded] and the lane starts of screenTile. */
void quantiseRows(const Input& in, const Screen& screen, const float* x, int64_t rows, float* rotated, int8_t* q, int32_t* starts,
                  ScreenRow* bounds) {
  const Rotation& rotation = screen.rotation;
  for (int64_t t = in.d; t < rotation.padded; ++t) rotated[t] = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * in.d;
    for (int64_t t = 0; t < in.d; ++t) rotated[t] = row[t] * rotation.inputs[t];
    hadamard(rotated, in.d, rotation.block);
    int8_t* to = q + r * rotation.padded;
    const Quantised quantised = quantise(rotated, rotation.padded, true, to);
    const double largest = screen.reach.largest(row, in.d);
    bounds[r] = {quantised.step, quantised.error, quantised.length, static_cast<float>(largest) * kRoundings, largest};
    for (int64_t block = 0; block < screen.blocks; ++block) {
      int32_t lanes[2] = {0, 0};
      for (int64_t t = 0; t < kScreenBlock; ++t) lanes[(t >> 1) & 1] += to[block * kScreenBlock + t];
      starts[r * screen.blocks + block] = static_cast<int32_t>(static_cast<uint32_t>(-128 * lanes[0] & 0xffff) |
                                                               static_cast<uint32_t>(-128 * lanes[1] & 0xffff) << 16);
    }
  }
}

/** Calls visit(row, slot of lane 0, mask, centre, gap) for eight slots of panels [begin, end) of which any upper bound reaches floors[row] plus its limit. */
template <class Visit>
inline void screenPanels(const Screen& screen, const int8_t* q, const int32_t* starts, const ScreenRow* bounds, const float* floors,
                         int64_t rows, int64_t begin, int64_t end, const Visit& visit) {
  const int64_t padded = screen.rotation.padded;
  int32_t sums[kScreenRows * kScreenPanel];
  for (int64_t p = begin; p < end; ++p) {
    const uint8_t* panel = screen.weights + p * kScreenPanel * padded;
    const int64_t first = p * kScreenPanel;
    Float8 step[2], bias[2], norm[2], error[2], limit[2];
    for (int g = 0; g < 2; ++g) {
      step[g] = load8(screen.step + first + 8 * g);
      bias[g] = load8(screen.bias + first + 8 * g);
      norm[g] = load8(screen.norm + first + 8 * g);
      error[g] = load8(screen.error + first + 8 * g);
      limit[g] = load8(screen.limit + first + 8 * g);
    }
    for (int64_t r = 0; r < rows;) {
      const int64_t height = rows - r >= kScreenRows ? kScreenRows : 1;
      if (height == kScreenRows) screenTile<kScreenRows>(q + r * padded, padded, starts + r * screen.blocks, screen.blocks, panel, sums);
      else screenTile<1>(q + r * padded, padded, starts + r * screen.blocks, screen.blocks, panel, sums);
      for (int64_t m = 0; m < height; ++m, ++r) {
        const ScreenRow& row = bounds[r];
        const Float8 floor = splat8(floors[r]);
        for (int g = 0; g < 2; ++g) {
          const Int8 sum = loadInts8(sums + m * kScreenPanel + 8 * g);
          const Float8 centre = __builtin_convertvector(sum, Float8) * (step[g] * row.step) + bias[g];
          const Float8 gap = norm[g] * row.error + error[g] * row.length + row.slack;
          const uint32_t mask = laneMask(centre + gap >= limit[g] + floor);
          if (mask != 0) visit(r, static_cast<int32_t>(first + 8 * g), mask, centre, gap);
        }
      }
    }
  }
}

#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
