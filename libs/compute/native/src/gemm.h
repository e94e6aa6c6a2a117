#pragma once
#include "simd.h"

namespace sextant {
namespace SEXTANT_ISA {

/** A matrix in someone else's memory: element (i, j) is data[i·rowStride + j·colStride]. */
struct View {
  const float* data;
  int64_t rows;
  int64_t cols;
  int64_t rowStride;
  int64_t colStride;
};

/** Where a product goes: row-major with `stride`, overwritten or added to, started from `bias` if given. */
struct Target {
  float* data;
  int64_t stride;
  bool accumulate;
  const float* bias;
};

/** C = A·B (+ bias), or C += A·B, on all threads. */
void multiply(const View& a, const View& b, const Target& c);

/** The same on the calling thread: for kernels that are parallel themselves. Uses scratch slots 0 and 1. */
void multiplyAlone(const View& a, const View& b, const Target& c);

/** Columns of one packed panel; packed B holds ceil(cols / kPanel) panels of [rows, kPanel]. */
int64_t panelWidth();
int64_t packedLength(const View& b);
/** Packs B, zero-filled to whole panels. */
void pack(const View& b, float* packed);
/** A·B with B packed before, on the calling thread. */
void multiplyPacked(const View& a, const float* packed, int64_t cols, const Target& c);

/** Σ a[i]·b[i], in a fixed order. */
float dot(const float* a, const float* b, int64_t length);

}  // namespace SEXTANT_ISA
}  // namespace sextant
