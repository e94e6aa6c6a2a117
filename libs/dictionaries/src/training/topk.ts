import { z } from 'zod';
import { decodeCodes, encodeTopK, featureCounts, scaleCodes } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { folded } from './parameters';
import { squaredError } from './squaredError';
import { topKDead, topKFamily, topKFamilyOptions } from './topKFamily';
import { defineTrainable } from './trainable';

const options = z.strictObject({
  /** Features kept on each token. */
  k: z.number().int().positive(),
  ...topKFamilyOptions,
});

/**
 * TopK dictionary with AuxK (Gao et al. 2024). By default dictionary_learning's recipe: reads x − b_dec, b_dec from the
 * geometric median of the first batch, unit decoder, gradients clipped to norm 1, auxiliary weight 1/32.
 */
export const topkTraining = defineTrainable<z.infer<typeof options>>({
  name: 'topk',
  options,
  dead: topKDead,
  start(setup) {
    const { k, rescaleByDecoderNorm, subtractDecoderBias } = setup.options;
    if (k > setup.n) throw new SextantError('INVALID_INPUT', `k is ${k}, more than the ${setup.n} features of the dictionary`, { field: 'k', value: k });
    const family = topKFamily(setup);
    const { W_dec, b_dec } = family.variables;
    return {
      ...family.common,
      loss(x) {
        const { encode, codeFactors } = family.reading(x);
        const codes = encodeTopK(encode, { k, positive: true });
        const reconstruction = decodeCodes(codeFactors ? scaleCodes(codes, codeFactors) : codes, W_dec, b_dec);
        const mse = squaredError(reconstruction, x);
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        return family.outcome({ codes, counts, reconstruction, terms: { mse }, fit: mse, encode, codeFactors });
      },
      state: () => ({}),
      restore: () => {},
      config: () => ({ architecture: 'topk', options: { k, rescale_acts_by_decoder_norm: rescaleByDecoderNorm }, applyDecoderBiasToInput: subtractDecoderBias }),
      finish: (scale) => folded(family.variables, scale, family.folding),
    };
  },
});
