import { z } from 'zod';
import { decodeCodes, detach, featureCounts, preActivations, rowNorms, tf, type Codes } from '@sextant/compute';
import type { WeightArrays } from '../config';
import { folded, initialVariables, parametersOf } from './parameters';
import { penaltyAt } from './schedule';
import { squaredError } from './squaredError';
import { defineTrainable } from './trainable';

const options = z.strictObject({
  l1: z.number().nonnegative(),
  l1WarmupSteps: z.number().int().nonnegative().optional(),
  /** Σ ReLU(gate) ‖W_dec_i‖ (SAELens), or Σ ReLU(gate) for a decoder at unit norm (dictionary_learning). */
  penalty: z.enum(['decoder-norm', 'plain']).default('decoder-norm'),
  /** Whether the auxiliary reconstruction also trains the decoder: `frozen` in the paper, `free` in SAELens. */
  auxiliaryDecoder: z.enum(['frozen', 'free']).default('frozen'),
  decoder: z.enum(['free', 'unit']).default('unit'),
  decoderInitNorm: z.number().positive().default(0.1),
  subtractDecoderBias: z.boolean().default(true),
  clipNorm: z.number().positive().nullable().default(null),
});

/**
 * Gated dictionary (Rajamanoharan et al. 2024): the gate decides, the magnitude is free of the penalty. The gate learns
 * through the L1 term and an auxiliary reconstruction by ReLU(gate) alone. Computed densely.
 */
export const gatedTraining = defineTrainable<z.infer<typeof options>>({
  name: 'gated',
  options,
  dead: (_, window) => ({ unit: 'tokens', window, judged: 'after' }),
  start({ d, n, steps, options: chosen, rng, dead }) {
    const unit = chosen.decoder === 'unit';
    const variables = initialVariables({ n, d, decoderNorm: unit ? 1 : chosen.decoderInitNorm, rng });
    const { W_enc, W_dec, b_dec } = variables;
    const vector = () => tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([n])));
    const [gateBias, magnitudeBias, magnitudeScale] = [vector(), vector(), vector()];
    // Gated dictionaries have two encoder biases of their own instead of b_enc.
    variables.b_enc.dispose();
    const plain = parametersOf(variables, { tangent: unit, unitNorm: unit }).filter(({ name }) => name !== 'b_enc');
    const warmup = chosen.l1WarmupSteps ?? Math.round(steps * 0.05);
    return {
      parameters: [
        ...plain,
        { name: 'b_gate', variable: gateBias },
        { name: 'b_mag', variable: magnitudeBias },
        { name: 'r_mag', variable: magnitudeScale },
      ],
      adam: { clipNorm: chosen.clipNorm ?? undefined },
      loss(x, step) {
        const raw = preActivations({ x, center: chosen.subtractDecoderBias ? b_dec : undefined, weights: W_enc, bias: tf.zeros([n]) });
        const gate = tf.add<tf.Tensor2D>(raw, gateBias);
        const magnitude = tf.relu(tf.add(tf.mul(raw, tf.exp(magnitudeScale)), magnitudeBias));
        const codes: Codes = { layout: 'dense', rows: x.shape[0], n, dense: tf.mul<tf.Tensor2D>(magnitude, tf.step(gate)) };
        const reconstruction = decodeCodes(codes, W_dec, b_dec);
        const mse = squaredError(reconstruction, x);
        const open: Codes = { ...codes, dense: tf.relu(gate) };
        const sums = tf.sum(open.dense, 0);
        const size = tf.sum(chosen.penalty === 'plain' ? sums : tf.mul(sums, rowNorms(W_dec)));
        const l1 = tf.mul<tf.Scalar>(size, penaltyAt(step, chosen.l1, warmup) / x.shape[0]);
        const frozen = chosen.auxiliaryDecoder === 'frozen';
        const byGate = frozen ? decodeCodes(open, detach(W_dec).as2D(n, d), detach(b_dec).as1D()) : decodeCodes(open, W_dec, b_dec);
        const auxiliary = squaredError(byGate, x);
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        dead.observe(counts, x.shape[0]);
        return { loss: tf.addN([mse, l1, auxiliary]), terms: { mse, l1, auxiliary }, codes, counts, reconstruction };
      },
      state: () => ({}),
      restore: () => {},
      config: () => ({ architecture: 'gated', options: {}, applyDecoderBiasToInput: chosen.subtractDecoderBias }),
      finish(scale): WeightArrays {
        // Both biases fold as an encoder bias does; e^r_mag is a ratio and stays.
        const withBias = (bias: tf.Variable<tf.Rank.R1>) => folded({ ...variables, b_enc: bias }, scale, 'unit-rows');
        const { b_enc: b_gate, ...rest } = withBias(gateBias);
        return { ...rest, b_gate: b_gate!, b_mag: withBias(magnitudeBias).b_enc!, r_mag: { shape: [n], data: Float32Array.from(magnitudeScale.dataSync()) } };
      },
    };
  },
});
