#include "call.h"
#include "families.h"
#include "simd.h"

/* RMSNorm (Zhang and Sennrich 2019) and LayerNorm (Ba et al. 2016) over the last axis of [rows, width]. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

// Gradients of gain and bias are sums over rows: rows are summed in pieces of this many, then the pieces in order.
constexpr int64_t kRowsPerPiece = 64;

template <class F>
inline float sumOver(int64_t width, F f) {
  Vector total = {};
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) total += f(i, static_cast<int64_t>(kLanes));
  if (i < width) total += f(i, width - i);
  return sumLanes(total);
}

template <class F>
inline void forEach(int64_t width, F f) {
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) f(i, static_cast<int64_t>(kLanes));
  if (i < width) f(i, width - i);
}

inline Vector take(const float* from, int64_t count) { return count == kLanes ? load(from) : loadSome(from, count); }
inline void put(float* to, Vector value, int64_t count) {
  if (count == kLanes) store(to, value);
  else storeSome(to, value, count);
}

inline float inverseRms(const float* x, int64_t width, float eps) {
  const float squares = sumOver(width, [&](int64_t i, int64_t n) { return take(x + i, n) * take(x + i, n); });
  return 1.0f / __builtin_sqrtf(squares / static_cast<float>(width) + eps);
}

/** rmsNorm(x, gain, out, rows, width, eps): x / sqrt(mean x² + eps) · gain. */
void rmsNorm(Call& call) {
  const int64_t rows = call.size(3), width = call.size(4);
  const float* x = call.floats(0, rows * width);
  const float* gain = call.floats(1, width);
  float* out = call.floats(2, rows * width);
  const float eps = static_cast<float>(call.number(5));
  parallelRanges(rows, greatest(1, kGrain / 2 / greatest(1, width)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* from = x + r * width;
      const float inverse = inverseRms(from, width, eps);
      forEach(width, [&](int64_t i, int64_t n) {
        put(out + r * width + i, take(from + i, n) * inverse * take(gain + i, n), n);
      });
    }
  });
}

/** Adds up pieces [piece][width] in order. */
void sumPieces(const float* pieces, int64_t count, int64_t width, float* out) {
  for (int64_t i = 0; i < width; ++i) out[i] = 0;
  for (int64_t p = 0; p < count; ++p) {
    for (int64_t i = 0; i < width; ++i) out[i] += pieces[p * width + i];
  }
}

/**
 * rmsNormGradient(x, gain, dy, dx, dGain, rows, width, eps). With y = x·r·g and r = (mean x² + eps)^−½:
 * dx = r·(dy·g − x·r²·mean(dy·g·x)), dg = Σ_rows dy·x·r.
 */
void rmsNormGradient(Call& call) {
  const int64_t rows = call.size(5), width = call.size(6);
  const float* x = call.floats(0, rows * width);
  const float* gain = call.floats(1, width);
  const float* dy = call.floats(2, rows * width);
  float* dx = call.floats(3, rows * width);
  float* dGain = call.floats(4, width);
  const float eps = static_cast<float>(call.number(7));
  const int64_t pieces = ceilDivide(rows, kRowsPerPiece);
  float* sums = threadScratch(3, greatest(1, pieces * width));
  parallel(pieces, [&](int64_t piece) {
    float* gainSum = sums + piece * width;
    for (int64_t i = 0; i < width; ++i) gainSum[i] = 0;
    for (int64_t r = piece * kRowsPerPiece; r < least(rows, (piece + 1) * kRowsPerPiece); ++r) {
      const float* xr = x + r * width;
      const float* dyr = dy + r * width;
      const float inverse = inverseRms(xr, width, eps);
      const float product = sumOver(
          width, [&](int64_t i, int64_t n) { return take(dyr + i, n) * take(gain + i, n) * take(xr + i, n); });
      const float shrink = product / static_cast<float>(width) * inverse * inverse;
      forEach(width, [&](int64_t i, int64_t n) {
        const Vector value = take(xr + i, n), change = take(dyr + i, n);
        put(dx + r * width + i, (change * take(gain + i, n) - value * shrink) * inverse, n);
        put(gainSum + i, take(gainSum + i, n) + change * value * inverse, n);
      });
    }
  });
  sumPieces(sums, pieces, width, dGain);
}

struct Moments {
  float mean;
  float inverse;
};

inline Moments moments(const float* x, int64_t width, float eps) {
  const float mean = sumOver(width, [&](int64_t i, int64_t n) { return take(x + i, n); }) / static_cast<float>(width);
  float squares = 0;
  Vector total = {};
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    const Vector centred = load(x + i) - mean;
    total += centred * centred;
  }
  for (; i < width; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const float variance = (sumLanes(total) + squares) / static_cast<float>(width);
  return Moments{mean, 1.0f / __builtin_sqrtf(variance + eps)};
}

/** layerNorm(x, gain, bias, out, rows, width, eps) */
void layerNorm(Call& call) {
  const int64_t rows = call.size(4), width = call.size(5);
  const float* x = call.floats(0, rows * width);
  const float* gain = call.floats(1, width);
  const float* bias = call.floats(2, width);
  float* out = call.floats(3, rows * width);
  const float eps = static_cast<float>(call.number(6));
  parallelRanges(rows, greatest(1, kGrain / 2 / greatest(1, width)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* from = x + r * width;
      const Moments m = moments(from, width, eps);
      forEach(width, [&](int64_t i, int64_t n) {
        put(out + r * width + i, (take(from + i, n) - m.mean) * m.inverse * take(gain + i, n) + take(bias + i, n), n);
      });
    }
  });
}

/**
 * layerNormGradient(x, gain, dy, dx, dGain, dBias, rows, width, eps). With n = (x − mean)/σ and h = dy·g:
 * dx = (h − mean h − n·mean(h·n))/σ, dg = Σ dy·n, db = Σ dy.
 */
void layerNormGradient(Call& call) {
  const int64_t rows = call.size(6), width = call.size(7);
  const float* x = call.floats(0, rows * width);
  const float* gain = call.floats(1, width);
  const float* dy = call.floats(2, rows * width);
  float* dx = call.floats(3, rows * width);
  float* dGain = call.floats(4, width);
  float* dBias = call.floats(5, width);
  const float eps = static_cast<float>(call.number(8));
  const int64_t pieces = ceilDivide(rows, kRowsPerPiece);
  float* sums = threadScratch(3, greatest(1, 2 * pieces * width));
  float* biasSums = sums + pieces * width;
  const float perWidth = 1.0f / static_cast<float>(width);
  parallel(pieces, [&](int64_t piece) {
    float* gainSum = sums + piece * width;
    float* biasSum = biasSums + piece * width;
    for (int64_t i = 0; i < width; ++i) gainSum[i] = biasSum[i] = 0;
    for (int64_t r = piece * kRowsPerPiece; r < least(rows, (piece + 1) * kRowsPerPiece); ++r) {
      const float* xr = x + r * width;
      const float* dyr = dy + r * width;
      const Moments m = moments(xr, width, eps);
      const float meanH =
          sumOver(width, [&](int64_t i, int64_t n) { return take(dyr + i, n) * take(gain + i, n); }) * perWidth;
      const float meanHn = sumOver(width, [&](int64_t i, int64_t n) {
        return take(dyr + i, n) * take(gain + i, n) * (take(xr + i, n) - m.mean) * m.inverse;
      }) * perWidth;
      forEach(width, [&](int64_t i, int64_t n) {
        const Vector normal = (take(xr + i, n) - m.mean) * m.inverse, change = take(dyr + i, n);
        put(dx + r * width + i, (change * take(gain + i, n) - meanH - normal * meanHn) * m.inverse, n);
        put(gainSum + i, take(gainSum + i, n) + change * normal, n);
        put(biasSum + i, take(biasSum + i, n) + change, n);
      });
    }
  });
  sumPieces(sums, pieces, width, dGain);
  sumPieces(biasSums, pieces, width, dBias);
}

}  // namespace

void registerNormalise(Registry& registry) {
  registry.add("rmsNorm", rmsNorm);
  registry.add("rmsNormGradient", rmsNormGradient);
  registry.add("layerNorm", layerNorm);
  registry.add("layerNormGradient", layerNormGradient);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
