import { numbersWithin } from '../agreement';
import { languageModelText, writeLanguageModel } from '../inputs/languageModel';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { measureHarvest } from './harvest';

const settings = { layers: 3, warmup: 2, repetitions: 6 };
const peers = [
  { name: 'pytorch', goal: 1.3, peer: pythonPeer({ name: 'PyTorch by hand', script: 'pytorch_lm_harvest.py', settings }) },
  { name: 'transformer-lens', goal: 3, peer: pythonPeer({ name: 'TransformerLens', script: 'transformer_lens_harvest.py', settings }) },
];

export const lmHarvest: BenchRow[] = peers.map(({ name, goal, peer }) => ({
  name: `lm-harvest-${name}`,
  work: `harvest of ${settings.layers} layers, LM ${languageModelText}, batch 16`,
  unit: 'tok',
  goal: { timesFaster: goal },
  inputs: 'language-model',
  prepare: ({ inputs }) => writeLanguageModel(inputs),
  ours: ({ inputs }) => measureHarvest({ inputs, model: inputs, ...settings }),
  peer,
  agreement: numbersWithin(1e-3, 'norm and values'),
}));
