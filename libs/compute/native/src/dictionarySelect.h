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

/** Raises the floor by bisection until at most k + spare scores reach it, where scores allow, and drops the rest. */
inline void compact(Candidates& row, int k, int spare, int capacity) {
  const int count = row.count;
  if (count <= k) return;
  // Repeats of the last score fill the last eight, so that they change neither bound; then they must not count.
  for (int i = count; i % 8 != 0; ++i) row.scores[i] = row.scores[count - 1];
  Float8 lows = load8(row.scores), highs = lows;
  for (int i = 8; i < count; i += 8) {
    const Float8 eight = load8(row.scores + i);
    lows = eight < lows ? eight : lows;
    highs = eight > highs ? eight : highs;
  }
  float low = lows[0], high = highs[0];
  for (int i = 1; i < 8; ++i) {
    low = lows[i] < low ? lows[i] : low;
    high = highs[i] > high ? highs[i] : high;
  }
  for (int i = count; i % 8 != 0; ++i) row.scores[i] = -__builtin_inff();
  int reaching = count;
  for (int step = 0; step < 24 && reaching > k + spare; ++step) {
    const float middle = 0.5f * low + 0.5f * high;
    const int found = countReaching(row.scores, count, middle);
    if (found >= k) {
      low = middle;
      reaching = found;
    } else {
      high = middle;
    }
  }
  const float floor = low - 2 * row.slack;
  if (floor > row.floor) row.floor = floor;
  int next = 0;
  for (int i = 0; i < count; ++i) {
    const float score = row.scores[i];
    row.scores[next] = score;
    row.features[next] = row.features[i];
    next += score >= row.floor;
  }
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
