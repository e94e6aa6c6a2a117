import { sameIds } from '../agreement';
import { languageModelText, writeLanguageModel } from '../inputs/languageModel';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { measureGeneration } from './generation';

const settings = { newTokens: 128, warmup: 1, repetitions: 3 };
const peers = [
  { name: 'pytorch', goal: 2, peer: pythonPeer({ name: 'PyTorch by hand', script: 'pytorch_lm_generate.py', settings }) },
  { name: 'hf', goal: 2.5, peer: pythonPeer({ name: 'HF generate', script: 'hf_generate.py', settings }) },
  { name: 'transformer-lens', goal: 5, peer: pythonPeer({ name: 'TransformerLens', script: 'transformer_lens_generate.py', settings }) },
];

export const lmGenerate: BenchRow[] = peers.map(({ name, goal, peer }) => ({
  name: `lm-generate-${name}`,
  work: `KV-cache generation of ${settings.newTokens} tokens, LM ${languageModelText}, batch 1`,
  unit: 'new tok',
  goal: { timesFaster: goal },
  inputs: 'language-model',
  prepare: ({ inputs }) => writeLanguageModel(inputs),
  ours: ({ inputs }) => measureGeneration({ inputs, model: inputs, ...settings }),
  peer,
  agreement: sameIds(settings.newTokens),
}));
