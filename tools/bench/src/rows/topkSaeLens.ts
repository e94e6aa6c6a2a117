import { numbersWithin } from '../agreement';
import { initialWeights } from '../inputs/planted';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { batchSize, inputsOf, k, measureSteps, preparePlanted, sizes, sizeText, steps } from './dictionaryStep';

const decoderNorm = 0.1;

/** TopK as SAELens trains it: free decoder of initial norm 0.1, codes rescaled by it. */
export const topkSaeLens: BenchRow[] = sizes.map((size) => ({
  name: `topk-${size.d}-sae-lens`,
  work: `TopK step ${sizeText(size)}, k ${k}, batch ${batchSize}, Adam`,
  unit: 'tok',
  goal: { timesFaster: 10 },
  inputs: inputsOf(size),
  prepare: (context) => preparePlanted(context, size),
  ours: ({ inputs }) =>
    measureSteps({
      inputs,
      architecture: 'topk',
      options: {
        k,
        decoder: 'free',
        decoderBias: 'zero',
        rescaleByDecoderNorm: true,
        auxiliary: { rule: 'scaled', weight: 1 },
        dead: { unit: 'steps', window: 1000, past: true, judged: 'before' },
      },
      initial: (planted) => initialWeights(planted, decoderNorm),
      warmupFrom: 'first',
    }),
  peer: pythonPeer({ name: 'SAELens', script: 'sae_lens_topk.py', settings: { ...steps, k, decoderNorm } }),
  agreement: numbersWithin(1e-3, 'loss'),
}));
