import { z } from 'zod';
import { decodeCodes, encodeTopK, featureCounts, rowNorms, scaleCodes, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { auxiliaryLoss } from './auxiliary';
import { geometricMedian } from './geometricMedian';
import { folded, initialVariables, parametersOf } from './parameters';
import { squaredError } from './squaredError';
import { defineTrainable } from './trainable';

const options = z.object({
  /** Features kept on each token. */
  k: z.number().int().positive(),
  /** Decoder rows held at length 1, the gradient along them removed (Gao et al. 2024), or free as in SAELens. */
  decoder: z.enum(['unit', 'free']).default('unit'),
  decoderInitNorm: z.number().positive().default(0.1),
  /** Features compete, and codes count, by pre-activation · ‖W_dec_i‖ (SAELens); only for a free decoder. */
  rescaleByDecoderNorm: z.boolean().default(false),
  subtractDecoderBias: z.boolean().default(true),
  /** Where the decoder bias starts; `geometric-median` is that of the first batch. */
  decoderBias: z.enum(['zero', 'geometric-median']).default('geometric-median'),
  auxiliary: z
    .object({ rule: z.enum(['normalised', 'scaled']).default('normalised'), weight: z.number().nonnegative().default(1 / 32) })
    .prefault({}),
  dead: z
    .object({ unit: z.enum(['tokens', 'steps']).default('tokens'), window: z.number().positive().optional(), past: z.boolean().default(false), judged: z.enum(['before', 'after']).default('after') })
    .prefault({}),
  clipNorm: z.number().positive().nullable().default(1),
});

/**
 * TopK dictionary with AuxK (Gao et al. 2024). The defaults are dictionary_learning's recipe: reads x − b_dec, b_dec
 * from the geometric median of the first batch, unit decoder, gradients clipped to norm 1, auxiliary weight 1/32.
 */
export const topkTraining = defineTrainable<z.infer<typeof options>>({
  name: 'topk',
  options,
  dead: ({ dead: { unit, window, past, judged } }, defaultWindow) => ({ unit, window: window ?? defaultWindow, past, judged }),
  start({ d, n, options: chosen, rng, dead }) {
    const { k } = chosen;
    if (k > n) throw new SextantError('INVALID_INPUT', `k is ${k}, more than the ${n} features of the dictionary`, { field: 'k', value: k });
    const unit = chosen.decoder === 'unit';
    const variables = initialVariables({ n, d, decoderNorm: unit ? 1 : chosen.decoderInitNorm, rng });
    const { W_enc, W_dec, b_enc, b_dec } = variables;
    return {
      parameters: parametersOf(variables, { tangent: unit, unitNorm: unit }),
      adam: { clipNorm: chosen.clipNorm ?? undefined },
      prepare(x) {
        if (chosen.decoderBias === 'geometric-median') tf.tidy(() => b_dec.assign(tf.tensor1d(geometricMedian(x.dataSync(), d))));
      },
      loss(x) {
        const rows = x.shape[0];
        const norms = chosen.rescaleByDecoderNorm ? rowNorms(W_dec) : undefined;
        const encode = { x, center: chosen.subtractDecoderBias ? b_dec : undefined, weights: W_enc, bias: b_enc, scale: norms, xIsData: true };
        const codeFactors = norms && tf.div<tf.Tensor1D>(1, norms);
        const codes = encodeTopK(encode, { k, positive: true });
        const reconstruction = decodeCodes(codeFactors ? scaleCodes(codes, codeFactors) : codes, W_dec, b_dec);
        const mse = squaredError(reconstruction, x);
        const counts = Float32Array.from(featureCounts(codes).dataSync());
        const silent = dead.observe(counts, rows);
        const { rule, weight } = chosen.auxiliary;
        const auxk = weight > 0 ? auxiliaryLoss({ rule, x, reconstruction, dead: silent, encode, decoder: W_dec, codeFactors }) : tf.scalar(0);
        return { loss: tf.add<tf.Scalar>(mse, tf.mul(auxk, weight)), terms: { mse, auxk }, codes, counts, reconstruction };
      },
      state: () => ({}),
      restore: () => {},
      config: () => ({
        architecture: 'topk',
        options: { k, rescale_acts_by_decoder_norm: chosen.rescaleByDecoderNorm },
        applyDecoderBiasToInput: chosen.subtractDecoderBias,
      }),
      // Free rows without rescaling compete by their codes alone, which folding the norms into them would reorder.
      finish: (scale) => folded(variables, scale, unit || chosen.rescaleByDecoderNorm ? 'unit-rows' : 'keep-codes'),
    };
  },
});
