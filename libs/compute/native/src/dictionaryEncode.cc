// compile with: -ffp-contract=off
#include <cstdlib>

#include "call.h"
#include "dictionaryFloat.h"
#include "dictionaryScreened.h"
#include "families.h"

/*
 * Encoding without the [rows, n] matrix. Scores of a block of rows against a panel of features, by int8 products with
 * certified bounds where that pays and by float32 products elsewhere, only choose candidates; the canonical dot decides
 * among them. The outcome is that of computing every canonical value, so it depends neither on how the scores were
 * computed, nor on threads, nor on the instruction set.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kChunkFloats = 64 << 10;  // rows of one task, sized for the second-level cache
constexpr int64_t kMostChunkRows = 240;
constexpr int64_t kRowMultiple = 12;
constexpr int64_t kLeftPerTask = 48;

/** The last encoding of this thread, until it is taken. */
struct Held {
  int64_t rows = 0, entries = 0, tasks = 0, leftRows = 0, leftTasks = 0;
  Chunk* chunks = nullptr;      // of the tasks
  int32_t* counts = nullptr;    // [rows]; -1 for the rows left by the screen
  Chunk* leftChunks = nullptr;  // of those rows, in order
  int32_t* leftCounts = nullptr;

  void release() {
    for (int64_t i = 0; i < tasks; ++i) free(chunks[i].entries.data);
    for (int64_t i = 0; i < leftTasks; ++i) free(leftChunks[i].entries.data);
    free(chunks);
    free(counts);
    free(leftChunks);
    free(leftCounts);
    rows = entries = tasks = leftRows = leftTasks = 0;
    chunks = leftChunks = nullptr;
    counts = leftCounts = nullptr;
  }
};
thread_local Held held;
thread_local int64_t screenedRows = 0;  // of the last encoding

template <class T>
T* zeroed(int64_t count) {
  T* memory = static_cast<T*>(calloc(static_cast<size_t>(count) + 1, sizeof(T)));
  if (!memory) abort();
  return memory;
}

/** Rows per task: few enough to stay in cache, and as many tasks as the threads share evenly. */
int64_t rowsPerTask(const Input& in) {
  const int64_t limit = greatest(kRowMultiple, least(kMostChunkRows, kChunkFloats / greatest(1, in.d)));
  const int64_t tasks = greatest(1, ceilDivide(in.rows, limit * threads()) * threads());
  return greatest(1, ceilDivide(ceilDivide(in.rows, tasks), kRowMultiple) * kRowMultiple);
}

void floatChunk(const Input& in, const Packed& packed, const Question& question, const float* x, int64_t rows, Chunk& chunk) {
  if (question.k > 0) topKChunk(in, packed, question, x, rows, chunk);
  else thresholdChunk(in, packed, question, x, rows, chunk);
}

/** Runs `encode(x, rows, chunk)` over all rows in tasks; returns a row that is not finite, or -1. */
template <class Encode>
int32_t inTasks(const Input& in, const Encode& encode) {
  const int64_t perTask = rowsPerTask(in);
  held.rows = in.rows;
  held.tasks = ceilDivide(in.rows, perTask);
  held.chunks = zeroed<Chunk>(held.tasks);
  held.counts = zeroed<int32_t>(in.rows);
  Chunk* chunks = held.chunks;
  int32_t* counts = held.counts;
  int32_t badRow = -1;
  parallel(held.tasks, [&](int64_t task) {
    const int64_t begin = task * perTask, rows = least(perTask, in.rows - begin);
    const float* x = in.x + begin * in.d;
    for (int64_t r = 0; r < rows; ++r) {
      if (__builtin_isfinite(canonicalDot(x + r * in.d, x + r * in.d, in.d))) continue;
      __atomic_store_n(&badRow, static_cast<int32_t>(begin + r), __ATOMIC_RELAXED);
      return;
    }
    chunks[task].counts = counts + begin;
    encode(x, rows, chunks[task]);
  });
  return badRow;
}

/** Encodes the rows that the screen left (counts of -1) by float32 scores. */
void encodeLeft(const Input& in, const Question& question, const Reach& reach) {
  for (int64_t r = 0; r < held.rows; ++r) held.leftRows += held.counts[r] < 0;
  if (held.leftRows == 0) return;
  float* x = threadScratch(kRowsSlot, held.leftRows * in.d);
  int64_t next = 0;
  for (int64_t r = 0; r < held.rows; ++r) {
    if (held.counts[r] < 0) __builtin_memcpy(x + next++ * in.d, in.x + r * in.d, static_cast<size_t>(in.d) * sizeof(float));
  }
  const Packed packed = packWeights(in, question, reach);
  held.leftTasks = ceilDivide(held.leftRows, kLeftPerTask);
  held.leftChunks = zeroed<Chunk>(held.leftTasks);
  held.leftCounts = zeroed<int32_t>(held.leftRows);
  const Held& now = held;
  parallel(now.leftTasks, [&, left = now.leftRows, chunks = now.leftChunks, counts = now.leftCounts](int64_t task) {
    const int64_t begin = task * kLeftPerTask;
    chunks[task].counts = counts + begin;
    floatChunk(in, packed, question, x + begin * in.d, least(kLeftPerTask, left - begin), chunks[task]);
  });
}

int32_t encodeByFloats(const Input& in, const Question& question, const Reach& reach) {
  const Packed packed = packWeights(in, question, reach);
  return inTasks(in, [&](const float* x, int64_t rows, Chunk& chunk) { floatChunk(in, packed, question, x, rows, chunk); });
}

#if defined(__AVX2__)
constexpr int kScreenPause = 20;         // encodings without the screen after one that it did not serve
constexpr double kScreenDensity = 0.03;  // share of features answered above which it does not
thread_local int screenPause = 0;
#endif

int32_t encodeRows(const Input& in, const Question& question, const Reach& reach) {
#if defined(__AVX2__)
  if (screenPays(in, question) && screenPause-- <= 0) {
    const Screen screen = packScreen(in, question, reach);
    if (!screen.usable) return encodeByFloats(in, question, reach);
    const int32_t badRow = inTasks(in, [&](const float* x, int64_t rows, Chunk& chunk) {
      if (question.k > 0) screenedTopKChunk(in, screen, question, x, rows, chunk);
      else screenedThresholdChunk(in, screen, question, x, rows, chunk);
    });
    if (badRow < 0) encodeLeft(in, question, reach);
    screenedRows = in.rows - held.leftRows;
    int64_t entries = 0;
    for (int64_t i = 0; i < held.tasks; ++i) entries += held.chunks[i].entries.count;
    const bool dense = static_cast<double>(entries) > kScreenDensity * static_cast<double>(in.rows) * static_cast<double>(in.slots);
    screenPause = dense || held.leftRows * 4 > in.rows ? kScreenPause : 0;
    return badRow;
  }
#endif
  return encodeByFloats(in, question, reach);
}

/** Returns the number of entries; fault[0] = 1 (fault[1] a row of x) or 2 (a feature) when numbers are not finite. */
void encode(Call& call, const Input& in, const Question& question, int32_t* fault) {
  held.release();
  screenedRows = 0;
  fault[0] = fault[1] = 0;
  const Reach reach = reachOf(in);
  if (reach.fault >= 0) {
    fault[0] = 2;
    fault[1] = static_cast<int32_t>(reach.fault);
    return call.returns(0);
  }
  const int32_t badRow = encodeRows(in, question, reach);
  if (badRow >= 0) {
    held.release();
    fault[0] = 1;
    fault[1] = badRow;
  }
  for (int64_t i = 0; i < held.tasks; ++i) held.entries += held.chunks[i].entries.count;
  for (int64_t i = 0; i < held.leftTasks; ++i) held.entries += held.leftChunks[i].entries.count;
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
  if (!call.absent(4)) {
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
  encode(call, in, Question{static_cast<int>(k), positive, nullptr}, fault);
}

/** dictionaryEncodeThreshold(…input, threshold | null, fault): entries found; every value above its threshold (null: 0). */
void encodeThreshold(Call& call) {
  const Input in = inputOf(call);
  const float* threshold = call.floatsOrNull(8, in.n);
  int32_t* fault = call.ints(9, 2);
  encode(call, in, Question{0, false, threshold}, fault);
}

/** dictionaryTakeCodes(offsets[rows + 1], features, values): copies the last encoding out and frees it. */
void takeCodes(Call& call) {
  int32_t* offsets = call.ints(0, held.rows + 1);
  int32_t* features = call.ints(1, held.entries);
  float* values = call.floats(2, held.entries);
  // Both streams of chunks are in row order; a count of -1 says that the row's entries are in the second.
  struct Stream {
    const Chunk* chunk;
    int64_t at;
  } main{held.chunks, 0}, left{held.leftChunks, 0};
  const int32_t* leftCounts = held.leftCounts;
  offsets[0] = 0;
  for (int64_t r = 0; r < held.rows; ++r) {
    const bool isLeft = held.counts[r] < 0;
    const int32_t count = isLeft ? *leftCounts++ : held.counts[r];
    Stream& stream = isLeft ? left : main;
    for (int32_t i = 0; i < count; ++i) {
      while (stream.at == stream.chunk->entries.count) stream = {stream.chunk + 1, 0};
      const Entry& entry = stream.chunk->entries.data[stream.at++];
      *features++ = entry.feature;
      *values++ = entry.value;
    }
    offsets[r + 1] = offsets[r] + count;
  }
  held.release();
}

/** dictionaryScreenedRows(): rows of the last encoding that the integer screen answered; the rest went by float32 scores. */
void countScreenedRows(Call& call) { call.returns(static_cast<double>(screenedRows)); }

}  // namespace

void registerDictionaryEncode(Registry& registry) {
  registry.add("dictionaryEncodeTopK", encodeTopK);
  registry.add("dictionaryEncodeThreshold", encodeThreshold);
  registry.add("dictionaryTakeCodes", takeCodes);
  registry.add("dictionaryScreenedRows", countScreenedRows);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
