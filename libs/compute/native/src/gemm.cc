#include "gemm.h"

#include "call.h"
#include "families.h"

/*
 * Packed matrix product after Goto and van de Geijn (ACM TOMS 34, 2008) and BLIS: B is packed once into panels of
 * kPanel columns; a register tile of kRows × kPanel outputs runs down the depth, reading A in place by strides, so
 * all four transposes share one kernel. The order of additions of an output depends on the depth alone: neither
 * the tile at an edge nor the number of threads changes a bit.
 */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

// Accumulators fill the register file: 12 of AVX2's 16, 28 of AVX-512's 32, 24 of NEON's 32, 8 of SSE's 16.
#if defined(__AVX512F__)
constexpr int kRows = 14, kVectors = 2;
#elif defined(__AVX2__)
constexpr int kRows = 6, kVectors = 2;
#elif defined(__aarch64__)
constexpr int kRows = 6, kVectors = 4;
#else
constexpr int kRows = 4, kVectors = 2;
#endif
constexpr int kPanel = kVectors * kLanes;

// A panel of this depth stays in the first-level cache while a block of rows passes over it.
constexpr int64_t kDepth = 256;
// Rows of one task; times kDepth, it fits the second-level cache.
constexpr int64_t kBlockRows = kRows * 16;
// Packed B per pass: 8 MB, well inside a shared last-level cache.
constexpr int64_t kPackedFloats = 1 << 21;
// From this many panels on, copying a transposed A into order costs less than striding through it.
constexpr int64_t kPackAPanels = 2;

template <int Rows>
inline __attribute__((always_inline)) void tile(int64_t depth, const float* a, int64_t aRow, int64_t aCol,
                                                const float* b, int64_t bRow, float* c, int64_t cRow,
                                                int64_t width, bool accumulate, const float* bias) {
  Vector sum[Rows][kVectors];
  float edge[kPanel];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Vector{};
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vector column[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) column[v] = load(b + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const Vector element = splat(a[r * aRow]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[r][v] += element * column[v];
    }
    a += aCol;
    b += bRow;
  }
  const bool whole = width == kPanel;
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
    float* row = c + r * cRow;
    const float* start = accumulate ? row : bias;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (whole) {
        store(row + v * kLanes, start ? sum[r][v] + load(start + v * kLanes) : sum[r][v]);
      } else {
        store(edge + v * kLanes, sum[r][v]);
      }
    }
    if (!whole) {
      for (int64_t j = 0; j < width; ++j) row[j] = start ? edge[j] + start[j] : edge[j];
    }
  }
}

using TileFunction = void (*)(int64_t, const float*, int64_t, int64_t, const float*, int64_t, float*, int64_t, int64_t,
                              bool, const float*);

template <int Rows>
void tileOf(int64_t depth, const float* a, int64_t aRow, int64_t aCol, const float* b, int64_t bRow, float* c,
            int64_t cRow, int64_t width, bool accumulate, const float* bias) {
  // A unit stride known to the compiler saves the address arithmetic of the common cases.
  if (aCol == 1) tile<Rows>(depth, a, aRow, 1, b, bRow, c, cRow, width, accumulate, bias);
  else if (aRow == 1) tile<Rows>(depth, a, 1, aCol, b, bRow, c, cRow, width, accumulate, bias);
  else tile<Rows>(depth, a, aRow, aCol, b, bRow, c, cRow, width, accumulate, bias);
}

template <int... Counts>
struct Tiles {
  static constexpr TileFunction functions[] = {tileOf<Counts>...};
};

#if defined(__AVX512F__)
using AllTiles = Tiles<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14>;
#elif defined(__AVX2__) || defined(__aarch64__)
using AllTiles = Tiles<1, 2, 3, 4, 5, 6>;
#else
using AllTiles = Tiles<1, 2, 3, 4>;
#endif
constexpr const TileFunction* kTiles = AllTiles::functions;

void packPanel(const View& b, int64_t firstCol, float* panel) {
  const int64_t width = least(kPanel, b.cols - firstCol);
  const float* source = b.data + firstCol * b.colStride;
  if (b.colStride == 1) {
    for (int64_t k = 0; k < b.rows; ++k) {
      const float* row = source + k * b.rowStride;
      float* to = panel + k * kPanel;
      if (width == kPanel) {
        for (int v = 0; v < kVectors; ++v) store(to + v * kLanes, load(row + v * kLanes));
      } else {
        for (int64_t j = 0; j < kPanel; ++j) to[j] = j < width ? row[j] : 0.0f;
      }
    }
    return;
  }
  int64_t k = 0;
  if (b.rowStride == 1 && width == kPanel) {
    // Columns lie in runs, as those of a transposed weight do: they turn a square of registers at a time.
    for (; k + kLanes <= b.rows; k += kLanes) {
      for (int v = 0; v < kVectors; ++v) {
        Vector square[kLanes];
#pragma GCC unroll 16
        for (int j = 0; j < kLanes; ++j) square[j] = load(source + (v * kLanes + j) * b.colStride + k);
        transpose(square);
#pragma GCC unroll 16
        for (int j = 0; j < kLanes; ++j) store(panel + (k + j) * kPanel + v * kLanes, square[j]);
      }
    }
  }
  for (; k < b.rows; ++k) {
    for (int64_t j = 0; j < width; ++j) panel[k * kPanel + j] = source[j * b.colStride + k * b.rowStride];
  }
  if (width < kPanel) {
    for (int64_t i = 0; i < b.rows; ++i) {
      for (int64_t j = width; j < kPanel; ++j) panel[i * kPanel + j] = 0.0f;
    }
  }
}

/** Rows [row, row + rows) of A at depths [k, k + depth), as tiles of [depth, kRows]. */
void packRows(const View& a, int64_t row, int64_t rows, int64_t k, int64_t depth, float* packed) {
  for (int64_t i = 0; i < rows; i += kRows) {
    const int64_t height = least(kRows, rows - i);
    const float* source = a.data + (row + i) * a.rowStride + k * a.colStride;
    float* to = packed + i * depth;
    if (height == kRows && a.rowStride == 1) {
      for (int64_t d = 0; d < depth; ++d) __builtin_memcpy(to + d * kRows, source + d * a.colStride, sizeof(float) * kRows);
    } else {
      for (int64_t d = 0; d < depth; ++d) {
        for (int64_t r = 0; r < height; ++r) to[d * height + r] = source[d * a.colStride + r * a.rowStride];
      }
    }
  }
}

/** One block of rows against packed panels [firstPanel, lastPanel). */
void multiplyBlock(const View& a, int64_t row, int64_t rows, const float* packed, int64_t firstPanel,
                   int64_t lastPanel, int64_t firstCol, int64_t cols, const Target& c) {
  const int64_t depth = a.cols;
  const bool packA = a.colStride != 1 && lastPanel - firstPanel >= kPackAPanels;
  float* packedA = packA ? threadScratch(0, kBlockRows * kDepth) : nullptr;
  for (int64_t k = 0; k < depth || k == 0; k += kDepth) {
    const int64_t run = least(kDepth, depth - k);
    if (packA) packRows(a, row, rows, k, run, packedA);
    for (int64_t p = firstPanel; p < lastPanel; ++p) {
      const float* b = packed + p * depth * kPanel + k * kPanel;
      const int64_t col = firstCol + p * kPanel;
      const int64_t width = least(kPanel, cols - col);
      const float* bias = c.bias ? c.bias + col : nullptr;
      for (int64_t i = 0; i < rows; i += kRows) {
        const int64_t height = least(kRows, rows - i);
        const float* from = packA ? packedA + i * run : a.data + (row + i) * a.rowStride + k * a.colStride;
        kTiles[height - 1](run, from, packA ? 1 : a.rowStride, packA ? height : a.colStride, b, kPanel,
                           c.data + (row + i) * c.stride + col, c.stride, width, c.accumulate || k > 0, bias);
      }
    }
  }
}

// Up to this many rows, packing a transposed B would cost more than reading it in place with dot products.
constexpr int64_t kFewRows = 8;

/** Dot products of `Rows` rows of A with columns [begin, end) of a B whose columns lie in runs. */
template <int Rows>
void dotProducts(const float* a, int64_t aRow, const View& b, const Target& c, int64_t begin, int64_t end) {
  const int64_t depth = b.rows;
  const int64_t whole = depth / kLanes * kLanes;
  for (int64_t j = begin; j < end; ++j) {
    const float* column = b.data + j * b.colStride;
    Vector even[Rows] = {}, odd[Rows] = {};
    int64_t k = 0;
    for (; k + 2 * kLanes <= whole; k += 2 * kLanes) {
      const Vector first = load(column + k), second = load(column + k + kLanes);
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r) {
        even[r] += first * load(a + r * aRow + k);
        odd[r] += second * load(a + r * aRow + k + kLanes);
      }
    }
    for (; k < whole; k += kLanes) {
      for (int r = 0; r < Rows; ++r) even[r] += load(column + k) * load(a + r * aRow + k);
    }
    for (int r = 0; r < Rows; ++r) {
      float sum = sumLanes(even[r] + odd[r]);
      for (int64_t i = whole; i < depth; ++i) sum += column[i] * a[r * aRow + i];
      float* to = c.data + r * c.stride + j;
      *to = sum + (c.accumulate ? *to : c.bias ? c.bias[j] : 0.0f);
    }
  }
}

bool takesDotProducts(const View& a, const View& b) {
  return a.rows <= kFewRows && a.colStride == 1 && b.rowStride == 1;
}

/** All rows of A, four at a time, on columns few enough to stay in cache meanwhile. */
void dotColumns(const View& a, const View& b, const Target& c, int64_t begin, int64_t end) {
  constexpr decltype(&dotProducts<1>) functions[] = {dotProducts<1>, dotProducts<2>, dotProducts<3>, dotProducts<4>};
  const int64_t width = greatest(4, kGrain / greatest(1, a.cols));
  for (int64_t first = begin; first < end; first += width) {
    for (int64_t r = 0; r < a.rows; r += 4) {
      const Target rows{c.data + r * c.stride, c.stride, c.accumulate, c.bias};
      functions[least(4, a.rows - r) - 1](a.data + r * a.rowStride, a.rowStride, b, rows, first, least(end, first + width));
    }
  }
}

/** The panel straight from a row-major B where that is possible, else packed into this thread's scratch. */
const float* panelOf(const View& b, int64_t col, int64_t* rowStride) {
  if (b.colStride == 1 && col + kPanel <= b.cols) {
    *rowStride = b.rowStride;
    return b.data + col;
  }
  float* panel = threadScratch(1, b.rows * kPanel);
  packPanel(b, col, panel);
  *rowStride = kPanel;
  return panel;
}

void multiplyPanel(const View& a, const float* panel, int64_t panelStride, int64_t col, int64_t cols, const Target& c) {
  const int64_t width = least(kPanel, cols - col);
  const float* bias = c.bias ? c.bias + col : nullptr;
  for (int64_t k = 0; k < a.cols || k == 0; k += kDepth) {
    const int64_t run = least(kDepth, a.cols - k);
    for (int64_t i = 0; i < a.rows; i += kRows) {
      const int64_t height = least(kRows, a.rows - i);
      kTiles[height - 1](run, a.data + i * a.rowStride + k * a.colStride, a.rowStride, a.colStride,
                         panel + k * panelStride, panelStride, c.data + i * c.stride + col, c.stride, width,
                         c.accumulate || k > 0, bias);
    }
  }
}

}  // namespace

int64_t panelWidth() { return kPanel; }

int64_t packedLength(const View& b) { return ceilDivide(b.cols, kPanel) * kPanel * b.rows; }

void pack(const View& b, float* packed) {
  for (int64_t col = 0; col < b.cols; col += kPanel) packPanel(b, col, packed + col * b.rows);
}

void multiplyPacked(const View& a, const float* packed, int64_t cols, const Target& c) {
  for (int64_t col = 0; col < cols; col += kPanel) multiplyPanel(a, packed + col * a.cols, kPanel, col, cols, c);
}

void multiplyAlone(const View& a, const View& b, const Target& c) {
  if (takesDotProducts(a, b)) return dotColumns(a, b, c, 0, b.cols);
  for (int64_t col = 0; col < b.cols; col += kPanel) {
    int64_t stride = 0;
    const float* panel = panelOf(b, col, &stride);
    multiplyPanel(a, panel, stride, col, b.cols, c);
  }
}

void multiply(const View& a, const View& b, const Target& c) {
  if (a.rows == 0 || b.cols == 0) return;
  if (takesDotProducts(a, b)) {
    const int64_t grain = greatest(4, 4 * kGrain / greatest(1, a.cols * a.rows));
    parallelRanges(b.cols, grain, [&](int64_t begin, int64_t end) { dotColumns(a, b, c, begin, end); });
    return;
  }
  const int64_t depth = a.cols;
  const int64_t panels = ceilDivide(b.cols, kPanel);
  const int64_t pass = greatest(1, kPackedFloats / (kPanel * greatest(1, depth)));
  for (int64_t first = 0; first < panels; first += pass) {
    const int64_t count = least(pass, panels - first);
    float* packed = threadScratch(2, count * kPanel * greatest(1, depth));
    const int64_t firstCol = first * kPanel;
    const int64_t perTask = greatest(1, kGrain / (kPanel * greatest(1, depth)));
    parallelRanges(count, perTask, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) packPanel(b, firstCol + p * kPanel, packed + p * depth * kPanel);
    });
    const int64_t rowBlocks = ceilDivide(a.rows, kBlockRows);
    // Few rows and many columns, as when a batch of one token meets a vocabulary: divide the columns too.
    const int64_t wanted = 4 * threads();
    const int64_t groups = rowBlocks >= wanted ? 1 : least(count, ceilDivide(wanted, rowBlocks));
    const int64_t perGroup = ceilDivide(count, groups);
    const bool small = a.rows * depth * count * kPanel < 64 * 1024;
    const auto block = [&](int64_t task) {
      const int64_t row = task / groups * kBlockRows;
      const int64_t panel = task % groups * perGroup;
      multiplyBlock(a, row, least(kBlockRows, a.rows - row), packed, panel, least(count, panel + perGroup), firstCol,
                    b.cols, c);
    };
    if (small) {
      for (int64_t task = 0; task < rowBlocks * groups; ++task) block(task);
    } else {
      parallel(rowBlocks * groups, block);
    }
  }
}

float dot(const float* a, const float* b, int64_t length) {
  Vector even = {}, odd = {};
  int64_t i = 0;
  for (; i + 2 * kLanes <= length; i += 2 * kLanes) {
    even += load(a + i) * load(b + i);
    odd += load(a + i + kLanes) * load(b + i + kLanes);
  }
  for (; i + kLanes <= length; i += kLanes) even += load(a + i) * load(b + i);
  if (i < length) odd += loadSome(a + i, length - i) * loadSome(b + i, length - i);
  return sumLanes(even + odd);
}

namespace {

View matrix(const float* data, int64_t rows, int64_t cols, bool transposed) {
  return transposed ? View{data, rows, cols, 1, rows} : View{data, rows, cols, cols, 1};
}

/** matMul(a, b, out, batch, rows, depth, cols, transposeA, transposeB, aRepeats, bRepeats, bias | null, accumulate) */
void matMul(Call& call) {
  const int64_t batch = call.size(3), rows = call.size(4), depth = call.size(5), cols = call.size(6);
  const bool transposeA = call.flag(7), transposeB = call.flag(8);
  const bool aRepeats = call.flag(9), bRepeats = call.flag(10);
  const float* a = call.floats(0, Call::extent(aRepeats ? 1 : batch, rows, depth));
  const float* b = call.floats(1, Call::extent(bRepeats ? 1 : batch, depth, cols));
  float* out = call.floats(2, Call::extent(batch, rows, cols));
  const float* bias = call.floatsOrNull(11, cols);
  const bool accumulate = call.flag(12);
  if (bRepeats && !transposeA && !aRepeats) {
    return multiply(matrix(a, batch * rows, depth, false), matrix(b, depth, cols, transposeB),
                    Target{out, cols, accumulate, bias});
  }
  const auto one = [&](int64_t i, bool alone) {
    const View left = matrix(a + (aRepeats ? 0 : i * rows * depth), rows, depth, transposeA);
    const View right = matrix(b + (bRepeats ? 0 : i * depth * cols), depth, cols, transposeB);
    const Target target{out + i * rows * cols, cols, accumulate, bias};
    if (alone) multiplyAlone(left, right, target);
    else multiply(left, right, target);
  };
  // The choice must not look at the number of threads: the two ways may round differently.
  if (batch >= 16 || rows * cols * depth < 64 * 1024) {
    parallel(batch, [&](int64_t i) { one(i, true); });
  } else {
    for (int64_t i = 0; i < batch; ++i) one(i, false);
  }
}

}  // namespace

void registerGemm(Registry& registry) { registry.add("matMul", matMul); }

}  // namespace SEXTANT_ISA
}  // namespace sextant
