// compile with: -ffp-contract=off
#include <cstdlib>

#include "call.h"
#include "dictionarySelect.h"
#include "families.h"
#include "gemm.h"

/*
 * Encoding without the [rows, n] matrix. A feature's value on a row is (x · w + b) · scale by the canonical dot,
 * rounded once. float32 scores, panel by panel, only choose candidates; the canonical dot decides among them. The
 * outcome is that of computing every canonical value, so it depends neither on threads nor on the instruction set.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr double kUnit = 1.0 / (1 << 24);         // float32 rounds by at most this, relatively
constexpr double kLargest = 1e36;                 // beyond, a float32 score might overflow
constexpr int64_t kChunkFloats = 64 << 10;        // rows of one task, sized for the second-level cache
constexpr int64_t kMostChunkRows = 240;
constexpr int64_t kDepth = 256;                   // a panel's slice of this depth stays in the first-level cache
constexpr int64_t kRowMultiple = 12;
constexpr int kPackedSlot = 8, kTaskSlot = 9;
const float kNoFloor = __builtin_nanf("");        // no score reaches it: the row is done from its canonical values

struct Input {
  const float* x;         // [rows, d]
  const float* weights;   // [n, d]
  const float* bias;      // [n]
  const float* scale;     // [n], or null for 1
  const int32_t* subset;  // ascending features to consider, or null for all n
  int64_t rows, d, n, slots;

  int32_t feature(int64_t slot) const { return subset ? subset[slot] : static_cast<int32_t>(slot); }
  float value(const float* row, int32_t feature) const {
    const double value = canonicalDot(row, weights + feature * d, d) + static_cast<double>(bias[feature]);
    return static_cast<float>(scale ? value * static_cast<double>(scale[feature]) : value);
  }
};

/** The weights in panels; lanes past the end have bias -infinity, so that they never pass a floor. */
struct Packed {
  int64_t width, panels;
  float *weights, *bias, *scale, *limit;
  double reach = 0;        // largest ‖w‖ · |scale|
  double offset = 0;       // largest |bias · scale|
  int64_t fault = -1;      // a feature whose numbers are not finite
};

Packed packWeights(const Input& in, const float* threshold) {
  Packed packed;
  packed.width = panelWidth();
  if (packed.width != 8 && packed.width != 16 && packed.width != 32) fail("dictionary encode: panels of %lld", static_cast<long long>(packed.width));
  packed.panels = ceilDivide(in.slots, packed.width);
  const int64_t lanes = packed.panels * packed.width;
  float* next = threadScratch(kPackedSlot, lanes * (in.d + 4));
  packed.weights = next;
  packed.bias = next += lanes * in.d;
  packed.scale = next += lanes;
  packed.limit = next += lanes;
  float* norms = next += lanes;
  parallel(packed.panels, [&](int64_t p) {
    const int64_t first = p * packed.width;
    float* panel = packed.weights + first * in.d;
    const int64_t whole = least(packed.width, in.slots - first);
    if (in.subset) {
      for (int64_t lane = 0; lane < packed.width; ++lane) {
        const float* row = lane < whole ? in.weights + in.subset[first + lane] * in.d : nullptr;
        for (int64_t t = 0; t < in.d; ++t) panel[t * packed.width + lane] = row ? row[t] : 0.0f;
      }
    } else {
      pack(View{in.weights + first * in.d, in.d, whole, 1, in.d}, panel);
    }
    for (int64_t lane = 0; lane < packed.width; ++lane) {
      const int64_t slot = first + lane;
      const bool real = lane < whole;
      const int32_t feature = real ? in.feature(slot) : 0;
      const float* row = in.weights + feature * in.d;
      packed.bias[slot] = real ? in.bias[feature] : -__builtin_inff();
      packed.scale[slot] = real && in.scale ? in.scale[feature] : 1.0f;
      // Lowered by a few roundings, because the scan adds the row's slack in float32.
      const float limit = real && threshold ? threshold[feature] : 0.0f;
      packed.limit[slot] = limit - __builtin_fabsf(limit) * static_cast<float>(4 * kUnit);
      norms[slot] = real ? static_cast<float>(__builtin_sqrt(canonicalDot(row, row, in.d))) : 0.0f;
    }
  });
  for (int64_t slot = 0; slot < in.slots && packed.fault < 0; ++slot) {
    const double scale = __builtin_fabs(packed.scale[slot]);
    const double reach = norms[slot] * 1.000001 * scale, offset = __builtin_fabs(packed.bias[slot]) * scale;
    if (!__builtin_isfinite(reach) || !__builtin_isfinite(offset)) packed.fault = in.feature(slot);
    if (reach > packed.reach) packed.reach = reach;
    if (offset > packed.offset) packed.offset = offset;
  }
  return packed;
}

/** How far a float32 score of this row can be from the canonical value (d + a few roundings of the largest score). */
float slackOf(const Input& in, const Packed& packed, const float* row, bool* huge) {
  const double largest = __builtin_sqrt(canonicalDot(row, row, in.d)) * packed.reach + packed.offset;
  *huge = !(largest < kLargest);
  return static_cast<float>(1.01 * kUnit * static_cast<double>(in.d + 16) * largest);
}

/** scores[rows, width] = x[rows, d] · panel. */
void panelScores(const Input& in, const Packed& packed, const float* x, int64_t rows, int64_t panel, float* scores) {
  const float* weights = packed.weights + panel * packed.width * in.d;
  for (int64_t t = 0; t < in.d || t == 0; t += kDepth) {
    multiplyPacked(View{x + t, rows, least(kDepth, in.d - t), in.d, 1}, weights + t * packed.width, packed.width,
                   Target{scores, packed.width, t > 0, nullptr});
  }
}

inline uint32_t laneMask(Int8 lanes) {
#if defined(__AVX2__)
  return static_cast<uint32_t>(__builtin_ia32_movmskps256(reinterpret_cast<Float8>(lanes)));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 8; ++i) mask |= (static_cast<uint32_t>(lanes[i]) & 1u) << i;
  return mask;
#endif
}

template <int Value>
struct Count {
  static constexpr int value = Value;
};

/** Calls visit(row, slot, score) for every score that reaches floors[row] plus its lane's limit. */
template <int Groups, bool Scaled, class Visit>
inline void scanGroups(const Packed& packed, int64_t panel, int64_t rows, const float* floors, float* scores, const Visit& visit) {
  const int64_t first = panel * packed.width;
  Float8 bias[Groups], scale[Groups], limit[Groups];
  for (int g = 0; g < Groups; ++g) {
    bias[g] = load8(packed.bias + first + 8 * g);
    scale[g] = load8(packed.scale + first + 8 * g);
    limit[g] = load8(packed.limit + first + 8 * g);
  }
  for (int64_t r = 0; r < rows; ++r) {
    float* row = scores + r * (8 * Groups);
    const Float8 floor = splat8(floors[r]);
    Float8 score[Groups];
    uint32_t mask = 0;
    for (int g = 0; g < Groups; ++g) {
      score[g] = load8(row + 8 * g) + bias[g];
      if (Scaled) score[g] *= scale[g];
      mask |= laneMask(score[g] >= limit[g] + floor) << (8 * g);
    }
    if (mask == 0) continue;
    for (int g = 0; g < Groups; ++g) store8(row + 8 * g, score[g]);
    for (; mask != 0; mask &= mask - 1) {
      const int lane = __builtin_ctz(mask);
      visit(r, static_cast<int32_t>(first + lane), row[lane]);
    }
  }
}

template <class Visit>
inline void scan(const Input& in, const Packed& packed, int64_t panel, int64_t rows, const float* floors, float* scores,
                 const Visit& visit) {
  const auto run = [&](auto groups) {
    constexpr int kGroups = decltype(groups)::value;
    if (in.scale) scanGroups<kGroups, true>(packed, panel, rows, floors, scores, visit);
    else scanGroups<kGroups, false>(packed, panel, rows, floors, scores, visit);
  };
  if (packed.width == 8) run(Count<1>{});
  else if (packed.width == 16) run(Count<2>{});
  else run(Count<4>{});
}

/** What one task found: counts[row] entries for each of its rows, one row after the other. */
struct Chunk {
  Entries entries;
  int32_t* counts;
};

/** Appends the canonical values of all features of a row. */
void appendAll(const Input& in, const float* row, Entries& out) {
  for (int64_t slot = 0; slot < in.slots; ++slot) out.push({in.value(row, in.feature(slot)), in.feature(slot)});
}

/** Of the entries from `start` on, keeps those that `keep` wants, in order. */
template <class Keep>
inline void filter(Entries& entries, int64_t start, const Keep& keep) {
  int64_t next = start;
  for (int64_t i = start; i < entries.count; ++i) {
    if (keep(entries.data[i])) entries.data[next++] = entries.data[i];
  }
  entries.count = next;
}

void topKChunk(const Input& in, const Packed& packed, int k, bool positive, int64_t begin, int64_t rows, Chunk& chunk) {
  const int capacity = static_cast<int>(ceilDivide(k + 32, 8) * 8);
  const int64_t stateFloats = ceilDivide(rows * static_cast<int64_t>(sizeof(Candidates)), sizeof(float));
  float* scores = threadScratch(kTaskSlot, rows * (packed.width + 2 * capacity + 1) + stateFloats);
  float* heldScores = scores + rows * packed.width;
  int32_t* heldFeatures = reinterpret_cast<int32_t*>(heldScores + rows * capacity);
  Candidates* state = reinterpret_cast<Candidates*>(heldFeatures + rows * capacity);
  float* floors = heldScores + 2 * rows * capacity + stateFloats;
  const float* x = in.x + begin * in.d;
  for (int64_t r = 0; r < rows; ++r) {
    bool huge = false;
    const float slack = slackOf(in, packed, x + r * in.d, &huge);
    floors[r] = huge ? kNoFloor : positive ? -slack : -3.4e38f;
    state[r] = {heldScores + r * capacity, heldFeatures + r * capacity, 0, floors[r], slack, huge};
  }
  for (int64_t p = 0; p < packed.panels; ++p) {
    panelScores(in, packed, x, rows, p, scores);
    scan(in, packed, p, rows, floors, scores, [&](int64_t r, int32_t slot, float score) {
      Candidates& row = state[r];
      if (!(score >= row.floor)) return;
      row.scores[row.count] = score;
      row.features[row.count++] = slot;
      if (row.count < capacity) return;
      compact(row, k, 8, capacity);
      if (row.overflow) {
        row.floor = kNoFloor;
        row.count = 0;
      }
      floors[r] = row.floor;
    });
  }
  Entries ranked{};
  for (int64_t r = 0; r < rows; ++r) {
    Candidates& row = state[r];
    Entries& out = chunk.entries;
    const int64_t start = out.count;
    if (row.overflow) {
      appendAll(in, x + r * in.d, out);
    } else {
      compact(row, k, 0, capacity);
      for (int i = 0; i < row.count; ++i) {
        const int32_t feature = in.feature(row.features[i]);
        out.push({in.value(x + r * in.d, feature), feature});
      }
    }
    if (out.count - start > k) {
      ranked.count = 0;
      for (int64_t i = start; i < out.count; ++i) ranked.push(out.data[i]);
      const Entry last = entryOfRank(ranked.data, ranked.count, k - 1);
      filter(out, start, [&](const Entry& entry) { return !ahead(last, entry); });
    }
    if (positive) filter(out, start, [](const Entry& entry) { return entry.value > 0; });
    chunk.counts[r] = static_cast<int32_t>(out.count - start);
  }
  free(ranked.data);
}

void thresholdChunk(const Input& in, const Packed& packed, const float* threshold, int64_t begin, int64_t rows, Chunk& chunk) {
  float* scores = threadScratch(kTaskSlot, rows * (packed.width + 1));
  float* floors = scores + rows * packed.width;
  const float* x = in.x + begin * in.d;
  for (int64_t r = 0; r < rows; ++r) {
    bool huge = false;
    const float slack = slackOf(in, packed, x + r * in.d, &huge);
    floors[r] = huge ? kNoFloor : -slack;
  }
  // Hits of all rows in the order of the panels, then counted into rows; a row's features stay ascending.
  Entries hits{};
  for (int64_t r = 0; r < rows; ++r) chunk.counts[r] = 0;
  for (int64_t p = 0; p < packed.panels; ++p) {
    panelScores(in, packed, x, rows, p, scores);
    scan(in, packed, p, rows, floors, scores, [&](int64_t r, int32_t slot, float) {
      hits.push({0.0f, slot});
      hits.push({0.0f, static_cast<int32_t>(r)});
      ++chunk.counts[r];
    });
  }
  int64_t* cursor = static_cast<int64_t*>(malloc(static_cast<size_t>(rows + 1) * sizeof(int64_t)));
  int32_t* slots = static_cast<int32_t*>(malloc(static_cast<size_t>(hits.count / 2 + 1) * sizeof(int32_t)));
  if (!cursor || !slots) abort();
  cursor[0] = 0;
  for (int64_t r = 0; r < rows; ++r) cursor[r + 1] = cursor[r] + chunk.counts[r];
  for (int64_t i = 0; i < hits.count; i += 2) slots[cursor[hits.data[i + 1].feature]++] = hits.data[i].feature;
  int64_t next = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * in.d;
    Entries& out = chunk.entries;
    const int64_t start = out.count;
    if (floors[r] != floors[r]) appendAll(in, row, out);
    for (; next < cursor[r]; ++next) {
      const int32_t feature = in.feature(slots[next]);
      out.push({in.value(row, feature), feature});
    }
    filter(out, start, [&](const Entry& entry) { return entry.value > (threshold ? threshold[entry.feature] : 0.0f); });
    chunk.counts[r] = static_cast<int32_t>(out.count - start);
  }
  free(hits.data);
  free(cursor);
  free(slots);
}

/** The last encoding of this thread, until it is taken. */
struct Held {
  int64_t rows = 0, entries = 0, tasks = 0, rowsPerTask = 0;
  Chunk* chunks = nullptr;
  int32_t* counts = nullptr;

  void release() {
    for (int64_t i = 0; i < tasks; ++i) free(chunks[i].entries.data);
    free(chunks);
    free(counts);
    *this = Held{0, 0, 0, 0, nullptr, nullptr};
  }
};
thread_local Held held;

/** Rows per task: few enough to stay in cache, and as many tasks as the threads share evenly. */
int64_t rowsPerTask(const Input& in) {
  const int64_t limit = greatest(kRowMultiple, least(kMostChunkRows, kChunkFloats / greatest(1, in.d)));
  const int64_t tasks = ceilDivide(in.rows, limit * threads()) * threads();
  return ceilDivide(ceilDivide(in.rows, greatest(1, tasks)), kRowMultiple) * kRowMultiple;
}

/** Runs `encode(packed, begin, rows, chunk)` over the rows; fault[0] = 1 (a row of x) or 2 (a feature), fault[1] = which. */
template <class Encode>
void encodeRows(Call& call, const Input& in, const float* threshold, int32_t* fault, const Encode& encode) {
  held.release();
  fault[0] = fault[1] = 0;
  const Packed packed = packWeights(in, threshold);
  if (packed.fault >= 0) {
    fault[0] = 2;
    fault[1] = static_cast<int32_t>(packed.fault);
    return call.returns(0);
  }
  Held result;
  result.rows = in.rows;
  result.rowsPerTask = greatest(1, rowsPerTask(in));
  result.tasks = ceilDivide(in.rows, result.rowsPerTask);
  result.chunks = static_cast<Chunk*>(calloc(static_cast<size_t>(result.tasks) + 1, sizeof(Chunk)));
  result.counts = static_cast<int32_t*>(calloc(static_cast<size_t>(in.rows) + 1, sizeof(int32_t)));
  if (!result.chunks || !result.counts) abort();
  int32_t badRow = -1;
  parallel(result.tasks, [&](int64_t task) {
    const int64_t begin = task * result.rowsPerTask, rows = least(result.rowsPerTask, in.rows - begin);
    for (int64_t r = begin; r < begin + rows; ++r) {
      if (__builtin_isfinite(canonicalDot(in.x + r * in.d, in.x + r * in.d, in.d))) continue;
      __atomic_store_n(&badRow, static_cast<int32_t>(r), __ATOMIC_RELAXED);
      return;
    }
    result.chunks[task].counts = result.counts + begin;
    encode(packed, begin, rows, result.chunks[task]);
  });
  for (int64_t i = 0; i < result.tasks; ++i) result.entries += result.chunks[i].entries.count;
  held = result;
  if (badRow >= 0) {
    held.release();
    fault[0] = 1;
    fault[1] = badRow;
  }
  call.returns(static_cast<double>(held.entries));
}

/** Arguments 0–7: x, weights, bias, scale | null, subset | null, rows, d, n. */
Input inputOf(Call& call) {
  Input in;
  in.rows = call.size(5);
  in.d = call.size(6);
  in.n = call.size(7);
  in.x = call.floats(0, in.rows * in.d);
  in.weights = call.floats(1, in.n * in.d);
  in.bias = call.floats(2, in.n);
  in.scale = call.floatsOrNull(3, in.n);
  in.subset = nullptr;
  in.slots = in.n;
  if (call.isInts(4)) {
    in.slots = call.length(4);
    in.subset = call.ints(4, in.slots);
    for (int64_t i = 0; i < in.slots; ++i) {
      if (in.subset[i] < (i ? in.subset[i - 1] + 1 : 0) || in.subset[i] >= in.n) {
        fail("dictionary encode: subset[%lld] is %d; features must ascend below %lld", static_cast<long long>(i), in.subset[i],
             static_cast<long long>(in.n));
      }
    }
  }
  return in;
}

/** dictionaryEncodeTopK(…input, k, positive, fault): entries found; the k largest values a row, ties to the lower feature. */
void encodeTopK(Call& call) {
  const Input in = inputOf(call);
  const int64_t k = call.size(8);
  const bool positive = call.flag(9);
  int32_t* fault = call.ints(10, 2);
  if (k < 1 || k > in.n) fail("dictionaryEncodeTopK: k is %lld, expected 1 to %lld", static_cast<long long>(k), static_cast<long long>(in.n));
  const int most = static_cast<int>(k);
  encodeRows(call, in, nullptr, fault, [&](const Packed& packed, int64_t begin, int64_t rows, Chunk& chunk) {
    topKChunk(in, packed, most, positive, begin, rows, chunk);
  });
}

/** dictionaryEncodeThreshold(…input, threshold | null, fault): entries found; every value above its threshold (null: 0). */
void encodeThreshold(Call& call) {
  const Input in = inputOf(call);
  const float* threshold = call.floatsOrNull(8, in.n);
  int32_t* fault = call.ints(9, 2);
  encodeRows(call, in, threshold, fault, [&](const Packed& packed, int64_t begin, int64_t rows, Chunk& chunk) {
    thresholdChunk(in, packed, threshold, begin, rows, chunk);
  });
}

/** dictionaryTakeCodes(offsets[rows + 1], features, values): copies the last encoding out and frees it. */
void takeCodes(Call& call) {
  int32_t* offsets = call.ints(0, held.rows + 1);
  int32_t* features = call.ints(1, held.entries);
  float* values = call.floats(2, held.entries);
  offsets[0] = 0;
  for (int64_t r = 0; r < held.rows; ++r) offsets[r + 1] = offsets[r] + held.counts[r];
  for (int64_t task = 0; task < held.tasks; ++task) {
    const Entries& entries = held.chunks[task].entries;
    for (int64_t i = 0; i < entries.count; ++i) {
      *features++ = entries.data[i].feature;
      *values++ = entries.data[i].value;
    }
  }
  held.release();
}

}  // namespace

void registerDictionaryEncode(Registry& registry) {
  registry.add("dictionaryEncodeTopK", encodeTopK);
  registry.add("dictionaryEncodeThreshold", encodeThreshold);
  registry.add("dictionaryTakeCodes", takeCodes);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
