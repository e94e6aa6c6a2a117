/**
 * The point with the least summed distance to all rows, by Weiszfeld's iteration in float64, as dictionary_learning
 * starts its decoder bias: at most `rounds` rounds from the mean, until a move is shorter than `tolerance`.
 * @param rows [count, d], row-major
 */
export function geometricMedian(rows: ArrayLike<number>, d: number, { rounds = 100, tolerance = 1e-5 } = {}): Float32Array {
  const count = rows.length / d;
  let guess = weightedMean(rows, d, new Float64Array(count).fill(1));
  for (let round = 0; round < rounds; round++) {
    const weights = Float64Array.from({ length: count }, (_, row) => {
      let square = 0;
      for (let i = 0; i < d; i++) square += (rows[row * d + i]! - guess[i]!) ** 2;
      // A row on the guess itself would weigh infinitely; it cannot pull it anywhere.
      return square > 0 ? 1 / Math.sqrt(square) : 0;
    });
    const next = weights.some((weight) => weight > 0) ? weightedMean(rows, d, weights) : guess;
    const move = Math.sqrt(next.reduce((sum, value, i) => sum + (value - guess[i]!) ** 2, 0));
    guess = next;
    if (move < tolerance) break;
  }
  return Float32Array.from(guess);
}

function weightedMean(rows: ArrayLike<number>, d: number, weights: Float64Array): Float64Array {
  const mean = new Float64Array(d);
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    total += weights[row]!;
    for (let i = 0; i < d; i++) mean[i]! += weights[row]! * rows[row * d + i]!;
  }
  return mean.map((value) => value / total);
}
