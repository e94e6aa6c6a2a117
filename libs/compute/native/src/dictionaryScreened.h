#pragma once
#include "dictionaryInput.h"
#include "dictionaryScreen.h"

/*
 * Encoding behind the integer screen. With x̂, ŵ the quantised vectors, a score of theirs differs from the true one by
 * at most ‖x − x̂‖‖w‖ + ‖x̂‖‖w − ŵ‖, so a feature is left out only when it cannot be in the answer. Dimensions are first
 * balanced by powers of two, which multiply exactly, and rotated: a few outlier dimensions, as language models have them,
 * would otherwise take the whole range of int8. A row with too many survivors is left to the float path.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

#if defined(__AVX2__)

constexpr float kRoundings = 5e-7f;     // of a score's own float32 arithmetic, relative to the largest score
constexpr int64_t kSampledRows = 256;   // rows that decide the balance of dimensions

struct Screen {
  Rotation rotation;
  int64_t blocks, panels;
  uint8_t* weights;  // [panels][padded / 4][16][4], offset by 128
  float *step, *bias, *norm, *error, *limit;  // per slot, times |scale| where one is given
  bool usable;                                // false where numbers are too large for the bounds
  Reach reach;
};

/** Worth it where the product is large and few survive; below, the float path is as fast (docs/dictionaries.md). */
bool screenPays(const Input& in, const Question& question) {
  return in.d >= 256 && in.slots >= 2048 && in.rows >= 64 && question.k * 64 <= in.slots;
}

/** Power of two nearest to √(rms of x / rms of w) per dimension, with a fixed random sign. */
Rotation rotationOf(const Input& in) {
  Rotation rotation;
  rotation.d = in.d;
  rotation.padded = ceilDivide(in.d, kScreenBlock) * kScreenBlock;
  rotation.block = in.d & -in.d;
  float* factors = threadScratch(kRotationSlot, 4 * in.d);
  float *weights = factors, *inputs = factors + in.d;
  float *ofInputs = factors + 2 * in.d, *ofWeights = factors + 3 * in.d;
  for (int64_t t = 0; t < in.d; ++t) ofInputs[t] = ofWeights[t] = 0;
  const int64_t xStride = greatest(1, in.rows / kSampledRows), wStride = greatest(1, in.slots / kSampledRows);
  for (int64_t r = 0; r < in.rows; r += xStride) {
    for (int64_t t = 0; t < in.d; ++t) ofInputs[t] += in.x[r * in.d + t] * in.x[r * in.d + t];
  }
  for (int64_t slot = 0; slot < in.slots; slot += wStride) {
    const float* row = in.weights + in.feature(slot) * in.d;
    for (int64_t t = 0; t < in.d; ++t) ofWeights[t] += row[t] * row[t];
  }
  uint32_t random = 0x9e3779b9;
  for (int64_t t = 0; t < in.d; ++t) {
    const float ratio = ofInputs[t] / ofWeights[t];
    int exponent = 0;
    if (ratio > 1e-30f && ratio < 1e30f) exponent = static_cast<int>(__builtin_lrintf(0.25f * __builtin_log2f(ratio)));
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    const float sign = random & 1 ? 1.0f : -1.0f;
    weights[t] = sign * __builtin_ldexpf(1.0f, exponent);
    inputs[t] = sign * __builtin_ldexpf(1.0f / static_cast<float>(rotation.block), -exponent);
  }
  rotation.weights = weights;
  rotation.inputs = inputs;
  return rotation;
}

Screen packScreen(const Input& in, const Question& question, const Reach& reach) {
  Screen screen;
  screen.reach = reach;
  screen.rotation = rotationOf(in);
  const int64_t padded = screen.rotation.padded;
  screen.blocks = padded / kScreenBlock;
  screen.panels = ceilDivide(in.slots, kScreenPanel);
  const int64_t lanes = screen.panels * kScreenPanel;
  float* next = threadScratch(kPackedSlot, lanes * 5 + lanes * padded / 4);
  screen.step = next;
  screen.bias = next += lanes;
  screen.norm = next += lanes;
  screen.error = next += lanes;
  screen.limit = next += lanes;
  screen.weights = reinterpret_cast<uint8_t*>(next + lanes);
  parallel(screen.panels, [&](int64_t p) {
    float* rotated = threadScratch(kTaskSlot, 2 * padded);
    for (int64_t t = in.d; t < padded; ++t) rotated[t] = 0;
    int8_t* q = reinterpret_cast<int8_t*>(rotated + padded);
    uint8_t* panel = screen.weights + p * kScreenPanel * padded;
    for (int64_t lane = 0; lane < kScreenPanel; ++lane) {
      const int64_t slot = p * kScreenPanel + lane;
      const bool real = slot < in.slots;
      const int32_t feature = real ? in.feature(slot) : 0;
      const float scale = real && in.scale ? in.scale[feature] : 1.0f, size = __builtin_fabsf(scale);
      const float limit = real && question.k == 0 ? question.limit(feature) : 0.0f;
      screen.limit[slot] = limit - __builtin_fabsf(limit) * static_cast<float>(4 * kUnit);
      screen.bias[slot] = real ? in.bias[feature] * scale : -__builtin_inff();
      screen.step[slot] = screen.norm[slot] = screen.error[slot] = 0;
      if (real) {
        const float* row = in.weights + feature * in.d;
        for (int64_t t = 0; t < in.d; ++t) rotated[t] = row[t] * screen.rotation.weights[t];
        hadamard(rotated, in.d, screen.rotation.block);
        const Quantised quantised = quantise(rotated, padded, false, q);
        screen.step[slot] = quantised.step * scale;
        screen.norm[slot] = (quantised.length + quantised.error) * size;
        screen.error[slot] = quantised.error * size;
      }
      for (int64_t quad = 0; quad < padded / 4; ++quad) {
        uint32_t four = 0;
        if (real) __builtin_memcpy(&four, q + quad * 4, 4);
        four ^= 0x80808080u;
        __builtin_memcpy(panel + quad * 64 + lane * 4, &four, 4);
      }
    }
  });
  screen.usable = true;
  for (int64_t slot = 0; slot < in.slots; ++slot) screen.usable &= screen.norm[slot] < kScreenLargest;
  return screen;
}

/** A row's quantised numbers and bounds. */
struct ScreenRow {
  float step;
  float error;   // ‖x − x̂‖
  float length;  // ‖x̂‖
  float slack;   // float32 roundings
  double largest;

  bool huge() const { return !(largest < kLargest && error < kScreenLargest && length < kScreenLargest); }
};

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

/** Quantises rows [0, rows) into q[rows][padded] and the lane starts of screenTile. */
void quantiseRows(const Input& in, const Screen& screen, const float* x, int64_t rows, float* rotated, int8_t* q, int32_t* starts,
                  ScreenRow* bounds) {
  const Rotation& rotation = screen.rotation;
  for (int64_t t = in.d; t < rotation.padded; ++t) rotated[t] = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * in.d;
    for (int64_t t = 0; t < in.d; ++t) rotated[t] = row[t] * rotation.inputs[t];
    hadamard(rotated, in.d, rotation.block);
    int8_t* to = q + r * rotation.padded;
    const Quantised quantised = quantise(rotated, rotation.padded, true, to);
    const double largest = screen.reach.largest(row, in.d);
    bounds[r] = {quantised.step, quantised.error, quantised.length, static_cast<float>(largest) * kRoundings, largest};
    for (int64_t block = 0; block < screen.blocks; ++block) {
      int32_t lanes[2] = {0, 0};
      for (int64_t t = 0; t < kScreenBlock; ++t) lanes[(t >> 1) & 1] += to[block * kScreenBlock + t];
      starts[r * screen.blocks + block] = static_cast<int32_t>(static_cast<uint32_t>(-128 * lanes[0] & 0xffff) |
                                                               static_cast<uint32_t>(-128 * lanes[1] & 0xffff) << 16);
    }
  }
}

/** Calls visit(row, slot of lane 0, mask, centre, gap) for eight slots of which any upper bound reaches floors[row] plus its limit. */
template <class Visit>
inline void screenPanels(const Screen& screen, const int8_t* q, const int32_t* starts, const ScreenRow* bounds, const float* floors,
                         int64_t rows, const Visit& visit) {
  const int64_t padded = screen.rotation.padded;
  int32_t sums[kScreenRows * kScreenPanel];
  for (int64_t p = 0; p < screen.panels; ++p) {
    const uint8_t* panel = screen.weights + p * kScreenPanel * padded;
    const int64_t first = p * kScreenPanel;
    Float8 step[2], bias[2], norm[2], error[2], limit[2];
    for (int g = 0; g < 2; ++g) {
      step[g] = load8(screen.step + first + 8 * g);
      bias[g] = load8(screen.bias + first + 8 * g);
      norm[g] = load8(screen.norm + first + 8 * g);
      error[g] = load8(screen.error + first + 8 * g);
      limit[g] = load8(screen.limit + first + 8 * g);
    }
    for (int64_t r = 0; r < rows;) {
      const int64_t height = rows - r >= kScreenRows ? kScreenRows : 1;
      if (height == kScreenRows) screenTile<kScreenRows>(q + r * padded, padded, starts + r * screen.blocks, screen.blocks, panel, sums);
      else screenTile<1>(q + r * padded, padded, starts + r * screen.blocks, screen.blocks, panel, sums);
      for (int64_t m = 0; m < height; ++m, ++r) {
        const ScreenRow& row = bounds[r];
        const Float8 floor = splat8(floors[r]);
        for (int g = 0; g < 2; ++g) {
          const Int8 sum = loadInts8(sums + m * kScreenPanel + 8 * g);
          const Float8 centre = __builtin_convertvector(sum, Float8) * (step[g] * row.step) + bias[g];
          const Float8 gap = norm[g] * row.error + error[g] * row.length + row.slack;
          const uint32_t mask = laneMask(centre + gap >= limit[g] + floor);
          if (mask != 0) visit(r, static_cast<int32_t>(first + 8 * g), mask, centre, gap);
        }
      }
    }
  }
}

/** Memory of one task. */
struct ScreenTask {
  int8_t* q;
  int32_t* starts;
  ScreenRow* bounds;
  float *floors, *rotated, *lower, *upper;
  int32_t* slots;
  Survivors* rows;
};

ScreenTask screenTask(const Screen& screen, int64_t rows, int64_t capacity) {
  const auto floatsOf = [](int64_t bytes) { return ceilDivide(bytes, 64) * 16; };
  const int64_t q = floatsOf(rows * screen.rotation.padded), starts = floatsOf(rows * screen.blocks * 4);
  const int64_t bounds = floatsOf(rows * static_cast<int64_t>(sizeof(ScreenRow))), floors = floatsOf(rows * 4);
  const int64_t rotated = floatsOf(screen.rotation.padded * 4), held = floatsOf(rows * capacity * 4);
  const int64_t state = floatsOf(rows * static_cast<int64_t>(sizeof(Survivors)));
  float* next = threadScratch(kTaskSlot, q + starts + bounds + floors + rotated + 3 * held + state);
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
  return task;
}

/**
 * The answer from a row's survivors. The k most promising get their canonical values; the least of these is a floor that
 * most others do not reach by their upper bound, and most of the rest not by their float32 score.
 */
int32_t appendSurvivors(const Input& in, const Question& question, const float* x, float slack, Survivors& row, Entries& ranked,
                        Entries& out) {
  const int64_t start = out.count;
  const int k = question.k;
  float promising = -__builtin_inff(), floor = -__builtin_inff();
  float* centre = row.lower;  // lower bounds have served
  for (int i = 0; i < row.count; ++i) centre[i] = 0.5f * (row.lower[i] + row.upper[i]);
  if (row.count > k) promising = reachedByAbout(centre, row.count, k, 2);
  ranked.count = 0;
  for (int i = 0; i < row.count; ++i) {
    if (centre[i] >= promising) ranked.push({0, in.feature(row.slots[i])});
  }
  const int64_t known = ranked.count;
  for (int64_t i = 0; i < known; ++i) {
    if (i + 1 < known) prefetchRow(in, ranked.data[i + 1].feature);
    ranked.data[i].value = in.value(x, ranked.data[i].feature);
  }
  if (row.count > k) {
    // Ranking reorders its copy, behind the known values that the loop below still needs in order.
    for (int64_t i = 0; i < known; ++i) ranked.push(ranked.data[i]);
    floor = entryOfRank(ranked.data + known, known, k - 1).value;
  }
  // The rest that may still matter, marked by their slots; prefetched one ahead.
  int32_t* doubtful = reinterpret_cast<int32_t*>(row.upper);
  int doubts = 0;
  int64_t next = 0;
  for (int i = 0; i < row.count; ++i) {
    if (centre[i] < promising && row.upper[i] >= floor) doubtful[doubts++] = in.feature(row.slots[i]);
  }
  for (int i = 0; i < doubts; ++i) {
    const int32_t feature = doubtful[i];
    if (i + 1 < doubts) prefetchRow(in, doubtful[i + 1]);
    if (!(in.score(x, feature) >= floor - slack)) continue;
    while (next < known && ranked.data[next].feature < feature) out.push(ranked.data[next++]);
    out.push({in.value(x, feature), feature});
  }
  while (next < known) out.push(ranked.data[next++]);
  return keepAnswer(question, start, ranked, out);
}

void screenedTopKChunk(const Input& in, const Screen& screen, const Question& question, const float* x, int64_t rows, Chunk& chunk) {
  const int k = question.k;
  const int capacity = static_cast<int>(ceilDivide(k + 448, 8) * 8);
  const ScreenTask task = screenTask(screen, rows, capacity);
  quantiseRows(in, screen, x, rows, task.rotated, task.q, task.starts, task.bounds);
  for (int64_t r = 0; r < rows; ++r) {
    const bool huge = task.bounds[r].huge();
    task.floors[r] = huge ? kNoFloor : question.positive ? 0.0f : -3.4e38f;
    task.rows[r] = {task.lower + r * capacity, task.upper + r * capacity, task.slots + r * capacity, 0, k + 48, task.floors[r], huge};
  }
  const auto visit = [&](int64_t r, int32_t slot, uint32_t mask, Float8 centre, Float8 gap) {
    Survivors& row = task.rows[r];
    if (row.overflow) return;  // its other eight lanes were under way
    row.count += packLanes(row, row.count, mask, centre - gap, centre + gap, Int8{0, 1, 2, 3, 4, 5, 6, 7} + slot);
    if (row.count < row.refresh) return;
    dropHopeless(row, k, capacity);
    if (row.overflow) row.floor = kNoFloor;
    task.floors[r] = row.floor;
  };
  screenPanels(screen, task.q, task.starts, task.bounds, task.floors, rows, visit);
  Entries ranked{};
  for (int64_t r = 0; r < rows; ++r) {
    Survivors& row = task.rows[r];
    if (row.overflow) {
      chunk.counts[r] = -1;
      continue;
    }
    dropHopeless(row, k, capacity + 64);
    chunk.counts[r] = appendSurvivors(in, question, x + r * in.d, floatSlack(in.d, task.bounds[r].largest), row, ranked, chunk.entries);
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
  screenPanels(screen, task.q, task.starts, task.bounds, task.floors, rows, visit);
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
