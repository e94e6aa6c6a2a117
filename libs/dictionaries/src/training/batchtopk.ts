import { z } from 'zod';
import { decodeCodes, featureCounts, scaleCodes } from '@sextant/compute';
import { BatchTopK, thresholdOptions } from './batchTopKCore';
import { foldedWithThreshold } from './parameters';
import { squaredError } from './squaredError';
import { topKDead, topKFamily, topKFamilyOptions } from './topKFamily';
import { defineTrainable } from './trainable';

const options = z.strictObject({
  /** Features kept on a token, on average over the batch; may be fractional. */
  k: z.number().positive(),
  threshold: thresholdOptions,
  ...topKFamilyOptions,
});

/**
 * BatchTopK dictionary (Bussmann et al. 2024). It is written as SAELens writes it for use: a JumpReLU dictionary with one
 * threshold, the average of the smallest value kept.
 */
export const batchtopkTraining = defineTrainable<z.infer<typeof options>>({
  name: 'batchtopk',
  options,
  dead: topKDead,
  start(setup) {
    const family = topKFamily(setup);
    const { W_dec, b_dec } = family.variables;
    const choice = new BatchTopK(setup.options.k, setup.options.threshold);
    return {
      ...family.common,
      loss(x, step) {
        const { encode, codeFactors } = family.reading(x);
        const codes = choice.encode(encode, step);
        const reconstruction = decodeCodes(codeFactors ? scaleCodes(codes, codeFactors) : codes, W_dec, b_dec);
        const mse = squaredError(reconstruction, x);
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        const terms = { mse, threshold: choice.threshold ?? -1 };
        return family.outcome({ codes, counts, reconstruction, terms, fit: mse, encode, codeFactors });
      },
      state: () => choice.state(),
      restore: (state) => choice.restore(state),
      config: () => ({ architecture: 'jumprelu', options: {}, applyDecoderBiasToInput: setup.options.subtractDecoderBias }),
      finish: (scale) => foldedWithThreshold(family.variables, choice.threshold ?? 0, scale, family.folding),
    };
  },
});
