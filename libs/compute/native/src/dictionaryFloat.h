#pragma once
#include "dictionaryInput.h"
#include "gemm.h"

/* Encoding with float32 scores from the packed matrix product: any instruction set, any data. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kDepth = 256;  // a panel's slice of this depth stays in the first-level cache

/** The weights in panels; lanes past the end have bias -infinity, so that they never pass a floor. */
struct Packed {
  int64_t width, panels;
  float *weights, *bias, *scale, *limit;
  Reach reach;
};

Packed packWeights(const Input& in, const Question& question, const Reach& reach) {
  Packed packed;
  packed.reach = reach;
  packed.width = panelWidth();
  packed.panels = ceilDivide(in.slots, packed.width);
  const int64_t lanes = packed.panels * packed.width;
  float* next = threadScratch(kPackedSlot, lanes * (in.d + 3));
  packed.weights = next;
  packed.bias = next += lanes * in.d;
  packed.scale = next += lanes;
  packed.limit = next += lanes;
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
      packed.bias[slot] = real ? in.bias[feature] : -__builtin_inff();
      packed.scale[slot] = real && in.scale ? in.scale[feature] : 1.0f;
      // Lowered by a few roundings, because the scan adds the row's slack in float32.
      const float limit = real && question.k == 0 ? question.limit(feature) : 0.0f;
      packed.limit[slot] = limit - __builtin_fabsf(limit) * static_cast<float>(4 * kUnit);
    }
  });
  return packed;
}

float slackOf(const Input& in, const Packed& packed, const float* row, bool* huge) {
  const double largest = packed.reach.largest(row, in.d);
  *huge = !(largest < kLargest);
  return floatSlack(in.d, largest);
}

/** scores[rows, width] = x[rows, d] · panel. */
void panelScores(const Input& in, const Packed& packed, const float* x, int64_t rows, int64_t panel, float* scores) {
  const float* weights = packed.weights + panel * packed.width * in.d;
  for (int64_t t = 0; t < in.d || t == 0; t += kDepth) {
    multiplyPacked(View{x + t, rows, least(kDepth, in.d - t), in.d, 1}, weights + t * packed.width, packed.width,
                   Target{scores, packed.width, t > 0, nullptr});
  }
}

/** Calls visit(row, slot of lane 0, mask, scores) for eight slots of which any score reaches floors[row] plus its limit. */
template <int Groups, bool Scaled, class Visit>
inline void scanGroups(const Packed& packed, int64_t panel, int64_t rows, const float* floors, const float* scores,
                       const Visit& visit) {
  const int64_t first = panel * packed.width;
  Float8 bias[Groups], scale[Groups], limit[Groups];
  for (int g = 0; g < Groups; ++g) {
    bias[g] = load8(packed.bias + first + 8 * g);
    scale[g] = load8(packed.scale + first + 8 * g);
    limit[g] = load8(packed.limit + first + 8 * g);
  }
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = scores + r * (8 * Groups);
    const Float8 floor = splat8(floors[r]);
    for (int g = 0; g < Groups; ++g) {
      Float8 score = load8(row + 8 * g) + bias[g];
      if (Scaled) score *= scale[g];
      const uint32_t mask = laneMask(score >= limit[g] + floor);
      if (mask != 0) visit(r, static_cast<int32_t>(first + 8 * g), mask, score);
    }
  }
}

template <int Groups, class Visit>
inline void scanPanels(const Input& in, const Packed& packed, const float* x, int64_t rows, const float* floors, float* scores,
                       const Visit& visit) {
  for (int64_t p = 0; p < packed.panels; ++p) {
    panelScores(in, packed, x, rows, p, scores);
    if (in.scale) scanGroups<Groups, true>(packed, p, rows, floors, scores, visit);
    else scanGroups<Groups, false>(packed, p, rows, floors, scores, visit);
  }
}

template <class Visit>
inline void scanAll(const Input& in, const Packed& packed, const float* x, int64_t rows, const float* floors, float* scores,
                    const Visit& visit) {
  if (packed.width == 8) scanPanels<1>(in, packed, x, rows, floors, scores, visit);
  else if (packed.width == 16) scanPanels<2>(in, packed, x, rows, floors, scores, visit);
  else scanPanels<4>(in, packed, x, rows, floors, scores, visit);
}

void topKChunk(const Input& in, const Packed& packed, const Question& question, const float* x, int64_t rows, Chunk& chunk) {
  const int k = question.k;
  const int capacity = static_cast<int>(ceilDivide(k + 48, 8) * 8);
  const int64_t stateFloats = ceilDivide(rows * static_cast<int64_t>(sizeof(Candidates)), sizeof(float));
  float* scores = threadScratch(kTaskSlot, rows * (packed.width + 2 * capacity + 1) + stateFloats);
  float* heldScores = scores + rows * packed.width;
  int32_t* heldSlots = reinterpret_cast<int32_t*>(heldScores + rows * capacity);
  Candidates* state = reinterpret_cast<Candidates*>(heldSlots + rows * capacity);
  float* floors = heldScores + 2 * rows * capacity + stateFloats;
  for (int64_t r = 0; r < rows; ++r) {
    bool huge = false;
    const float slack = slackOf(in, packed, x + r * in.d, &huge);
    floors[r] = huge ? kNoFloor : question.positive ? -slack : -3.4e38f;
    state[r] = {heldScores + r * capacity, heldSlots + r * capacity, 0, floors[r], slack, huge};
  }
  scanAll(in, packed, x, rows, floors, scores, [&](int64_t r, int32_t slot, uint32_t mask, Float8 score) {
    Candidates& row = state[r];
    if (row.overflow) return;  // its other lanes of this panel were under way
    appendLanes(row, mask, score, slot);
    if (row.count <= capacity - 16) return;
    compact(row, k, 8, capacity - 16);
    if (row.overflow) row.floor = kNoFloor;
    floors[r] = row.floor;
  });
  Entries ranked{};
  for (int64_t r = 0; r < rows; ++r) {
    Candidates& row = state[r];
    if (!row.overflow) compact(row, k, 0, capacity + 8);
    chunk.counts[r] = appendAnswer(in, question, x + r * in.d, row.overflow ? nullptr : row.features, row.overflow ? in.slots : row.count,
                                   ranked, chunk.entries);
  }
  free(ranked.data);
}

void thresholdChunk(const Input& in, const Packed& packed, const Question& question, const float* x, int64_t rows, Chunk& chunk) {
  float* scores = threadScratch(kTaskSlot, rows * (packed.width + 1));
  float* floors = scores + rows * packed.width;
  for (int64_t r = 0; r < rows; ++r) {
    bool huge = false;
    const float slack = slackOf(in, packed, x + r * in.d, &huge);
    floors[r] = huge ? kNoFloor : -slack;
  }
  Hits hits;
  scanAll(in, packed, x, rows, floors, scores, [&](int64_t r, int32_t slot, uint32_t mask, Float8) {
    for (; mask != 0; mask &= mask - 1) hits.push(slot + __builtin_ctz(mask), static_cast<int32_t>(r));
  });
  Entries ranked{};
  hits.eachRow(rows, [&](int64_t r, const int32_t* slots, int64_t count) {
    const bool huge = floors[r] != floors[r];
    chunk.counts[r] = appendAnswer(in, question, x + r * in.d, huge ? nullptr : slots, huge ? in.slots : count, ranked, chunk.entries);
  });
}

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
