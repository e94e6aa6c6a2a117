#include "call.h"
#include "families.h"
#include "gemm.h"

/*
 * Causal grouped-query attention. A task takes a block of queries of one head and keeps their scores in scratch,
 * so that [batch, heads, queries, keys] is never stored; the backward pass computes the probabilities again, which
 * costs less than keeping them (Dao et al. 2022, without the online softmax: a row of scores fits in cache).
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kQueries = 64;
constexpr int64_t kMaxGroup = 256;

struct Shape {
  int64_t batch, queries, keys, heads, keyHeads, width;
  /** Query t sees keys ≤ t + offset, and of those the last `window` where it is positive. */
  int64_t offset, window;
  float scale, softcap;
  const int32_t* keyMask;

  int64_t group() const { return heads / keyHeads; }
  int64_t queryStride() const { return heads * width; }
  int64_t keyStride() const { return keyHeads * width; }
  int64_t queryAt(int64_t b, int64_t t, int64_t head) const { return ((b * queries + t) * heads + head) * width; }
  int64_t keyAt(int64_t b, int64_t s, int64_t head) const { return ((b * keys + s) * keyHeads + head) * width; }
  int64_t lastKey(int64_t t) const { return greatest(0, least(keys, t + offset + 1)); }
  int64_t firstKey(int64_t t) const { return window > 0 ? greatest(0, t + offset + 1 - window) : 0; }
};

/** Arguments from `index` on: batch, queries, keys, heads, keyHeads, width, offset, window, scale, softcap, keyMask. */
Shape readShape(Call& call, int index) {
  Shape s = {};
  s.batch = call.size(index);
  s.queries = call.size(index + 1);
  s.keys = call.size(index + 2);
  s.heads = call.size(index + 3);
  s.keyHeads = call.size(index + 4);
  s.width = call.size(index + 5);
  s.offset = call.integer(index + 6);
  s.window = call.size(index + 7);
  s.scale = static_cast<float>(call.number(index + 8));
  s.softcap = static_cast<float>(call.number(index + 9));
  s.keyMask = call.intsOrNull(index + 10, s.batch * s.keys);
  if (s.keyHeads < 1 || s.heads % s.keyHeads != 0) {
    fail("attention: %lld query heads cannot share %lld key heads", (long long)s.heads, (long long)s.keyHeads);
  }
  if (!(s.scale > 0)) fail("attention: scale %g, expected a positive number", static_cast<double>(s.scale));
  if (s.group() > kMaxGroup) fail("attention: %lld query heads share a key head, at most 256 may", (long long)s.group());
  return s;
}

/** Rows of queries that share one key head. `step` is 0 where all rows stand at one position (heads of a group). */
struct Block {
  int64_t b, keyHead, firstQuery, rows, step;
  int64_t firstKey, keys;
  /** Floats from one row of scores to the next: `keys` rounded up to whole registers. */
  int64_t stride;
  int64_t query(int64_t row) const { return firstQuery + row * step; }
  void see(const Shape& s) {
    firstKey = s.firstKey(firstQuery);
    keys = greatest(0, s.lastKey(query(rows - 1)) - firstKey);
    stride = greatest(1, ceilDivide(keys, kLanes)) * kLanes;
  }
};

/**
 * Turns a row of raw products into unnormalised probabilities in place; returns their sum, 0 where nothing is
 * visible. Rows are `block.stride` long, whole registers, so that no loop has a remainder.
 */
float probabilities(const Shape& s, const Block& block, int64_t row, float* __restrict x) {
  const int64_t t = block.query(row);
  const int64_t first = greatest(s.firstKey(t), block.firstKey) - block.firstKey;
  const int64_t last = greatest(first, s.lastKey(t) - block.firstKey);
  const int64_t begin = first / kLanes * kLanes, end = ceilDivide(last, kLanes) * kLanes;
  if (s.softcap > 0) {
    const float inner = s.scale / s.softcap, outer = s.softcap;
    for (int64_t j = begin; j < end; j += kLanes) store(x + j, hyperbolicTangent(load(x + j) * inner) * outer);
  }
  for (int64_t j = begin; j < first; ++j) x[j] = -__builtin_inff();
  for (int64_t j = last; j < end; ++j) x[j] = -__builtin_inff();
  if (s.keyMask) {
    const int32_t* __restrict mask = s.keyMask + block.b * s.keys + block.firstKey;
    for (int64_t j = first; j < last; ++j) x[j] = mask[j] ? x[j] : -__builtin_inff();
  }
  Vector best = splat(-__builtin_inff());
  for (int64_t j = begin; j < end; j += kLanes) best = maximum(best, load(x + j));
  const float top = maximumLane(best);
  if (top == -__builtin_inff()) {
    for (int64_t j = 0; j < block.stride; ++j) x[j] = 0;
    return 0;
  }
  // A positive scale does not change which score is the largest, so it can wait for the exponent.
  const float scale = s.softcap > 0 ? 1.0f : s.scale;
  Vector total = {};
  for (int64_t j = begin; j < end; j += kLanes) {
    const Vector value = exponential((load(x + j) - top) * scale);
    store(x + j, value);
    total += value;
  }
  for (int64_t j = 0; j < begin; ++j) x[j] = 0;
  for (int64_t j = end; j < block.stride; ++j) x[j] = 0;
  return sumLanes(total);
}

View rowsOf(const float* data, int64_t rows, int64_t cols, int64_t stride) { return View{data, rows, cols, stride, 1}; }
View columnsOf(const float* data, int64_t rows, int64_t cols, int64_t stride) { return View{data, rows, cols, 1, stride}; }

/** attention(q, k, v, out, shape…) */
void attention(Call& call) {
  const Shape s = readShape(call, 4);
  const float* q = call.floats(0, Call::extent(s.batch, s.queries, s.heads, s.width));
  const float* k = call.floats(1, Call::extent(s.batch, s.keys, s.keyHeads, s.width));
  const float* v = call.floats(2, Call::extent(s.batch, s.keys, s.keyHeads, s.width));
  float* out = call.floats(3, Call::extent(s.batch, s.queries, s.heads, s.width));
  // One new token: the heads of a group become the rows, so that each key is read once.
  const bool decode = s.queries == 1;
  const int64_t rowSets = decode ? s.keyHeads : s.heads;
  const int64_t blocks = decode ? 1 : ceilDivide(s.queries, kQueries);
  parallel(s.batch * rowSets * blocks, [&](int64_t task) {
    const int64_t head = task / blocks % rowSets * (decode ? s.group() : 1);
    Block block = {};
    block.b = task / blocks / rowSets;
    block.keyHead = head / s.group();
    block.firstQuery = task % blocks * kQueries;
    block.rows = decode ? s.group() : least(kQueries, s.queries - block.firstQuery);
    block.step = decode ? 0 : 1;
    block.see(s);
    const int64_t rowStride = decode ? s.width : s.queryStride();
    const int64_t at = s.queryAt(block.b, block.firstQuery, head);
    float* scores = threadScratch(5, block.rows * block.stride);
    const float* keys = k + s.keyAt(block.b, block.firstKey, block.keyHead);
    const float* values = v + s.keyAt(block.b, block.firstKey, block.keyHead);
    multiplyAlone(rowsOf(q + at, block.rows, s.width, rowStride),
                  columnsOf(keys, s.width, block.keys, s.keyStride()), Target{scores, block.stride, false, nullptr});
    float sums[kMaxGroup];
    for (int64_t r = 0; r < block.rows; ++r) sums[r] = probabilities(s, block, r, scores + r * block.stride);
    multiplyAlone(rowsOf(scores, block.rows, block.keys, block.stride),
                  rowsOf(values, block.keys, s.width, s.keyStride()), Target{out + at, rowStride, false, nullptr});
    for (int64_t r = 0; r < block.rows; ++r) {
      float* row = out + at + r * rowStride;
      const float factor = sums[r] > 0 ? 1.0f / sums[r] : 0.0f;
      for (int64_t i = 0; i < s.width; ++i) row[i] *= factor;
    }
  });
}

/** dS from P and dP, in place of dP: P·(dP − Σ P·dP), times the slope of scale and softcap. */
void scoreGradients(const Shape& s, const float* __restrict p, const float* raw, float* __restrict dp, int64_t count) {
  const float mean = dot(p, dp, count);
  const float scale = s.scale;
  if (s.softcap > 0) {
    const float inner = s.scale / s.softcap;
    for (int64_t j = 0; j < count; j += kLanes) {
      const int64_t n = least(kLanes, count - j);
      const Vector t = hyperbolicTangent(loadSome(raw + j, n) * inner);
      storeSome(dp + j, loadSome(p + j, n) * (loadSome(dp + j, n) - mean) * scale * (1.0f - t * t), n);
    }
  } else {
    for (int64_t j = 0; j < count; ++j) dp[j] = p[j] * (dp[j] - mean) * scale;
  }
}

/** attentionGradient(q, k, v, dOut, dQ, dK, dV, shape…) */
void attentionGradient(Call& call) {
  const Shape s = readShape(call, 7);
  const int64_t queryFloats = Call::extent(s.batch, s.queries, s.heads, s.width);
  const int64_t keyFloats = Call::extent(s.batch, s.keys, s.keyHeads, s.width);
  const float* q = call.floats(0, queryFloats);
  const float* k = call.floats(1, keyFloats);
  const float* v = call.floats(2, keyFloats);
  const float* dOut = call.floats(3, queryFloats);
  float* dQ = call.floats(4, queryFloats);
  float* dK = call.floats(5, keyFloats);
  float* dV = call.floats(6, keyFloats);
  // A key head of one row of the batch owns its dK and dV; all query heads that share it are summed here in order.
  parallel(s.batch * s.keyHeads, [&](int64_t task) {
    Block block = {};
    block.b = task / s.keyHeads;
    block.keyHead = task % s.keyHeads;
    block.step = 1;
    for (int64_t key = 0; key < s.keys; ++key) {
      const int64_t at = s.keyAt(block.b, key, block.keyHead);
      for (int64_t i = 0; i < s.width; ++i) dK[at + i] = dV[at + i] = 0;
    }
    for (int64_t head = block.keyHead * s.group(); head < (block.keyHead + 1) * s.group(); ++head) {
      for (int64_t first = 0; first < s.queries; first += kQueries) {
        block.firstQuery = first;
        block.rows = least(kQueries, s.queries - first);
        block.see(s);
        const int64_t count = block.keys, stride = block.stride, size = block.rows * stride;
        float* p = threadScratch(5, size);
        float* dp = threadScratch(6, size);
        float* raw = s.softcap > 0 ? threadScratch(7, size) : p;
        const int64_t at = s.queryAt(block.b, first, head);
        const int64_t keyAt = s.keyAt(block.b, block.firstKey, block.keyHead);
        const View queries = rowsOf(q + at, block.rows, s.width, s.queryStride());
        const View changes = rowsOf(dOut + at, block.rows, s.width, s.queryStride());
        multiplyAlone(queries, columnsOf(k + keyAt, s.width, count, s.keyStride()), Target{p, stride, false, nullptr});
        multiplyAlone(changes, columnsOf(v + keyAt, s.width, count, s.keyStride()), Target{dp, stride, false, nullptr});
        if (s.softcap > 0) __builtin_memcpy(raw, p, static_cast<size_t>(size) * sizeof(float));
        for (int64_t r = 0; r < block.rows; ++r) {
          float* row = p + r * stride;
          const float sum = probabilities(s, block, r, row);
          const float factor = sum > 0 ? 1.0f / sum : 0.0f;
          for (int64_t j = 0; j < count; ++j) row[j] *= factor;
          scoreGradients(s, row, raw + r * stride, dp + r * stride, count);
        }
        const Target toKeys{dK + keyAt, s.keyStride(), true, nullptr};
        const Target toValues{dV + keyAt, s.keyStride(), true, nullptr};
        multiplyAlone(rowsOf(dp, block.rows, count, stride), rowsOf(k + keyAt, count, s.width, s.keyStride()),
                      Target{dQ + at, s.queryStride(), false, nullptr});
        multiplyAlone(columnsOf(dp, count, block.rows, stride), queries, toKeys);
        multiplyAlone(columnsOf(p, count, block.rows, stride), changes, toValues);
      }
    }
  });
}

}  // namespace

void registerAttention(Registry& registry) {
  registry.add("attention", attention);
  registry.add("attentionGradient", attentionGradient);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
