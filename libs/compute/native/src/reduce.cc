#include "call.h"
#include "families.h"
#include "simd.h"

/*
 * Reductions of [outer, count, inner] over the middle axis. Sums run in short float blocks added up in double,
 * so that a mean over a million values keeps six digits; the blocks depend on the shape alone.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kBlock = 512;

double sumRun(const float* x, int64_t count) {
  double total = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t end = least(count, begin + kBlock);
    Vector even = {}, odd = {};
    int64_t i = begin;
    for (; i + 2 * kLanes <= end; i += 2 * kLanes) {
      even += load(x + i);
      odd += load(x + i + kLanes);
    }
    for (; i + kLanes <= end; i += kLanes) even += load(x + i);
    if (i < end) odd += loadSome(x + i, end - i);
    total += sumLanes(even + odd);
  }
  return total;
}

constexpr int64_t kColumns = 64;

/** Columns [begin, end) of Σ over rows; at most kColumns wide. */
void sumColumns(const float* x, int64_t rows, int64_t stride, int64_t begin, int64_t end, float scale, float* out) {
  double total[kColumns] = {};
  float block[kColumns];
  const int64_t width = end - begin;
  for (int64_t first = 0; first < rows; first += 64) {
    const int64_t last = least(rows, first + 64);
    for (int64_t j = 0; j < width; ++j) block[j] = 0;
    for (int64_t r = first; r < last; ++r) {
      const float* row = x + r * stride + begin;
      for (int64_t j = 0; j < width; ++j) block[j] += row[j];
    }
    for (int64_t j = 0; j < width; ++j) total[j] += block[j];
  }
  for (int64_t j = 0; j < width; ++j) out[begin + j] = static_cast<float>(total[j] * scale);
}

/** sum(x, out, outer, count, inner, scale): scale · Σ. */
void sum(Call& call) {
  const int64_t outer = call.size(2), count = call.size(3), inner = call.size(4);
  const float* x = call.floats(0, Call::extent(outer, count, inner));
  float* out = call.floats(1, outer * inner);
  const float scale = static_cast<float>(call.number(5));
  if (inner == 1 && outer == 1) {
    const int64_t pieces = ceilDivide(count, kGrain);
    // Doubles in float scratch: two floats each.
    double* partial = reinterpret_cast<double*>(threadScratch(3, 2 * greatest(1, pieces)));
    parallel(pieces, [&](int64_t i) { partial[i] = sumRun(x + i * kGrain, least(kGrain, count - i * kGrain)); });
    double total = 0;
    for (int64_t i = 0; i < pieces; ++i) total += partial[i];
    out[0] = static_cast<float>(total * scale);
  } else if (inner == 1) {
    parallelRanges(outer, greatest(1, kGrain / greatest(1, count)), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) out[o] = static_cast<float>(sumRun(x + o * count, count) * scale);
    });
  } else {
    const int64_t pieces = ceilDivide(inner, kColumns);
    const int64_t perTask = greatest(1, kGrain / greatest(1, count * least(inner, kColumns)));
    parallelRanges(outer * pieces, perTask, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; ++task) {
        const int64_t o = task / pieces, first = task % pieces * kColumns;
        sumColumns(x + o * count * inner, count, inner, first, least(inner, first + kColumns), scale, out + o * inner);
      }
    });
  }
}

struct Largest { static bool better(float a, float b) { return a > b || (a != a && b == b); } };
struct Smallest { static bool better(float a, float b) { return a < b || (a != a && b == b); } };

/** max and min (x, out, outer, count, inner); NaN wins, as in Math.max. */
template <class Order>
void extreme(Call& call) {
  const int64_t outer = call.size(2), count = call.size(3), inner = call.size(4);
  const float* x = call.floats(0, Call::extent(outer, count, inner));
  float* out = call.floats(1, outer * inner);
  if (count == 0) fail("cannot take the extreme of an empty axis");
  parallelRanges(outer, greatest(1, kGrain / greatest(1, count * inner)), [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      const float* block = x + o * count * inner;
      float* best = out + o * inner;
      for (int64_t j = 0; j < inner; ++j) best[j] = block[j];
      for (int64_t r = 1; r < count; ++r) {
        for (int64_t j = 0; j < inner; ++j) {
          const float value = block[r * inner + j];
          best[j] = Order::better(value, best[j]) ? value : best[j];
        }
      }
    }
  });
}

/** argMax and argMin (x, out int32, outer, count, inner); the first of equals. */
template <class Order>
void argument(Call& call) {
  const int64_t outer = call.size(2), count = call.size(3), inner = call.size(4);
  const float* x = call.floats(0, Call::extent(outer, count, inner));
  int32_t* out = call.ints(1, outer * inner);
  parallelRanges(outer, greatest(1, kGrain / greatest(1, count * inner)), [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      for (int64_t j = 0; j < inner; ++j) {
        const float* column = x + o * count * inner + j;
        int32_t best = 0;
        for (int64_t r = 1; r < count; ++r) {
          if (Order::better(column[r * inner], column[best * inner])) best = static_cast<int32_t>(r);
        }
        out[o * inner + j] = best;
      }
    }
  });
}

float rowMaximum(const float* x, int64_t count) {
  Vector best = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) best = maximum(best, load(x + i));
  float top = maximumLane(best);
  for (; i < count; ++i) top = x[i] > top ? x[i] : top;
  return top;
}

/** Writes e^(x − top) and returns its sum. */
double exponentials(const float* x, float top, int64_t count, float* out) {
  Vector total = {};
  double sum = 0;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Vector value = exponential(load(x + i) - top);
    store(out + i, value);
    total += value;
    if (i % (64 * kLanes) == 63 * kLanes) {
      sum += sumLanes(total);
      total = Vector{};
    }
  }
  sum += sumLanes(total);
  if (i < count) {
    float rest[kLanes];
    store(rest, exponential(loadSome(x + i, count - i) - top));
    for (int64_t j = 0; i + j < count; ++j) {
      out[i + j] = rest[j];
      sum += rest[j];
    }
  }
  return sum;
}

/** softmax(x, out, rows, count) */
void softmax(Call& call) {
  const int64_t rows = call.size(2), count = call.size(3);
  const float* x = call.floats(0, rows * count);
  float* out = call.floats(1, rows * count);
  parallelRanges(rows, greatest(1, kGrain / 4 / greatest(1, count)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      float* to = out + r * count;
      const double sum = exponentials(x + r * count, rowMaximum(x + r * count, count), count, to);
      const float factor = static_cast<float>(1.0 / sum);
      for (int64_t i = 0; i < count; ++i) to[i] *= factor;
    }
  });
}

}  // namespace

void registerReduce(Registry& registry) {
  registry.add("sum", sum);
  registry.add("max", extreme<Largest>);
  registry.add("min", extreme<Smallest>);
  registry.add("argMax", argument<Largest>);
  registry.add("argMin", argument<Smallest>);
  registry.add("softmax", softmax);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
