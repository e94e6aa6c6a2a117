import { rowNorms, tf, type DictionaryParameter, type Rng } from '@sextant/compute';
import type { WeightArrays } from '../config';
import { transposed } from '../matrix';

/** The four tensors every plain dictionary trains. */
export interface DictionaryVariables {
  /** [n, d] */
  W_enc: tf.Variable<tf.Rank.R2>;
  /** [n, d] */
  W_dec: tf.Variable<tf.Rank.R2>;
  /** [n] */
  b_enc: tf.Variable<tf.Rank.R1>;
  /** [d] */
  b_dec: tf.Variable<tf.Rank.R1>;
}

/**
 * Decoder rows in random directions of length `decoderNorm`, the encoder equal to them, biases zero
 * (papers.md 1.3; Conerly et al., April 2024).
 */
export function initialVariables({ n, d, decoderNorm, rng }: { n: number; d: number; decoderNorm: number; rng: Rng }): DictionaryVariables {
  const rows = rng.fork('decoder').normals(n * d);
  for (let row = 0; row < n; row++) {
    const direction = rows.subarray(row * d, (row + 1) * d);
    const factor = decoderNorm / Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < d; i++) direction[i]! *= factor;
  }
  return {
    W_enc: tf.tidy(() => tf.variable(tf.tensor2d(rows.slice(), [n, d]))),
    W_dec: tf.tidy(() => tf.variable(tf.tensor2d(rows, [n, d]))),
    b_enc: tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([n]))),
    b_dec: tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([d]))),
  };
}

export function parametersOf(variables: DictionaryVariables, decoder: { tangent: boolean; unitNorm: boolean }): DictionaryParameter[] {
  const { W_enc, W_dec, b_enc, b_dec } = variables;
  return [
    { name: 'W_enc', variable: W_enc },
    { name: 'b_enc', variable: b_enc },
    { name: 'W_dec', variable: W_dec, ...decoder },
    { name: 'b_dec', variable: b_dec },
  ];
}

/**
 * Weights that read and write model units, where training multiplied activations by `scale`.
 * - `unit-rows`: f' = f · ‖W_dec_i‖ / scale, decoder rows of length 1 (papers.md 1.2). The product of code and row is
 *   unchanged; use it where features do not compete by f alone.
 * - `keep-codes`: f' = f; W_enc · scale, W_dec / scale (SAELens `fold_activation_norm_scaling_factor`).
 */
export function folded({ W_enc, W_dec, b_enc, b_dec }: DictionaryVariables, scale: number, rule: 'unit-rows' | 'keep-codes'): WeightArrays {
  const [n, d] = W_dec.shape;
  const [encoder, decoder, encoderBias, decoderBias] = [W_enc, W_dec, b_enc, b_dec].map((variable) => Float32Array.from(variable.dataSync()));
  const norms = tf.tidy(() => Float32Array.from(rowNorms(W_dec).dataSync()));
  for (let i = 0; i < n; i++) {
    const norm = rule === 'unit-rows' && norms[i]! > 0 ? norms[i]! : 1;
    const read = rule === 'unit-rows' ? norm : scale;
    const write = rule === 'unit-rows' ? 1 / norm : 1 / scale;
    for (let t = i * d; t < (i + 1) * d; t++) {
      encoder![t]! *= read;
      decoder![t]! *= write;
    }
    encoderBias![i]! *= rule === 'unit-rows' ? norm / scale : 1;
  }
  return {
    W_enc: { shape: [d, n], data: transposed(encoder!, n, d) },
    W_dec: { shape: [n, d], data: decoder! },
    b_enc: { shape: [n], data: encoderBias! },
    b_dec: { shape: [d], data: decoderBias!.map((value) => value / scale) },
  };
}

/** The same for codes cut off at a threshold, which folds as the encoder's bias does: one for all features, or one each [n]. */
export function foldedWithThreshold(
  variables: DictionaryVariables,
  threshold: number | tf.Tensor1D,
  scale: number,
  rule: 'unit-rows' | 'keep-codes',
): WeightArrays {
  const [n] = variables.W_dec.shape;
  const arrays = folded(variables, scale, rule);
  if (typeof threshold === 'number') {
    // A threshold of the whole batch speaks of codes in units of unit rows already.
    const value = rule === 'unit-rows' ? threshold / scale : threshold;
    return { ...arrays, threshold: { shape: [n], data: new Float32Array(n).fill(value) } };
  }
  const norms = tf.tidy(() => Float32Array.from(rowNorms(variables.W_dec).dataSync()));
  const values = Float32Array.from(threshold.dataSync(), (value, i) => (rule === 'unit-rows' ? (value * norms[i]!) / scale : value));
  return { ...arrays, threshold: { shape: [n], data: values } };
}
