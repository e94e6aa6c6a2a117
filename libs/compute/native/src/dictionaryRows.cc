// compile with: -ffp-contract=off
#include "call.h"
#include "dictionaryLanes.h"
#include "families.h"

/* Lengths of a matrix's rows, and rows times a factor each (also the gradient of the lengths). */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

/** dictionaryRowNorms(matrix[rows, d], out[rows], rows, d): ‖row‖ by the canonical dot. */
void rowNorms(Call& call) {
  const int64_t rows = call.size(2), d = call.size(3);
  const float* matrix = call.floats(0, rows * d);
  float* out = call.floats(1, rows);
  parallelRanges(rows, greatest(1, kGrain / greatest(1, d)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      out[r] = static_cast<float>(__builtin_sqrt(canonicalDot(matrix + r * d, matrix + r * d, d)));
    }
  });
}

/** dictionaryScaleRows(matrix[rows, d], factors[rows], out[rows, d], rows, d): out = factor · row. */
void scaleRows(Call& call) {
  const int64_t rows = call.size(3), d = call.size(4);
  const float* matrix = call.floats(0, rows * d);
  const float* factors = call.floats(1, rows);
  float* out = call.floats(2, rows * d);
  parallelRanges(rows, greatest(1, kGrain / greatest(1, d)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      for (int64_t t = 0; t < d; ++t) out[r * d + t] = factors[r] * matrix[r * d + t];
    }
  });
}

}  // namespace

void registerDictionaryRows(Registry& registry) {
  registry.add("dictionaryRowNorms", rowNorms);
  registry.add("dictionaryScaleRows", scaleRows);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
