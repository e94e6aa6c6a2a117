/** log-softmax in float64 of one row of logits. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i]!);
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - max);
  const shift = max + Math.log(total);
  return Float64Array.from(logits, (value) => value - shift);
}

/** KL(p ‖ q) in nats from log-probabilities; never below 0, which rounding could otherwise give. */
export function klDivergence(logP: Float64Array, logQ: Float64Array): number {
  let total = 0;
  for (let i = 0; i < logP.length; i++) {
    const p = Math.exp(logP[i]!);
    if (p > 0) total += p * (logP[i]! - logQ[i]!);
  }
  return Math.max(0, total);
}
