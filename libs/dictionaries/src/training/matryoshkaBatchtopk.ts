import { z } from 'zod';
import { decodeCodes, featureCounts, filterCodes, scaleCodes, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { BatchTopK, thresholdOptions } from './batchTopKCore';
import { foldedWithThreshold } from './parameters';
import { squaredError } from './squaredError';
import { topKDead, topKFamily, topKFamilyOptions } from './topKFamily';
import { defineTrainable } from './trainable';

const options = z.strictObject({
  k: z.number().positive(),
  /** Ascending numbers of features, each of which must reconstruct by itself; n is added where it is missing. */
  widths: z.array(z.number().int().positive()).min(1),
  /** Weight of each level's squared error: 1 in SAELens, 1 / levels² in dictionary_learning. */
  levelWeight: z.number().positive().default(1),
  threshold: thresholdOptions,
  ...topKFamilyOptions,
});

/**
 * Matryoshka BatchTopK dictionary (Bussmann et al. 2025): nested prefixes of the features each reconstruct x, which keeps
 * general features general. One batch-wide choice of codes serves all levels.
 */
export const matryoshkaTraining = defineTrainable<z.infer<typeof options>>({
  name: 'matryoshka_batchtopk',
  options,
  dead: topKDead,
  start(setup) {
    const { n, options: chosen } = setup;
    const widths = chosen.widths.at(-1) === n ? chosen.widths : [...chosen.widths, n];
    if (widths.some((width, i) => width <= (widths[i - 1] ?? 0) || width > n)) {
      throw new SextantError('INVALID_INPUT', `widths [${chosen.widths}] must ascend to at most the dictionary's ${n} features`, { field: 'widths', value: chosen.widths });
    }
    const family = topKFamily(setup);
    const { W_dec, b_dec } = family.variables;
    const choice = new BatchTopK(chosen.k, chosen.threshold);
    return {
      ...family.common,
      loss(x, step) {
        const { encode, codeFactors } = family.reading(x);
        const codes = choice.encode(encode, step);
        const decoded = codeFactors ? scaleCodes(codes, codeFactors) : codes;
        // A level adds its own features to the reconstruction of the one before, so each is decoded once.
        const levels: tf.Tensor2D[] = [];
        for (const [level, width] of widths.entries()) {
          const own = filterCodes(decoded, (_row, feature) => feature < width && feature >= (widths[level - 1] ?? 0));
          const before = levels.at(-1);
          levels.push(before ? tf.add<tf.Tensor2D>(before, decodeCodes(own, W_dec)) : decodeCodes(own, W_dec, b_dec));
        }
        const errors = levels.map((level) => squaredError(level, x));
        const fit = tf.mul<tf.Scalar>(tf.addN(errors), chosen.levelWeight);
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        const terms = { mse: errors.at(-1)!, fit, threshold: choice.threshold ?? -1 };
        return family.outcome({ codes, counts, reconstruction: levels.at(-1)!, terms, fit, encode, codeFactors });
      },
      state: () => choice.state(),
      restore: (state) => choice.restore(state),
      config: () => ({ architecture: 'jumprelu', options: {}, applyDecoderBiasToInput: chosen.subtractDecoderBias }),
      finish: (scale) => foldedWithThreshold(family.variables, choice.threshold ?? 0, scale, family.folding),
    };
  },
});
