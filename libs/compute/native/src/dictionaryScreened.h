#pragma once
#include "dictionarySurvivors.h"

/* Encoding of a task's rows behind the integer screen. A row with too many survivors is left to the float path. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

#if defined(__AVX2__)

/** Memory of one task. */
struct ScreenTask {
  int8_t* q;
  int32_t* starts;
  ScreenRow* bounds;
  float *floors, *rotated, *lower, *upper, *centres;
  int32_t *slots, *places;
  Survivors* rows;
};

ScreenTask screenTask(const Screen& screen, int64_t rows, int64_t capacity) {
  const auto floatsOf = [](int64_t bytes) { return ceilDivide(bytes, 64) * 16; };
  const int64_t q = floatsOf(rows * screen.rotation.padded), starts = floatsOf(rows * screen.blocks * 4);
  const int64_t bounds = floatsOf(rows * static_cast<int64_t>(sizeof(ScreenRow))), floors = floatsOf(rows * 4);
  const int64_t rotated = floatsOf(screen.rotation.padded * 4), held = floatsOf(rows * capacity * 4);
  const int64_t state = floatsOf(rows * static_cast<int64_t>(sizeof(Survivors)));
  const int64_t one = floatsOf(capacity * 4);
  float* next = threadScratch(kTaskSlot, q + starts + bounds + floors + rotated + 3 * held + state + 2 * one);
  ScreenTask task;
  task.q = reinterpret_cast<int8_t*>(next);
  task.starts = reinterpret_cast<int32_t*>(next += q);
  task.bounds = reinterpret_cast<ScreenRow*>(next += starts);
  task.floors = next += bounds;
  task.rotated = next += floors;
  task.lower = next += rotated;
  task.upper = next += held;
  task.slots = reinterpret_cast<int32_t*>(next += held);
  task.rows = reinterpret_cast<Survivors*>(next += held);
  task.centres = next += state;
  task.places = reinterpret_cast<int32_t*>(next + one);
  return task;
}

/** Where in the stream of panels the floor is raised by float32 scores. */
constexpr int64_t kSharpenings[] = {8, 2, 1};  // after 1/8, 1/2, all

void screenedTopKChunk(const Input& in, const Screen& screen, const Question& question, const float* x, int64_t rows, Chunk& chunk) {
  const int k = question.k;
  const int capacity = static_cast<int>(ceilDivide(k + greatest(448, in.slots / 16), 8) * 8);
  const ScreenTask task = screenTask(screen, rows, capacity);
  quantiseRows(in, screen, x, rows, task.rotated, task.q, task.starts, task.bounds);
  for (int64_t r = 0; r < rows; ++r) {
    const bool huge = task.bounds[r].huge();
    task.floors[r] = huge ? kNoFloor : question.positive ? 0.0f : -3.4e38f;
    task.rows[r] = {task.lower + r * capacity, task.upper + r * capacity, task.slots + r * capacity, 0, k + 48, task.floors[r], huge};
  }
  const auto drop = [&](int64_t r) {
    Survivors& row = task.rows[r];
    dropHopeless(row, k, capacity);
    if (row.overflow) row.floor = kNoFloor;
    task.floors[r] = row.floor;
  };
  const auto visit = [&](int64_t r, int32_t slot, uint32_t mask, Float8 centre, Float8 gap) {
    Survivors& row = task.rows[r];
    if (row.overflow) return;  // its other eight lanes were under way
    row.count += packLanes(row, row.count, mask, centre - gap, centre + gap, Int8{0, 1, 2, 3, 4, 5, 6, 7} + slot);
    if (row.count >= row.refresh) drop(r);
  };
  const auto scorer = [&](int64_t r) { return Scorer{in, x + r * in.d, floatSlack(in.d, task.bounds[r].largest), task.centres, task.places}; };
  int64_t begin = 0;
  for (const int64_t share : kSharpenings) {
    const int64_t end = screen.panels / share;
    screenPanels(screen, task.q, task.starts, task.bounds, task.floors, rows, begin, end, visit);
    for (int64_t r = 0; r < rows; ++r) {
      if (task.rows[r].overflow) continue;
      drop(r);
      scorer(r).sharpenBest(task.rows[r], k);
      drop(r);
    }
    begin = end;
  }
  Entries ranked{};
  for (int64_t r = 0; r < rows; ++r) {
    Survivors& row = task.rows[r];
    if (row.overflow) {
      chunk.counts[r] = -1;
      continue;
    }
    scorer(r).sharpenAll(row);
    dropHopeless(row, k, capacity + 64);
    chunk.counts[r] = appendAnswer(in, question, x + r * in.d, row.slots, row.count, ranked, chunk.entries);
  }
  free(ranked.data);
}

void screenedThresholdChunk(const Input& in, const Screen& screen, const Question& question, const float* x, int64_t rows, Chunk& chunk) {
  const ScreenTask task = screenTask(screen, rows, 0);
  quantiseRows(in, screen, x, rows, task.rotated, task.q, task.starts, task.bounds);
  for (int64_t r = 0; r < rows; ++r) task.floors[r] = task.bounds[r].huge() ? kNoFloor : 0.0f;
  Hits hits;
  const auto visit = [&](int64_t r, int32_t slot, uint32_t mask, Float8, Float8) {
    for (; mask != 0; mask &= mask - 1) hits.push(slot + __builtin_ctz(mask), static_cast<int32_t>(r));
  };
  screenPanels(screen, task.q, task.starts, task.bounds, task.floors, rows, 0, screen.panels, visit);
  Entries ranked{};
  hits.eachRow(rows, [&](int64_t r, int32_t* slots, int64_t count) {
    const float* values = x + r * in.d;
    if (task.floors[r] != task.floors[r]) {
      chunk.counts[r] = -1;
      return;
    }
    const float slack = floatSlack(in.d, task.bounds[r].largest);
    int64_t near = 0;
    for (int64_t i = 0; i < count; ++i) {
      const int32_t feature = in.feature(slots[i]);
      slots[near] = slots[i];
      near += in.score(values, feature) >= question.limit(feature) - slack;
    }
    chunk.counts[r] = appendAnswer(in, question, values, slots, near, ranked, chunk.entries);
  });
}

#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
