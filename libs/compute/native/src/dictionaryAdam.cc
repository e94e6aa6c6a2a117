// compile with: -ffp-contract=off
#include "call.h"
#include "dictionaryLanes.h"
#include "families.h"

/*
 * Adam (Kingma and Ba 2015) on a matrix whose rows may be kept at unit norm: the part of the gradient along the row
 * is removed, Adam steps, the row is rescaled, all in one pass over memory.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kGrainRows = 16;

/** row · (row · g) / ‖row‖²: how much of g lies along the row, as a factor of the row. */
double alongRow(const float* row, const float* gradient, int64_t d) {
  const double square = canonicalDot(row, row, d);
  return square > 0 ? canonicalDot(row, gradient, d) / square : 0.0;
}

/** dictionaryGradientSquare(param | null, grad[rows, d], rows, d): Σ g², of what is left across the rows where param is given. */
void gradientSquare(Call& call) {
  const int64_t rows = call.size(2), d = call.size(3);
  const float* param = call.floatsOrNull(0, rows * d);
  const float* gradient = call.floats(1, rows * d);
  const int64_t tasks = ceilDivide(rows, kGrainRows);
  double* partial = reinterpret_cast<double*>(threadScratch(8, 2 * greatest(1, tasks)));
  parallel(tasks, [&](int64_t task) {
    double sum = 0;
    for (int64_t r = task * kGrainRows; r < least(rows, (task + 1) * kGrainRows); ++r) {
      const float* g = gradient + r * d;
      double square = canonicalDot(g, g, d);
      if (param) {
        const float* row = param + r * d;
        const double norm = canonicalDot(row, row, d), dot = canonicalDot(row, g, d);
        if (norm > 0) square -= dot * dot / norm;
      }
      sum += square > 0 ? square : 0;
    }
    partial[task] = sum;
  });
  double total = 0;
  for (int64_t task = 0; task < tasks; ++task) total += partial[task];
  call.returns(total);
}

/**
 * dictionaryAdam(param, grad, m, v, rows, d, learningRate, beta1, beta2, eps, step, gradientScale, tangent, unitNorm):
 * in place. tangent: removes the gradient along each row first; unitNorm: rescales each row after.
 */
void adam(Call& call) {
  const int64_t rows = call.size(4), d = call.size(5);
  float* param = call.floats(0, rows * d);
  const float* gradient = call.floats(1, rows * d);
  float* first = call.floats(2, rows * d);
  float* second = call.floats(3, rows * d);
  const double beta1 = call.number(7), beta2 = call.number(8), step = call.number(10);
  const Float8 keep1 = splat8(static_cast<float>(beta1)), add1 = splat8(static_cast<float>(1 - beta1));
  const Float8 keep2 = splat8(static_cast<float>(beta2)), add2 = splat8(static_cast<float>(1 - beta2));
  const Float8 stepSize = splat8(static_cast<float>(call.number(6) / (1 - __builtin_pow(beta1, step))));
  const Float8 root2 = splat8(static_cast<float>(__builtin_sqrt(1 - __builtin_pow(beta2, step))));
  const Float8 eps = splat8(static_cast<float>(call.number(9)));
  const Float8 scale = splat8(static_cast<float>(call.number(11)));
  const bool tangent = call.flag(12), unitNorm = call.flag(13);
  const auto eight = [&](float* p, const float* g, float* m, float* v, Float8 along) {
    const Float8 value = load8(p);
    const Float8 gradientHere = (load8(g) - along * value) * scale;
    const Float8 moment = keep1 * load8(m) + add1 * gradientHere;
    const Float8 square = keep2 * load8(v) + add2 * (gradientHere * gradientHere);
    store8(m, moment);
    store8(v, square);
    Float8 root;
    for (int i = 0; i < 8; ++i) root[i] = __builtin_sqrtf(square[i]);
    store8(p, value - stepSize * moment / (root / root2 + eps));
  };
  const auto row = [&](int64_t begin, int64_t length, Float8 along) {
    int64_t t = 0;
    for (; t + 8 <= length; t += 8) eight(param + begin + t, gradient + begin + t, first + begin + t, second + begin + t, along);
    if (t == length) return;
    float edge[4][8] = {};
    const float* from[4] = {param, gradient, first, second};
    const size_t bytes = static_cast<size_t>(length - t) * sizeof(float);
    for (int i = 0; i < 4; ++i) __builtin_memcpy(edge[i], from[i] + begin + t, bytes);
    eight(edge[0], edge[1], edge[2], edge[3], along);
    __builtin_memcpy(param + begin + t, edge[0], bytes);
    __builtin_memcpy(first + begin + t, edge[2], bytes);
    __builtin_memcpy(second + begin + t, edge[3], bytes);
  };
  parallelRanges(rows, greatest(1, kGrain / greatest(1, d)), [&](int64_t begin, int64_t end) {
    if (!tangent && !unitNorm) return row(begin * d, (end - begin) * d, Float8{});
    for (int64_t r = begin; r < end; ++r) {
      float* p = param + r * d;
      row(r * d, d, splat8(tangent ? static_cast<float>(alongRow(p, gradient + r * d, d)) : 0.0f));
      if (!unitNorm) continue;
      const double square = canonicalDot(p, p, d);
      if (!(square > 0)) continue;
      const float inverse = static_cast<float>(1 / __builtin_sqrt(square));
      for (int64_t t = 0; t < d; ++t) p[t] *= inverse;
    }
  });
}

}  // namespace

void registerDictionaryAdam(Registry& registry) {
  registry.add("dictionaryGradientSquare", gradientSquare);
  registry.add("dictionaryAdam", adam);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
