#include "call.h"
#include "families.h"
#include "simd.h"

/* Cross-entropy of a softmax over the last axis of [rows, classes], in nats, straight from the logits. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

float rowMaximum(const float* x, int64_t count) {
  Vector best = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) best = maximum(best, load(x + i));
  float top = maximumLane(best);
  for (; i < count; ++i) top = x[i] > top ? x[i] : top;
  return top;
}

/** Σ e^(x − top), in blocks added up in double. */
double sumExponentials(const float* x, float top, int64_t count) {
  double sum = 0;
  int64_t i = 0;
  while (i + kLanes <= count) {
    const int64_t end = least(count, i + 64 * kLanes);
    Vector total = {};
    for (; i + kLanes <= end; i += kLanes) total += exponential(load(x + i) - top);
    sum += sumLanes(total);
  }
  if (i < count) {
    float rest[kLanes];
    store(rest, exponential(loadSome(x + i, count - i) - top));
    for (int64_t j = 0; i + j < count; ++j) sum += rest[j];
  }
  return sum;
}

void checkTargets(const int32_t* targets, int64_t rows, int64_t classes) {
  for (int64_t r = 0; r < rows; ++r) {
    if (targets[r] >= classes) fail("crossEntropy: target %d of %lld classes", targets[r], (long long)classes);
  }
}

/** crossEntropy(logits, targets, losses, rows, classes); a negative target gives loss 0. */
void crossEntropy(Call& call) {
  const int64_t rows = call.size(3), classes = call.size(4);
  const float* logits = call.floats(0, rows * classes);
  const int32_t* targets = call.ints(1, rows);
  float* losses = call.floats(2, rows);
  checkTargets(targets, rows, classes);
  parallelRanges(rows, greatest(1, kGrain / 4 / greatest(1, classes)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      if (targets[r] < 0) {
        losses[r] = 0;
        continue;
      }
      const float* x = logits + r * classes;
      const float top = rowMaximum(x, classes);
      losses[r] = static_cast<float>(__builtin_log(sumExponentials(x, top, classes)) + (top - x[targets[r]]));
    }
  });
}

/** crossEntropyGradient(logits, targets, dLosses, dLogits, rows, classes): (softmax − one-hot)·dLoss. */
void crossEntropyGradient(Call& call) {
  const int64_t rows = call.size(4), classes = call.size(5);
  const float* logits = call.floats(0, rows * classes);
  const int32_t* targets = call.ints(1, rows);
  const float* dLosses = call.floats(2, rows);
  float* dLogits = call.floats(3, rows * classes);
  checkTargets(targets, rows, classes);
  parallelRanges(rows, greatest(1, kGrain / 4 / greatest(1, classes)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* x = logits + r * classes;
      float* to = dLogits + r * classes;
      if (targets[r] < 0) {
        for (int64_t i = 0; i < classes; ++i) to[i] = 0;
        continue;
      }
      const float top = rowMaximum(x, classes);
      // Written once, then scaled while still in cache: the exponential costs more than the second pass.
      double sum = 0;
      int64_t i = 0;
      while (i + kLanes <= classes) {
        const int64_t last = least(classes, i + 64 * kLanes);
        Vector total = {};
        for (; i + kLanes <= last; i += kLanes) {
          const Vector value = exponential(load(x + i) - top);
          store(to + i, value);
          total += value;
        }
        sum += sumLanes(total);
      }
      if (i < classes) {
        storeSome(to + i, exponential(loadSome(x + i, classes - i) - top), classes - i);
        for (; i < classes; ++i) sum += to[i];
      }
      const float factor = static_cast<float>(dLosses[r] / sum);
      for (int64_t j = 0; j < classes; ++j) to[j] *= factor;
      to[targets[r]] -= dLosses[r];
    }
  });
}

}  // namespace

void registerCrossEntropy(Registry& registry) {
  registry.add("crossEntropy", crossEntropy);
  registry.add("crossEntropyGradient", crossEntropyGradient);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
