#pragma once
#include "dictionarySelect.h"

namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr double kUnit = 1.0 / (1 << 24);  // float32 rounds by at most this, relatively
constexpr double kLargest = 1e36;          // beyond, a float32 score might overflow
constexpr int kPackedSlot = 8, kTaskSlot = 9, kRowsSlot = 10, kRotationSlot = 11;
const float kNoFloor = __builtin_nanf("");  // no score reaches it

/** A batch to encode. A feature's value on a row is (x · w + b) · scale by the canonical dot, rounded once. */
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

  /** The same in float32, within floatSlack of it. */
  float score(const float* row, int32_t feature) const {
    const float score = laneDot(row, weights + feature * d, d) + bias[feature];
    return scale ? score * scale[feature] : score;
  }
};

/** Asks for a weight row ahead of its use: candidates lie anywhere in the matrix. */
inline void prefetchRow(const Input& in, int32_t feature) {
  const float* row = in.weights + feature * in.d;
  for (int64_t t = 0; t < in.d; t += 16) __builtin_prefetch(row + t);
}

/** What is asked of each row: its k largest values (k > 0), or all above their thresholds ([n], null for 0). */
struct Question {
  int k;
  bool positive;  // with k: only values above 0
  const float* threshold;

  float limit(int32_t feature) const { return threshold ? threshold[feature] : 0.0f; }
};

/** Bounds over all slots, and the first feature whose numbers are not finite (-1: none). */
struct Reach {
  double length = 0;  // largest ‖w‖ · |scale|
  double offset = 0;  // largest |bias · scale|
  int64_t fault = -1;

  /** Bounds the size of every score of this row. */
  double largest(const float* row, int64_t d) const { return __builtin_sqrt(canonicalDot(row, row, d)) * length + offset; }
};

Reach reachOf(const Input& in) {
  float* lengths = threadScratch(kPackedSlot, 2 * in.slots);
  float* offsets = lengths + in.slots;
  parallelRanges(in.slots, greatest(1, kGrain / greatest(1, in.d)), [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot) {
      const int32_t feature = in.feature(slot);
      const float* row = in.weights + feature * in.d;
      const float scale = in.scale ? __builtin_fabsf(in.scale[feature]) : 1.0f;
      lengths[slot] = static_cast<float>(__builtin_sqrt(canonicalDot(row, row, in.d)) * scale);
      offsets[slot] = __builtin_fabsf(in.bias[feature]) * scale;
    }
  });
  Reach reach;
  for (int64_t slot = 0; slot < in.slots && reach.fault < 0; ++slot) {
    const double length = lengths[slot] * 1.000001, offset = offsets[slot];
    if (!__builtin_isfinite(length) || !__builtin_isfinite(offset)) reach.fault = in.feature(slot);
    if (length > reach.length) reach.length = length;
    if (offset > reach.offset) reach.offset = offset;
  }
  return reach;
}

/** How far a float32 score can be from the canonical value, when `largest` bounds the size of every score of the row. */
inline float floatSlack(int64_t d, double largest) { return static_cast<float>(1.01 * kUnit * static_cast<double>(d + 16) * largest); }

/** What one task found: counts[row] entries for each of its rows, one row after the other; -1 for a row left to others. */
struct Chunk {
  Entries entries;
  int32_t* counts;
};

/** Of the entries from `start` on, keeps those that `keep` wants, in order. */
template <class Keep>
inline void filter(Entries& entries, int64_t start, const Keep& keep) {
  int64_t next = start;
  for (int64_t i = start; i < entries.count; ++i) {
    if (keep(entries.data[i])) entries.data[next++] = entries.data[i];
  }
  entries.count = next;
}

/** Of a row's canonical values from `start` on, ascending by feature, keeps the answer; returns its length. */
inline int32_t keepAnswer(const Question& question, int64_t start, Entries& ranked, Entries& out) {
  if (question.k == 0) {
    filter(out, start, [&](const Entry& entry) { return entry.value > question.limit(entry.feature); });
  } else {
    if (out.count - start > question.k) {
      ranked.count = 0;
      for (int64_t i = start; i < out.count; ++i) ranked.push(out.data[i]);
      const Entry last = entryOfRank(ranked.data, ranked.count, question.k - 1);
      filter(out, start, [&](const Entry& entry) { return !ahead(last, entry); });
    }
    if (question.positive) filter(out, start, [](const Entry& entry) { return entry.value > 0; });
  }
  return static_cast<int32_t>(out.count - start);
}

/** The answer for one row among `count` candidate slots, ascending; among all when `slots` is null. */
inline int32_t appendAnswer(const Input& in, const Question& question, const float* row, const int32_t* slots, int64_t count,
                            Entries& ranked, Entries& out) {
  const int64_t start = out.count;
  for (int64_t i = 0; i < count; ++i) {
    const int32_t feature = in.feature(slots ? slots[i] : i);
    if (slots && i + 1 < count) prefetchRow(in, in.feature(slots[i + 1]));
    out.push({in.value(row, feature), feature});
  }
  return keepAnswer(question, start, ranked, out);
}

/** Slots that may answer a threshold question, for all rows of a chunk, as they come; sorted into rows at the end. */
struct Hits {
  int32_t* pairs = nullptr;  // slot, row
  int64_t count = 0, capacity = 0;

  void push(int32_t slot, int32_t row) {
    if (count + 2 > capacity) {
      capacity = capacity < 2048 ? 4096 : capacity * 2;
      pairs = static_cast<int32_t*>(realloc(pairs, static_cast<size_t>(capacity) * sizeof(int32_t)));
      if (!pairs) abort();
    }
    pairs[count++] = slot;
    pairs[count++] = row;
  }

  /** Calls visit(row, slots, count) for rows 0 … rows − 1; a row's slots come in the order they were pushed. */
  template <class Visit>
  void eachRow(int64_t rows, const Visit& visit) {
    int64_t* ends = static_cast<int64_t*>(calloc(static_cast<size_t>(rows) + 1, sizeof(int64_t)));
    int32_t* slots = static_cast<int32_t*>(malloc(static_cast<size_t>(count / 2 + 1) * sizeof(int32_t)));
    if (!ends || !slots) abort();
    for (int64_t i = 0; i < count; i += 2) ++ends[pairs[i + 1] + 1];
    for (int64_t r = 0; r < rows; ++r) ends[r + 1] += ends[r];
    for (int64_t i = 0; i < count; i += 2) slots[ends[pairs[i + 1]]++] = pairs[i];
    for (int64_t r = 0, next = 0; r < rows; next = ends[r++]) visit(r, slots + next, ends[r] - next);
    free(ends);
    free(slots);
    free(pairs);
  }
};

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
