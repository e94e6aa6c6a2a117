import { sameIds } from '../agreement';
import { writeSmolLM2 } from '../inputs/smolLM2';
import { smolLM2File, withoutSmolLM2 } from '../paths';
import { llamaCppPeer } from '../peers/llamaCpp';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { measureGeneration } from './generation';

const settings = { newTokens: 64, warmup: 1, repetitions: 3 };
const peers = [
  // llama.cpp rounds activations to 8 bits before it multiplies, so its texts part from ours sooner.
  { name: 'llama-cpp', goal: 1, leading: 8, peer: llamaCppPeer({ ...settings, model: smolLM2File, contextSize: 512 }) },
  { name: 'hf', goal: 3, leading: 32, peer: pythonPeer({ name: 'HF generate f32', script: 'hf_generate.py', settings }) },
];

export const smolLM2Generate: BenchRow[] = peers.map(({ name, goal, leading, peer }) => ({
  name: `smollm2-generate-${name}`,
  work: `SmolLM2-135M generation of ${settings.newTokens} tokens from the Q4_1 file, batch 1`,
  unit: 'new tok',
  goal: { timesFaster: goal },
  inputs: 'smollm2',
  unavailable: withoutSmolLM2,
  prepare: ({ inputs }) => writeSmolLM2(inputs),
  ours: ({ inputs }) => measureGeneration({ inputs, model: smolLM2File, ...settings }),
  peer,
  agreement: sameIds(leading),
}));
