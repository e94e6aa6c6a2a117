import { numbersWithin } from '../agreement';
import { initialWeights } from '../inputs/planted';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { batchSize, inputsOf, k, measureSteps, preparePlanted, sizes, sizeText, steps } from './dictionaryStep';

/** TopK as dictionary_learning trains it: unit decoder, geometric median, clipping. */
export const topkDictionaryLearning: BenchRow[] = sizes.map((size) => ({
  name: `topk-${size.d}-dictionary-learning`,
  work: `TopK step ${sizeText(size)}, k ${k}, batch ${batchSize}, Adam`,
  unit: 'tok',
  goal: { timesFaster: 11 },
  inputs: inputsOf(size),
  prepare: (context) => preparePlanted(context, size),
  ours: ({ inputs }) => measureSteps({ inputs, architecture: 'topk', options: { k }, initial: initialWeights, warmupFrom: 'zero' }),
  peer: pythonPeer({ name: 'dictionary_learning', script: 'dictionary_learning_topk.py', settings: { ...steps, k } }),
  agreement: numbersWithin(1e-3, 'loss'),
}));
