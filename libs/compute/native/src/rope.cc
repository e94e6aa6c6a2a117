#include "call.h"
#include "families.h"
#include "simd.h"

/* Rotary position embedding (Su et al. 2021). */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

struct Angles {
  float* cosine;
  float* sine;
  int64_t pairs;

  /** As Hugging Face does: the angle is a float32 product, and both factors carry the attention scaling. */
  void fill(int64_t row, float position, const float* inverseFrequencies, float scaling, float direction) const {
    for (int64_t i = 0; i < pairs; ++i) {
      const double angle = position * inverseFrequencies[i];
      cosine[row * pairs + i] = static_cast<float>(__builtin_cos(angle)) * scaling;
      sine[row * pairs + i] = static_cast<float>(__builtin_sin(angle)) * scaling * direction;
    }
  }
};

/**
 * rope(x, positions, inverseFrequencies, out, tokens, heads, headDim, rotaryDims, interleaved, scaling, backward):
 * x [tokens, heads, headDim] rotated by position·frequency in pairs (i, i + rotaryDims/2), or (2i, 2i + 1) where
 * interleaved; `backward` rotates the other way, which is the gradient.
 */
void rope(Call& call) {
  const int64_t tokens = call.size(4), heads = call.size(5), width = call.size(6), rotary = call.size(7);
  const int64_t pairs = rotary / 2;
  const float* x = call.floats(0, Call::extent(tokens, heads, width));
  const int32_t* positions = call.ints(1, tokens);
  const float* inverseFrequencies = call.floats(2, pairs);
  float* out = call.floats(3, Call::extent(tokens, heads, width));
  const bool interleaved = call.flag(8);
  const float scaling = static_cast<float>(call.number(9));
  const float direction = call.flag(10) ? -1.0f : 1.0f;
  if (rotary > width || rotary % 2 != 0) fail("rope: %lld rotary dimensions of %lld", (long long)rotary, (long long)width);
  if (tokens == 0) return;

  // Rows of a batch share their positions, so sines are computed once per position where the range is short.
  int64_t lowest = positions[0], highest = positions[0];
  for (int64_t t = 1; t < tokens; ++t) {
    lowest = least(lowest, positions[t]);
    highest = greatest(highest, positions[t]);
  }
  const bool shared = highest - lowest < tokens;
  const int64_t rows = shared ? highest - lowest + 1 : tokens;
  const Angles angles{threadScratch(3, greatest(1, rows * pairs)), threadScratch(4, greatest(1, rows * pairs)), pairs};
  parallelRanges(rows, greatest(1, 1024 / greatest(1, pairs)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t position = shared ? lowest + row : positions[row];
      angles.fill(row, static_cast<float>(position), inverseFrequencies, scaling, direction);
    }
  });

  parallelRanges(tokens, greatest(1, kGrain / 2 / greatest(1, heads * width)), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t row = shared ? positions[t] - lowest : t;
      const float* cosine = angles.cosine + row * pairs;
      const float* sine = angles.sine + row * pairs;
      for (int64_t h = 0; h < heads; ++h) {
        const float* __restrict from = x + (t * heads + h) * width;
        float* __restrict to = out + (t * heads + h) * width;
        if (interleaved) {
          for (int64_t i = 0; i < pairs; ++i) {
            to[2 * i] = from[2 * i] * cosine[i] - from[2 * i + 1] * sine[i];
            to[2 * i + 1] = from[2 * i + 1] * cosine[i] + from[2 * i] * sine[i];
          }
        } else {
          for (int64_t i = 0; i < pairs; ++i) {
            to[i] = from[i] * cosine[i] - from[i + pairs] * sine[i];
            to[i + pairs] = from[i + pairs] * cosine[i] + from[i] * sine[i];
          }
        }
        for (int64_t i = rotary; i < width; ++i) to[i] = from[i];
      }
    }
  });
}

}  // namespace

void registerRope(Registry& registry) { registry.add("rope", rope); }

}  // namespace SEXTANT_ISA
}  // namespace sextant
