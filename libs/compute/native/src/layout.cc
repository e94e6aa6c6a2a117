#include "call.h"
#include "families.h"
#include "simd.h"

/* Kernels that only move values: float32 and int32 alike travel as 32-bit words. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int kMaxRank = 8;

const uint32_t* words(Call& call, int index, int64_t length) {
  return call.isInts(index) ? reinterpret_cast<uint32_t*>(call.ints(index, length))
                            : reinterpret_cast<uint32_t*>(call.floats(index, length));
}

uint32_t* wordsOut(Call& call, int index, int64_t length) { return const_cast<uint32_t*>(words(call, index, length)); }

void copy(uint32_t* to, const uint32_t* from, int64_t count) {
  __builtin_memcpy(to, from, static_cast<size_t>(count) * sizeof(uint32_t));
}

/** Output columns [begin, end) of a transposed matrix, in square blocks so that both sides stay in cache. */
void transposeMatrix(const uint32_t* x, int64_t xStride, uint32_t* out, int64_t outStride, int64_t begin, int64_t end) {
  constexpr int64_t kSide = 16;
  for (int64_t c = begin; c < end; c += kSide) {
    const int64_t cEnd = least(end, c + kSide);
    for (int64_t r = 0; r < outStride; r += kSide) {
      const int64_t rEnd = least(outStride, r + kSide);
      for (int64_t j = c; j < cEnd; ++j) {
        for (int64_t i = r; i < rEnd; ++i) out[j * outStride + i] = x[i * xStride + j];
      }
    }
  }
}

/**
 * strided(x, out, offset, plan): out, of shape plan[0..r), takes element offset + Σ position·stride of x, with
 * strides plan[r..2r). Transpose, slice, tile and broadcast are all of this form.
 */
void strided(Call& call) {
  const int64_t planLength = call.length(3);
  const int32_t* plan = call.ints(3, planLength);
  const int rank = static_cast<int>(planLength / 2);
  if (planLength % 2 != 0 || rank < 1 || rank > kMaxRank) fail("strided: plan of %d numbers", int(planLength));
  const int64_t offset = call.size(2);
  int64_t dims[kMaxRank], strides[kMaxRank], total = 1, last = offset;
  for (int i = 0; i < rank; ++i) {
    dims[i] = plan[i];
    strides[i] = plan[rank + i];
    if (dims[i] < 0 || strides[i] < 0) fail("strided: the plan holds a negative number");
    total = Call::extent(total, dims[i]);
    if (__builtin_add_overflow(last, (dims[i] - 1) * strides[i], &last)) last = INT64_MAX;
  }
  const int64_t available = call.length(0);
  const uint32_t* x = words(call, 0, available);
  uint32_t* out = wordsOut(call, 1, total);
  if (total == 0) return;
  if (last >= available) fail("strided: reads element %lld of %lld", (long long)last, (long long)available);
  x += offset;

  const int64_t inner = dims[rank - 1], innerStride = strides[rank - 1];
  if (rank >= 2 && strides[rank - 2] == 1 && innerStride != 1) {
    // The last two axes are a transposed matrix inside x: rows of x run along the second-last output axis.
    const int64_t cols = dims[rank - 2], matrices = total / (inner * cols);
    const int64_t pieces = greatest(1, least(ceilDivide(cols, 16), ceilDivide(inner * cols, kGrain)));
    const int64_t width = ceilDivide(ceilDivide(cols, pieces), 16) * 16;
    parallelRanges(matrices * pieces, greatest(1, kGrain / (inner * least(cols, width))), [&](int64_t b, int64_t e) {
      for (int64_t task = b; task < e; ++task) {
        int64_t rest = task / pieces, from = 0;
        for (int axis = rank - 3; axis >= 0; --axis) {
          from += rest % dims[axis] * strides[axis];
          rest /= dims[axis];
        }
        const int64_t first = task % pieces * width;
        if (first >= cols) continue;
        uint32_t* target = out + task / pieces * inner * cols;
        transposeMatrix(x + from, innerStride, target, inner, first, least(cols, first + width));
      }
    });
    return;
  }
  parallelRanges(total / inner, greatest(1, kGrain / inner), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row, from = 0;
      for (int axis = rank - 2; axis >= 0; --axis) {
        from += rest % dims[axis] * strides[axis];
        rest /= dims[axis];
      }
      uint32_t* to = out + row * inner;
      if (innerStride == 1) {
        copy(to, x + from, inner);
      } else {
        for (int64_t i = 0; i < inner; ++i) to[i] = x[from + i * innerStride];
      }
    }
  });
}

/** place(x, out, outer, width, outWidth, at): writes [outer, width] into columns [at, at + width) of [outer, outWidth]. */
void place(Call& call) {
  const int64_t outer = call.size(2), width = call.size(3), outWidth = call.size(4), at = call.size(5);
  if (at + width > outWidth) fail("place: columns %lld to %lld of %lld", (long long)at, (long long)(at + width), (long long)outWidth);
  const uint32_t* x = words(call, 0, outer * width);
  uint32_t* out = wordsOut(call, 1, outer * outWidth);
  parallelRanges(outer, greatest(1, kGrain / greatest(1, width)), [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) copy(out + o * outWidth + at, x + o * width, width);
  });
}

/** gather(x, indices, out, outer, axisLength, inner): out[o, i, :] = x[o, indices[i], :]. */
void gather(Call& call) {
  const int64_t outer = call.size(3), axis = call.size(4), inner = call.size(5), count = call.length(1);
  const uint32_t* x = words(call, 0, Call::extent(outer, axis, inner));
  const int32_t* indices = call.ints(1, count);
  uint32_t* out = wordsOut(call, 2, Call::extent(outer, count, inner));
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] < 0 || indices[i] >= axis) fail("gather: index %d of %lld rows", indices[i], (long long)axis);
  }
  parallelRanges(outer * count, greatest(1, kGrain / greatest(1, inner)), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      copy(out + row * inner, x + (row / count * axis + indices[row % count]) * inner, inner);
    }
  });
}

/** scatterSum(x, indices, out, rows, inner): out[indices[i], :] += x[i, :], in order of i; out starts at zero. */
void scatterSum(Call& call) {
  const int64_t rows = call.size(3), inner = call.size(4), count = call.length(1);
  const float* x = call.floats(0, count * inner);
  const int32_t* indices = call.ints(1, count);
  float* out = call.floats(2, rows * inner);
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] >= rows) fail("scatterSum: index %d of %lld rows", indices[i], (long long)rows);
  }
  parallelRanges(rows * inner, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = 0;
  });
  // Threads divide the columns, so each output adds its rows in the order of i.
  parallelRanges(inner, 32, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < count; ++i) {
      if (indices[i] < 0) continue;
      float* to = out + indices[i] * inner;
      const float* from = x + i * inner;
      for (int64_t j = begin; j < end; ++j) to[j] += from[j];
    }
  });
}

}  // namespace

void registerLayout(Registry& registry) {
  registry.add("strided", strided);
  registry.add("place", place);
  registry.add("gather", gather);
  registry.add("scatterSum", scatterSum);
}

}  // namespace SEXTANT_ISA
}  // namespace sextant
