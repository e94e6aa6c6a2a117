#pragma once
#include "dictionaryQuantise.h"

/* Products of int8 rows with a panel of sixteen uint8 features, exact in integers. */
namespace sextant {
namespace SEXTANT_ISA {
namespace {

constexpr int64_t kScreenPanel = 16;  // features per panel
constexpr int kScreenRows = 6;        // rows of a register tile

#if defined(__AVX2__)

typedef char Bytes32 __attribute__((vector_size(32)));
typedef int16_t Shorts16 __attribute__((vector_size(32)));
typedef uint16_t Words16 __attribute__((vector_size(32)));  // int16 sums that wrap

/**
 * out[M][16] = Σ_t x[m][t] · (w[t][j] − 128) with x int8, w uint8 in quads of dimensions: panel[t / 4][16][4].
 * `start[m][block]` holds −128 Σ x of the block's two lanes, so that the int16 sums wrap back to the true ones.
 */
template <int M>
inline void screenTile(const int8_t* x, int64_t stride, const int32_t* start, int64_t blocks, const uint8_t* panel, int32_t* out) {
  const Shorts16 ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (int64_t block = 0; block < blocks; ++block) {
    Words16 sum[M][2];
#pragma GCC unroll 6
    for (int m = 0; m < M; ++m) {
      const int32_t s = start[m * blocks + block];
      sum[m][0] = sum[m][1] = reinterpret_cast<Words16>(Int8{s, s, s, s, s, s, s, s});
    }
    const uint8_t* w = panel + block * kScreenBlock * kScreenPanel;
    const int8_t* from = x + block * kScreenBlock;
#pragma GCC unroll 2
    for (int quad = 0; quad < 8; ++quad) {
      Bytes32 w0, w1;
      __builtin_memcpy(&w0, w + quad * 64, 32);
      __builtin_memcpy(&w1, w + quad * 64 + 32, 32);
#pragma GCC unroll 6
      for (int m = 0; m < M; ++m) {
        int32_t four;
        __builtin_memcpy(&four, from + m * stride + quad * 4, 4);
        const Bytes32 value = reinterpret_cast<Bytes32>(Int8{four, four, four, four, four, four, four, four});
        sum[m][0] += reinterpret_cast<Words16>(__builtin_ia32_pmaddubsw256(w0, value));
        sum[m][1] += reinterpret_cast<Words16>(__builtin_ia32_pmaddubsw256(w1, value));
      }
    }
#pragma GCC unroll 6
    for (int m = 0; m < M; ++m) {
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half) {
        int32_t* to = out + m * kScreenPanel + 8 * half;
        Int8 wide = reinterpret_cast<Int8>(__builtin_ia32_pmaddwd256(reinterpret_cast<Shorts16>(sum[m][half]), ones));
        if (block > 0) {
          Int8 before;
          __builtin_memcpy(&before, to, sizeof before);
          wide += before;
        }
        __builtin_memcpy(to, &wide, sizeof wide);
      }
    }
  }
}

#endif

}  // namespace
}  // namespace SEXTANT_ISA
}  // namespace sextant
