import { numbersWithin } from '../agreement';
import { initialWeights } from '../inputs/planted';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { batchSize, inputsOf, measureSteps, preparePlanted, sizeText, steps } from './dictionaryStep';

const size = { d: 512, n: 8192 };
const l1 = 0.05;

/**
 * Regimes of an L1 step, set by the encoder's bias: with 0 about half of all features fire, as at the start of a run; with
 * −0.675 about 66 of them, as late in one. Which it is decides between our sparse and dense kernels.
 */
const regimes = [
  { name: 'sparse', encoderBias: -0.675, goal: 6, text: 'L0 ≈ 66' },
  { name: 'dense', encoderBias: 0, goal: 1.3, text: 'half of all features fire' },
];

/** The L1 dictionary as dictionary_learning's StandardTrainer trains it: unit decoder, plain penalty. */
export const l1DictionaryLearning: BenchRow[] = regimes.map(({ name, encoderBias, goal, text }) => ({
  name: `l1-${name}`,
  work: `L1 step ${sizeText(size)}, ${text}, batch ${batchSize}, Adam`,
  unit: 'tok',
  goal: { timesFaster: goal },
  inputs: inputsOf(size),
  prepare: (context) => preparePlanted(context, size),
  ours: ({ inputs }) =>
    measureSteps({
      inputs,
      architecture: 'standard',
      options: { l1, l1WarmupSteps: 0, penalty: 'plain', decoder: 'unit', subtractDecoderBias: true, clipNorm: null },
      initial: (planted) => ({ ...initialWeights(planted), b_dec: planted.mean, b_enc: new Float32Array(planted.n).fill(encoderBias) }),
      warmupFrom: 'zero',
    }),
  peer: pythonPeer({ name: 'dictionary_learning', script: 'dictionary_learning_standard.py', settings: { ...steps, l1, encoderBias } }),
  agreement: numbersWithin(1e-3, 'loss'),
}));
