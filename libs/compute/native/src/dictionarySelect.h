#pragma once
#include <cstdlib>

#include "dictionaryLanes.h"

/*
 * Selection of a row's features while their float32 scores stream by. A score is within `slack` of the canonical
 * value, so a feature is out once its score is more than two slacks below a score that k others reach.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

#if defined(__AVX2__)
typedef uint8_t Order8 __attribute__((vector_size(8)));

/** For each mask of eight lanes, the lanes it names, in order. */
struct LaneOrders {
  uint8_t lanes[256][8] = {};
  constexpr LaneOrders() {
    for (int mask = 0; mask < 256; ++mask) {
      int next = 0;
      for (int lane = 0; lane < 8; ++lane) {
        if (mask >> lane & 1) lanes[mask][next++] = static_cast<uint8_t>(lane);
      }
    }
  }
};
constexpr LaneOrders kLaneOrders;

inline Int8 orderOf(uint32_t mask) {
  Order8 order;
  __builtin_memcpy(&order, kLaneOrders.lanes[mask], sizeof order);
  return __builtin_convertvector(order, Int8);
}

inline Int8 loadInts8(const int32_t* from) {
  Int8 value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

inline void storeInts8(int32_t* to, Int8 value) { __builtin_memcpy(to, &value, sizeof value); }
#endif

inline uint32_t laneMask(Int8 lanes) {
#if defined(__AVX2__)
  return static_cast<uint32_t>(__builtin_ia32_movmskps256(reinterpret_cast<Float8>(lanes)));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 8; ++i) mask |= (static_cast<uint32_t>(lanes[i]) & 1u) << i;
  return mask;
#endif
}

/** What may still be among the k best of a row, in ascending feature order. */
struct Candidates {
  float* scores;  // room for `capacity`, a multiple of 8
  int32_t* features;
  int count;
  float floor;  // scores below are out
  float slack;
  bool overflow;  // more near-ties than fit: the row is done from all its canonical values
};

inline int countReaching(const float* scores, int count, float limit) {
  Int8 found{};
  const Float8 bound = splat8(limit);
  for (int i = 0; i < count; i += 8) found -= load8(scores + i) >= bound;
  return ((found[0] + found[1]) + (found[2] + found[3])) + ((found[4] + found[5]) + (found[6] + found[7]));
}

/** Appends the lanes of the mask; writes eight whatever their number. */
inline void appendLanes(Candidates& row, uint32_t mask, Float8 scores, int32_t firstFeature) {
#if defined(__AVX2__)
  const Int8 order = orderOf(mask);
  store8(row.scores + row.count, __builtin_shuffle(scores, order));
  storeInts8(row.features + row.count, order + firstFeature);
  row.count += __builtin_popcount(mask);
#else
  for (; mask != 0; mask &= mask - 1) {
    const int lane = __builtin_ctz(mask);
    row.scores[row.count] = scores[lane];
    row.features[row.count++] = firstFeature + lane;
  }
#endif
}

/**
 * A value that at least k of the scores reach, by bisection; at most k + spare where the scores allow. The array has room
 * for a multiple of 8, and count > k.
 */
inline float reachedByAbout(float* scores, int count, int k, int spare) {
  // Repeats of the last score fill the last eight, so that they change neither bound; then they must not count.
  for (int i = count; i % 8 != 0; ++i) scores[i] = scores[count - 1];
  Float8 lows = load8(scores), highs = lows;
  for (int i = 8; i < count; i += 8) {
    const Float8 eight = load8(scores + i);
    lows = eight < lows ? eight : lows;
    highs = eight > highs ? eight : highs;
  }
  float low = lows[0], high = highs[0];
  for (int i = 1; i < 8; ++i) {
    low = lows[i] < low ? lows[i] : low;
    high = highs[i] > high ? highs[i] : high;
  }
  for (int i = count; i % 8 != 0; ++i) scores[i] = -__builtin_inff();
  int reaching = count;
  for (int step = 0; step < 24 && reaching > k + spare; ++step) {
    const float middle = 0.5f * low + 0.5f * high;
    const int found = countReaching(scores, count, middle);
    if (found >= k) {
      low = middle;
      reaching = found;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Raises the floor until about k scores reach it, and drops what cannot be among the k best. */
inline void compact(Candidates& row, int k, int spare, int capacity) {
  const int count = row.count;
  if (count <= k) return;
  const float floor = reachedByAbout(row.scores, count, k, spare) - 2 * row.slack;
  if (floor > row.floor) row.floor = floor;
  int next = 0;
#if defined(__AVX2__)
  for (int i = 0; i < count; i += 8) {
    const Float8 scores = load8(row.scores + i);
    const Int8 features = loadInts8(row.features + i);
    const uint32_t mask = laneMask(scores >= splat8(row.floor));
    const Int8 order = orderOf(mask);
    store8(row.scores + next, __builtin_shuffle(scores, order));
    storeInts8(row.features + next, __builtin_shuffle(features, order));
    next += __builtin_popcount(mask);
  }
#else
  for (int i = 0; i < count; ++i) {
    const float score = row.scores[i];
    row.scores[next] = score;
    row.features[next] = row.features[i];
    next += score >= row.floor;
  }
#endif
  row.count = next;
  row.overflow = next >= capacity - 1;
}

struct Entry {
  float value;
  int32_t feature;
};

/** The order that decides: larger value first, then lower feature. */
inline bool ahead(const Entry& a, const Entry& b) { return a.value > b.value || (a.value == b.value && a.feature < b.feature); }

/** A growing array. Memory is the owner's to release. */
struct Entries {
  Entry* data;
  int64_t count;
  int64_t capacity;

  void push(Entry entry) {
    if (count == capacity) {
      capacity = capacity < 512 ? 1024 : capacity * 2;
      data = static_cast<Entry*>(realloc(data, static_cast<size_t>(capacity) * sizeof(Entry)));
      if (!data) abort();
    }
    data[count++] = entry;
  }
};

/** The entry with exactly `rank` others ahead of it (Hoare's quickselect; the order is total, so the answer is unique). */
inline Entry entryOfRank(Entry* entries, int64_t count, int64_t rank) {
  int64_t left = 0, right = count - 1;
  while (left < right) {
    const Entry pivot = entries[left + (right - left) / 2];
    int64_t i = left, j = right;
    while (i <= j) {
      while (ahead(entries[i], pivot)) ++i;
      while (ahead(pivot, entries[j])) --j;
      if (i > j) break;
      const Entry held = entries[i];
      entries[i++] = entries[j];
      entries[j--] = held;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return entries[rank];
}

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
