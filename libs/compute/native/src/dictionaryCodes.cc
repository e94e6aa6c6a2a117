// compile with: -ffp-contract=off
#include "call.h"
#include "dictionaryLanes.h"
#include "families.h"

/*
 * Work on sparse codes (compressed sparse rows: offsets, features, values) that touches only what is active: decode,
 * the gradient of the values, and, through an inverted index, per-feature sums. Sums run in the order of the index.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kWide = 64;      // floats of an output row held in registers
constexpr int64_t kRowGrain = 16;  // rows or features per task

struct Codes {
  const int32_t* offsets;
  const int32_t* features;
  int64_t rows, n, entries;
};

/** Arguments first, first + 1 and the sizes: checked so that no kernel below reads out of bounds. */
Codes codesOf(Call& call, int first, int64_t rows, int64_t n) {
  Codes codes{call.ints(first, rows + 1), nullptr, rows, n, call.length(first + 1)};
  codes.features = call.ints(first + 1, codes.entries);
  if (codes.offsets[0] != 0 || codes.offsets[rows] != codes.entries) fail("sparse codes: offsets do not span %lld entries", static_cast<long long>(codes.entries));
  for (int64_t r = 0; r < rows; ++r) {
    if (codes.offsets[r + 1] < codes.offsets[r]) fail("sparse codes: offsets fall at row %lld", static_cast<long long>(r));
  }
  for (int64_t i = 0; i < codes.entries; ++i) {
    if (codes.features[i] < 0 || codes.features[i] >= n) {
      fail("sparse codes: feature %d at entry %lld, expected 0 to %lld", codes.features[i], static_cast<long long>(i), static_cast<long long>(n - 1));
    }
  }
  return codes;
}

/** out[d] = start[d] + Σ over `count` of weight(i) · row(i)[d]; start null for 0. */
template <class Weight, class Row>
inline void weightedSum(int64_t count, int64_t d, const float* start, float* out, const Weight& weight, const Row& row) {
  int64_t t = 0;
  for (; t + kWide <= d; t += kWide) {
    Float8 sum[kWide / 8];
    for (int j = 0; j < kWide / 8; ++j) sum[j] = start ? load8(start + t + 8 * j) : Float8{};
    for (int64_t i = 0; i < count; ++i) {
      const Float8 w = splat8(weight(i));
      const float* from = row(i) + t;
      for (int j = 0; j < kWide / 8; ++j) sum[j] += w * load8(from + 8 * j);
    }
    for (int j = 0; j < kWide / 8; ++j) store8(out + t + 8 * j, sum[j]);
  }
  for (; t + 8 <= d; t += 8) {
    Float8 sum = start ? load8(start + t) : Float8{};
    for (int64_t i = 0; i < count; ++i) sum += splat8(weight(i)) * load8(row(i) + t);
    store8(out + t, sum);
  }
  for (; t < d; ++t) {
    float sum = start ? start[t] : 0.0f;
    for (int64_t i = 0; i < count; ++i) sum += weight(i) * row(i)[t];
    out[t] = sum;
  }
}

/** dictionaryDecode(offsets, features, values, weights[n, d], bias[d] | null, out[rows, d], rows, n, d): out = bias + Σ value · weights[feature]. */
void decode(Call& call) {
  const int64_t rows = call.size(6), n = call.size(7), d = call.size(8);
  const Codes codes = codesOf(call, 0, rows, n);
  const float* values = call.floats(2, codes.entries);
  const float* weights = call.floats(3, n * d);
  const float* bias = call.floatsOrNull(4, d);
  float* out = call.floats(5, rows * d);
  parallelRanges(rows, kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int32_t first = codes.offsets[r];
      weightedSum(codes.offsets[r + 1] - first, d, bias, out + r * d, [&](int64_t i) { return values[first + i]; },
                  [&](int64_t i) { return weights + codes.features[first + i] * d; });
    }
  });
}

/** dictionaryEntryDots(offsets, features, a[rows, d], weights[n, d], out[entries], rows, n, d): a[row] · weights[feature] per entry. */
void entryDots(Call& call) {
  const int64_t rows = call.size(5), n = call.size(6), d = call.size(7);
  const Codes codes = codesOf(call, 0, rows, n);
  const float* a = call.floats(2, rows * d);
  const float* weights = call.floats(3, n * d);
  float* out = call.floats(4, codes.entries);
  parallelRanges(rows, kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      for (int32_t i = codes.offsets[r]; i < codes.offsets[r + 1]; ++i) out[i] = laneDot(a + r * d, weights + codes.features[i] * d, d);
    }
  });
}

/**
 * The inverted index in scratch: entries by feature, then by row. ends[f] is one past feature f's last entry.
 * Built by one thread: a counting sort of some ten thousand entries costs less than dividing it.
 */
struct Inverted {
  int32_t* ends;
  int32_t* rows;
  int32_t* entries;

  int32_t begin(int64_t feature) const { return feature ? ends[feature - 1] : 0; }
};

Inverted invert(const Codes& codes) {
  int32_t* base = reinterpret_cast<int32_t*>(threadScratch(8, codes.n + 1 + 2 * codes.entries));
  const Inverted index{base + 1, base + codes.n + 1, base + codes.n + 1 + codes.entries};
  __builtin_memset(base, 0, static_cast<size_t>(codes.n + 1) * sizeof(int32_t));
  for (int64_t i = 0; i < codes.entries; ++i) ++index.ends[codes.features[i]];
  int32_t total = 0;
  for (int64_t f = 0; f < codes.n; ++f) {
    const int32_t count = index.ends[f];
    index.ends[f] = total;
    total += count;
  }
  for (int64_t r = 0; r < codes.rows; ++r) {
    for (int32_t i = codes.offsets[r]; i < codes.offsets[r + 1]; ++i) {
      const int32_t at = index.ends[codes.features[i]]++;
      index.rows[at] = static_cast<int32_t>(r);
      index.entries[at] = i;
    }
  }
  return index;
}

/** dictionaryFeatureRows(offsets, features, values, a[rows, d], out[n, d], rows, n, d): out[feature] = Σ value · a[row], zero where silent. */
void featureRows(Call& call) {
  const int64_t rows = call.size(5), n = call.size(6), d = call.size(7);
  const Codes codes = codesOf(call, 0, rows, n);
  const float* values = call.floats(2, codes.entries);
  const float* a = call.floats(3, rows * d);
  float* out = call.floats(4, n * d);
  const Inverted index = invert(codes);
  parallelRanges(n, 4 * kRowGrain, [&](int64_t begin, int64_t end) {
    for (int64_t f = begin; f < end; ++f) {
      const int32_t first = index.begin(f);
      weightedSum(index.ends[f] - first, d, nullptr, out + f * d, [&](int64_t i) { return values[index.entries[first + i]]; },
                  [&](int64_t i) { return a + index.rows[first + i] * d; });
    }
  });
}

/** dictionaryFeatureSums(offsets, features, values, out[n], rows, n): out[feature] = Σ value, in float64. */
void featureSums(Call& call) {
  const int64_t rows = call.size(4), n = call.size(5);
  const Codes codes = codesOf(call, 0, rows, n);
  const float* values = call.floats(2, codes.entries);
  float* out = call.floats(3, n);
  const Inverted index = invert(codes);
  parallelRanges(n, 1024, [&](int64_t begin, int64_t end) {
    for (int64_t f = begin; f < end; ++f) {
      double sum = 0;
      for (int32_t i = index.begin(f); i < index.ends[f]; ++i) sum += static_cast<double>(values[index.entries[i]]);
      out[f] = static_cast<float>(sum);
    }
  });
}

}  // namespace

void registerDictionaryCodes(Registry& registry) {
  registry.add("dictionaryDecode", decode);
  registry.add("dictionaryEntryDots", entryDots);
  registry.add("dictionaryFeatureRows", featureRows);
  registry.add("dictionaryFeatureSums", featureSums);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
