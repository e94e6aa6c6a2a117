#include "call.h"
#include "families.h"
#include "simd.h"

/* AdamW (Loshchilov and Hutter 2019) over all parameters in one call, and the norm that gradients are clipped by. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

/** adamW(params, grads, m, v, decays, learningRate, beta1, beta2, eps, weightDecay, step): all lists of arrays. */
void adamW(Call& call) {
  const int64_t count = call.listLength(0);
  const float* decays = call.floats(4, count);
  const float learningRate = static_cast<float>(call.number(5));
  const float beta1 = static_cast<float>(call.number(6)), beta2 = static_cast<float>(call.number(7));
  const float eps = static_cast<float>(call.number(8));
  const double weightDecay = call.number(9);
  const double step = call.number(10);
  // As PyTorch: p −= lr/(1 − β1^t) · m / (√v/√(1 − β2^t) + ε), after p ·= 1 − lr·λ.
  const float stepSize = static_cast<float>(learningRate / (1.0 - __builtin_pow(call.number(6), step)));
  const float inverseRoot = static_cast<float>(1.0 / __builtin_sqrt(1.0 - __builtin_pow(call.number(7), step)));
  for (int64_t t = 0; t < count; ++t) {
    int64_t length = 0, other = 0;
    float* p = call.listFloats(0, t, &length);
    const auto same = [&](int list) {
      float* data = call.listFloats(list, t, &other);
      if (other != length) {
        fail("adamW: list %d, tensor %lld has %lld elements, its parameter %lld", list, (long long)t, (long long)other,
             (long long)length);
      }
      return data;
    };
    const float* g = same(1);
    float* m = same(2);
    float* v = same(3);
    const float keep = static_cast<float>(1.0 - call.number(5) * weightDecay * decays[t]);
    parallelRanges(length, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const float first = m[i] + (g[i] - m[i]) * (1.0f - beta1);
        const float second = v[i] * beta2 + g[i] * g[i] * (1.0f - beta2);
        m[i] = first;
        v[i] = second;
        p[i] = p[i] * keep - stepSize * first / (__builtin_sqrtf(second) * inverseRoot + eps);
      }
    });
  }
}

/** squaredNorm(list): Σ over all arrays of x², in double; pieces are fixed by the shapes. */
void squaredNorm(Call& call) {
  const int64_t count = call.listLength(0);
  double total = 0;
  for (int64_t t = 0; t < count; ++t) {
    int64_t length = 0;
    const float* x = call.listFloats(0, t, &length);
    const int64_t pieces = ceilDivide(length, kGrain);
    double* partial = reinterpret_cast<double*>(threadScratch(3, 2 * greatest(1, pieces)));
    parallelRanges(pieces, 2, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        double sum = 0;
        const int64_t last = least(length, (p + 1) * kGrain);
        for (int64_t i = p * kGrain; i < last; i += 512) {
          const int64_t stop = least(last, i + 512);
          Vector block = {};
          int64_t j = i;
          for (; j + kLanes <= stop; j += kLanes) block += load(x + j) * load(x + j);
          if (j < stop) block += loadSome(x + j, stop - j) * loadSome(x + j, stop - j);
          sum += sumLanes(block);
        }
        partial[p] = sum;
      }
    });
    for (int64_t p = 0; p < pieces; ++p) total += partial[p];
  }
  call.returns(total);
}

}  // namespace

void registerAdamW(Registry& registry) {
  registry.add("adamW", adamW);
  registry.add("squaredNorm", squaredNorm);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
