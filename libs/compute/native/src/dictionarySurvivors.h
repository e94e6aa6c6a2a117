#pragma once
#include "dictionaryScreen.h"

/* What the screen lets through: bounds of scores, sharpened by float32 scores where that decides. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

#if defined(__AVX2__)

/** Survivors of a row: bounds of their scores, in ascending slot order. */
struct Survivors {
  float *lower, *upper;
  int32_t* slots;
  int count;
  int refresh;  // count at which the floor is raised next
  float floor;
  bool overflow;
};

/** Appends the lanes of the mask at `at`; writes eight whatever their number, which is returned. */
inline int packLanes(Survivors& row, int at, uint32_t mask, Float8 lower, Float8 upper, Int8 slots) {
  const Int8 order = orderOf(mask);
  store8(row.lower + at, __builtin_shuffle(lower, order));
  store8(row.upper + at, __builtin_shuffle(upper, order));
  storeInts8(row.slots + at, __builtin_shuffle(slots, order));
  return __builtin_popcount(mask);
}

/** Raises the floor to about the k-th largest lower bound and drops whose upper bound does not reach it. */
void dropHopeless(Survivors& row, int k, int capacity) {
  const int count = row.count;
  if (count <= k) return;
  const float low = reachedByAbout(row.lower, count, k, 0);
  if (low > row.floor) row.floor = low;
  for (int i = count; i % 8 != 0; ++i) row.upper[i] = -__builtin_inff();
  int next = 0;
  for (int i = 0; i < count; i += 8) {
    const Float8 upper = load8(row.upper + i);
    next += packLanes(row, next, laneMask(upper >= splat8(row.floor)), load8(row.lower + i), upper, loadInts8(row.slots + i));
  }
  row.count = next;
  row.refresh = static_cast<int>(least(capacity - 16, next + greatest(48, next / 2)));
  row.overflow = next > capacity - 64;
}

/** A row of activations with how far its float32 scores may be off, and room for `capacity` numbers and places. */
struct Scorer {
  const Input& in;
  const float* x;
  float slack;
  float* centres;
  int32_t* places;

  /** Bounds of this width come from a float32 score. */
  bool scored(const Survivors& row, int i) const { return row.upper[i] - row.lower[i] <= 2.1f * slack; }

  /** Replaces the bounds at `count` places by those of float32 scores. */
  void sharpen(Survivors& row, int count) const {
    for (int i = 0; i < count; ++i) {
      if (i + 1 < count) prefetchRow(in, in.feature(row.slots[places[i + 1]]));
      const float score = in.score(x, in.feature(row.slots[places[i]]));
      row.lower[places[i]] = score - slack;
      row.upper[places[i]] = score + slack;
    }
  }

  /**
   * Sharpens about the k most promising. The screen's bounds are those of the worst case, some twenty times what its error
   * usually is: a floor from float32 scores leaves a third of the survivors.
   */
  void sharpenBest(Survivors& row, int k) const {
    if (row.count <= k) return;
    for (int i = 0; i < row.count; ++i) centres[i] = row.lower[i] + row.upper[i];
    const float promising = reachedByAbout(centres, row.count, k, 2);
    int count = 0;
    for (int i = 0; i < row.count; ++i) {
      places[count] = i;
      count += centres[i] >= promising && !scored(row, i);
    }
    sharpen(row, count);
  }

  void sharpenAll(Survivors& row) const {
    int count = 0;
    for (int i = 0; i < row.count; ++i) {
      places[count] = i;
      count += !scored(row, i);
    }
    sharpen(row, count);
  }
};

#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
