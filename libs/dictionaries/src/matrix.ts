/** [cols, rows] of a row-major [rows, cols]. */
export function transposed(values: Float32Array, rows: number, cols: number): Float32Array {
  const out = new Float32Array(values.length);
  // In blocks, because a column walk through a large matrix misses the cache at every step.
  const block = 64;
  for (let r0 = 0; r0 < rows; r0 += block) {
    for (let c0 = 0; c0 < cols; c0 += block) {
      const [r1, c1] = [Math.min(rows, r0 + block), Math.min(cols, c0 + block)];
      for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) out[c * rows + r] = values[r * cols + c]!;
    }
  }
  return out;
}
