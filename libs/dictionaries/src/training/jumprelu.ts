import { z } from 'zod';
import { decodeCodes, featureCounts, preActivations, rowNorms, tf, type Codes } from '@sextant/compute';
import { foldedWithThreshold, initialVariables, parametersOf } from './parameters';
import { penaltyAt } from './schedule';
import { squaredError } from './squaredError';
import { countAbove, jump } from './straightThrough';
import { defineTrainable } from './trainable';

const options = z.strictObject({
  /**
   * What is penalised, mean over tokens:
   * - `step` (Rajamanoharan et al. 2024): weight · L0
   * - `tanh` (Anthropic, January 2025): weight · Σ tanh(4 f ‖W_dec_i‖)
   * - `quadratic` (SAELens): weight · 2 / target · (L0 − target)²
   * - `target` (dictionary_learning): weight · (mean L0 / target − 1)²
   */
  penalty: z.enum(['step', 'tanh', 'quadratic', 'target']).default('step'),
  weight: z.number().nonnegative(),
  targetL0: z.number().positive().optional(),
  penaltyWarmupSteps: z.number().int().nonnegative().optional(),
  /** Width of the rectangle kernel of the straight-through estimator. */
  bandwidth: z.number().positive().default(0.05),
  /** Whether pre-activations also receive the kernel's gradient (Anthropic), or thresholds alone (DeepMind). */
  gradientToInput: z.boolean().default(false),
  /** Weight of Σ ReLU(threshold − pre) ‖W_dec_i‖ over dead features, which brings them back. */
  preActivationWeight: z.number().nonnegative().default(0),
  initialThreshold: z.number().positive().default(0.01),
  /** Thresholds held at 0 or above. */
  clampThreshold: z.boolean().default(true),
  decoder: z.enum(['free', 'unit']).default('free'),
  decoderInitNorm: z.number().positive().default(0.1),
  subtractDecoderBias: z.boolean().default(true),
  clipNorm: z.number().positive().nullable().default(1),
  dead: z.strictObject({ unit: z.enum(['tokens', 'steps']), window: z.number().positive(), past: z.boolean(), judged: z.enum(['before', 'after']) }).optional(),
});

/** JumpReLU dictionary: f = p · (p > threshold), thresholds trained by straight-through estimators. Computed densely. */
export const jumpreluTraining = defineTrainable<z.infer<typeof options>>({
  name: 'jumprelu',
  options: options.refine(({ penalty, targetL0 }) => targetL0 !== undefined || penalty === 'step' || penalty === 'tanh', {
    message: 'targetL0 is needed by this penalty',
    path: ['targetL0'],
  }),
  dead: ({ dead }, window) => dead ?? { unit: 'tokens', window, judged: 'after' },
  start({ d, n, steps, options: chosen, rng, dead }) {
    const unit = chosen.decoder === 'unit';
    const variables = initialVariables({ n, d, decoderNorm: unit ? 1 : chosen.decoderInitNorm, rng });
    const { W_enc, W_dec, b_enc, b_dec } = variables;
    const threshold = tf.tidy(() => tf.variable(tf.fill([n], chosen.initialThreshold).as1D()));
    const warmup = chosen.penaltyWarmupSteps ?? Math.round(steps * 0.05);
    const target = chosen.targetL0 ?? 1;

    const penalties = {
      step: (_codes: tf.Tensor2D, l0: tf.Tensor1D) => tf.mean(l0),
      tanh: (codes: tf.Tensor2D, _l0: tf.Tensor1D) => tf.mean(tf.sum(tf.tanh(tf.mul(tf.mul(codes, rowNorms(W_dec)), 4)), 1)),
      quadratic: (_codes: tf.Tensor2D, l0: tf.Tensor1D) => tf.mul(tf.mean(tf.square(tf.sub(l0, target))), 2 / target),
      target: (_codes: tf.Tensor2D, l0: tf.Tensor1D) => tf.square(tf.sub(tf.div(tf.mean(l0), target), 1)),
    };
    return {
      parameters: [...parametersOf(variables, { tangent: unit, unitNorm: unit }), { name: 'threshold', variable: threshold }],
      adam: { clipNorm: chosen.clipNorm ?? undefined },
      loss(x, step) {
        if (chosen.clampThreshold) tf.tidy(() => threshold.assign(tf.relu(threshold)));
        const pre = preActivations({ x, center: chosen.subtractDecoderBias ? b_dec : undefined, weights: W_enc, bias: b_enc });
        const dense = jump(pre, threshold, chosen);
        const codes: Codes = { layout: 'dense', rows: x.shape[0], n, dense };
        const reconstruction = decodeCodes(codes, W_dec, b_dec);
        const mse = squaredError(reconstruction, x);
        // dictionary_learning counts codes, which are zero below the threshold; the others count pre-activations.
        const l0 = tf.sum<tf.Tensor1D>(countAbove(chosen.penalty === 'target' ? dense : pre, threshold, chosen), 1);
        const sparsity = tf.mul<tf.Scalar>(penalties[chosen.penalty](dense, l0), penaltyAt(step, chosen.weight, warmup));
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        const silent = dead.observe(counts, x.shape[0]);
        const mask = new Float32Array(n);
        for (const feature of silent) mask[feature] = 1;
        const below = tf.sum(tf.mul(tf.mul(tf.relu(tf.sub(threshold, pre)), tf.mul(rowNorms(W_dec), tf.tensor1d(mask))), 1 / x.shape[0]));
        const revive = tf.mul<tf.Scalar>(below, chosen.preActivationWeight);
        return { loss: tf.addN([mse, sparsity, revive]), terms: { mse, sparsity, revive }, codes, counts, reconstruction };
      },
      state: () => ({}),
      restore: () => {},
      config: () => ({ architecture: 'jumprelu', options: {}, applyDecoderBiasToInput: chosen.subtractDecoderBias }),
      finish: (scale) => foldedWithThreshold(variables, threshold, scale, 'unit-rows'),
    };
  },
});
