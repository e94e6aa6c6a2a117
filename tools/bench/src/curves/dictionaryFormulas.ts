export interface DictionarySizes {
  d: number;
  n: number;
  k: number;
  batch: number;
}

/** A step's work by formula: the encoder's product, and what touches active features (decode, three gradients of it). */
export function stepFlops({ d, n, k, batch }: DictionarySizes): { encoder: number; sparse: number } {
  return { encoder: 2 * d * n * batch, sparse: 8 * d * k * batch };
}

/** Adam reads weights, gradient and two moments of both matrices, and writes all but the gradient. */
export const stepBytes = ({ d, n }: DictionarySizes): number => 2 * d * n * 4 * 7;
