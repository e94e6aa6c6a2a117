import { z } from 'zod';
import { decodeCodes, encodeThreshold, featureCounts, featureSums, rowNorms, tf } from '@sextant/compute';
import { folded, initialVariables, parametersOf } from './parameters';
import { penaltyAt } from './schedule';
import { squaredError } from './squaredError';
import { defineTrainable } from './trainable';

/** Below this share of active codes the sparse kernels are faster than full matrices (docs/dictionaries.md). */
const sparseBelow = 0.05;

const options = z.strictObject({
  /** λ on normalised activations; 5 in Scaling Monosemanticity, to be swept for the L0 wanted. */
  l1: z.number().nonnegative(),
  /** Steps over which λ rises from 0; the first twentieth of the run by default. */
  l1WarmupSteps: z.number().int().nonnegative().optional(),
  /** `decoder-norm`: Σ f_i ‖W_dec_i‖, papers.md 1.2. `plain`: Σ f_i, which needs a decoder at unit norm. */
  penalty: z.enum(['decoder-norm', 'plain']).default('decoder-norm'),
  decoder: z.enum(['free', 'unit']).default('free'),
  /** The 2023 form, which reads x − b_dec; the paper's has no pre-encoder bias. */
  subtractDecoderBias: z.boolean().default(false),
  decoderInitNorm: z.number().positive().default(0.1),
  /** Global norm that gradients are clipped to; null for none. */
  clipNorm: z.number().positive().nullable().default(1),
});

/**
 * The L1 dictionary of Scaling Monosemanticity: mean over tokens of ‖x − x̂‖² + λ Σ f_i ‖W_dec_i‖, Adam, gradients
 * clipped to norm 1, λ from 0 over the first 5 % of steps, folded to unit decoder rows at the end.
 */
export const standardTraining = defineTrainable<z.infer<typeof options>>({
  name: 'standard',
  options,
  dead: (_, window) => ({ unit: 'tokens', window, judged: 'after' }),
  start({ d, n, steps, options: chosen, rng, dead }) {
    const variables = initialVariables({ n, d, decoderNorm: chosen.decoder === 'unit' ? 1 : chosen.decoderInitNorm, rng });
    const { W_enc, W_dec, b_enc, b_dec } = variables;
    const unit = chosen.decoder === 'unit';
    const warmup = chosen.l1WarmupSteps ?? Math.round(steps * 0.05);
    let layout: 'sparse' | 'dense' = 'dense';
    return {
      parameters: parametersOf(variables, { tangent: unit, unitNorm: unit }),
      adam: { clipNorm: chosen.clipNorm ?? undefined },
      loss(x, step) {
        const rows = x.shape[0];
        const center = chosen.subtractDecoderBias ? b_dec : undefined;
        const codes = encodeThreshold({ x, center, weights: W_enc, bias: b_enc, xIsData: true }, { layout });
        const reconstruction = decodeCodes(codes, W_dec, b_dec);
        const mse = squaredError(reconstruction, x);
        const sums = featureSums(codes);
        const size = tf.sum(chosen.penalty === 'plain' ? sums : tf.mul(sums, rowNorms(W_dec)));
        const l1 = tf.mul<tf.Scalar>(size, penaltyAt(step, chosen.l1, warmup) / rows);
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        dead.observe(counts, rows);
        layout = counts.reduce((sum, count) => sum + count, 0) < sparseBelow * rows * n ? 'sparse' : 'dense';
        return { loss: tf.add<tf.Scalar>(mse, l1), terms: { mse, l1 }, codes, counts, reconstruction };
      },
      state: () => ({ layout }),
      restore(state) {
        layout = state.layout === 'sparse' ? 'sparse' : 'dense';
      },
      config: () => ({ architecture: 'standard', options: {}, applyDecoderBiasToInput: chosen.subtractDecoderBias }),
      finish: (scale) => folded(variables, scale, 'unit-rows'),
    };
  },
});
