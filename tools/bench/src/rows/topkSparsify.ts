import { numbersWithin } from '../agreement';
import { initialWeights } from '../inputs/planted';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { batchSize, inputsOf, k, measureSteps, preparePlanted, sizes, sizeText, steps } from './dictionaryStep';

/** TopK as eai-sparsify trains it with Adam: unit decoder, decoder bias from the mean, no clipping, loss as a share of the variance. */
export const topkSparsify: BenchRow[] = sizes.map((size) => ({
  name: `topk-${size.d}-sparsify`,
  work: `TopK step ${sizeText(size)}, k ${k}, batch ${batchSize}, Adam`,
  unit: 'tok',
  goal: { timesFaster: 2.6 },
  inputs: inputsOf(size),
  prepare: (context) => preparePlanted(context, size),
  ours: ({ inputs }) =>
    measureSteps({
      inputs,
      architecture: 'topk',
      options: { k, decoderBias: 'zero', auxiliary: { weight: 0 }, clipNorm: null },
      initial: (planted) => ({ ...initialWeights(planted), b_dec: planted.mean }),
      warmupFrom: 'zero',
      compared: ({ explainedVariance }) => 1 - explainedVariance,
    }),
  peer: pythonPeer({ name: 'eai-sparsify', script: 'sparsify_topk.py', settings: { ...steps, k } }),
  agreement: numbersWithin(1e-3, 'variance unexplained'),
}));
