import { z } from 'zod';
import { rowNorms, tf, type EncodeInput } from '@sextant/compute';
import { auxiliaryLoss } from './auxiliary';
import type { DeadRule } from './deadFeatures';
import { geometricMedian } from './geometricMedian';
import { initialVariables, parametersOf, type DictionaryVariables } from './parameters';
import type { StepOutcome, Training, TrainingSetup } from './trainable';

/** Settings that TopK, BatchTopK and Matryoshka share. The defaults are dictionary_learning's recipe. */
export const topKFamilyOptions = {
  /** Decoder rows held at length 1, the gradient along them removed (Gao et al. 2024), or free as in SAELens. */
  decoder: z.enum(['unit', 'free']).default('unit'),
  decoderInitNorm: z.number().positive().default(0.1),
  /** Features compete, and codes count, by pre-activation · ‖W_dec_i‖ (SAELens); only for a free decoder. */
  rescaleByDecoderNorm: z.boolean().default(false),
  subtractDecoderBias: z.boolean().default(true),
  /** Where the decoder bias starts; `geometric-median` is that of the first batch. */
  decoderBias: z.enum(['zero', 'geometric-median']).default('geometric-median'),
  auxiliary: z
    .strictObject({ rule: z.enum(['normalised', 'scaled']).default('normalised'), weight: z.number().nonnegative().default(1 / 32) })
    .prefault({}),
  dead: z
    .strictObject({
      unit: z.enum(['tokens', 'steps']).default('tokens'),
      window: z.number().positive().optional(),
      past: z.boolean().default(false),
      judged: z.enum(['before', 'after']).default('after'),
    })
    .prefault({}),
  clipNorm: z.number().positive().nullable().default(1),
};
type Shared = { [Name in keyof typeof topKFamilyOptions]: z.infer<(typeof topKFamilyOptions)[Name]> };

export const topKDead = ({ dead: { unit, window, past, judged } }: Shared, defaultWindow: number): DeadRule => ({
  unit,
  window: window ?? defaultWindow,
  past,
  judged,
});

/** What the members of the family have in common: variables, how x is read, the auxiliary loss. */
export function topKFamily<Options extends Shared>({ d, n, options, rng, dead }: TrainingSetup<Options>) {
  const unit = options.decoder === 'unit';
  const variables: DictionaryVariables = initialVariables({ n, d, decoderNorm: unit ? 1 : options.decoderInitNorm, rng });
  const { W_enc, W_dec, b_enc, b_dec } = variables;
  const common: Pick<Training, 'parameters' | 'adam' | 'prepare'> = {
    parameters: parametersOf(variables, { tangent: unit, unitNorm: unit }),
    adam: { clipNorm: options.clipNorm ?? undefined },
    prepare(x) {
      if (options.decoderBias === 'geometric-median') tf.tidy(() => b_dec.assign(tf.tensor1d(geometricMedian(x.dataSync(), d))));
    },
  };
  return {
    variables,
    common,
    /** Free rows without rescaling compete by their codes alone, which folding the norms into them would reorder. */
    folding: unit || options.rescaleByDecoderNorm ? ('unit-rows' as const) : ('keep-codes' as const),
    /** How a batch is encoded, and the factors its codes take before decoding. */
    reading(x: tf.Tensor2D): { encode: EncodeInput; codeFactors: tf.Tensor1D | undefined } {
      const norms = options.rescaleByDecoderNorm ? rowNorms(W_dec) : undefined;
      const encode = { x, center: options.subtractDecoderBias ? b_dec : undefined, weights: W_enc, bias: b_enc, scale: norms, xIsData: true };
      return { encode, codeFactors: norms && tf.div<tf.Tensor1D>(1, norms) };
    },
    /** Counts the step's firing and adds the auxiliary loss of the features it leaves dead. */
    outcome(
      step: Pick<StepOutcome, 'codes' | 'counts' | 'reconstruction' | 'terms'> & { fit: tf.Scalar; encode: EncodeInput; codeFactors: tf.Tensor1D | undefined },
    ): StepOutcome {
      const { codes, counts, reconstruction, terms, fit, encode, codeFactors } = step;
      const { rule, weight } = options.auxiliary;
      const silent = dead.observe(counts, encode.x.shape[0]);
      if (weight === 0 || silent.length === 0) return { loss: fit, terms: { ...terms, auxk: 0 }, codes, counts, reconstruction };
      const auxk = auxiliaryLoss({ rule, x: encode.x, reconstruction, dead: silent, encode, decoder: W_dec, codeFactors });
      return { loss: tf.add<tf.Scalar>(fit, tf.mul(auxk, weight)), terms: { ...terms, auxk }, codes, counts, reconstruction };
    },
  };
}
