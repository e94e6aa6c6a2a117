import { numbersWithin } from '../agreement';
import { writeSmolLM2 } from '../inputs/smolLM2';
import { withoutSmolLM2 } from '../paths';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';
import { measureHarvest } from './harvest';

const settings = { layers: 30, warmup: 1, repetitions: 3 };

export const smolLM2Harvest: BenchRow = {
  name: 'smollm2-harvest',
  work: 'SmolLM2-135M harvest after all 30 blocks, 2 × 512 tokens',
  unit: 'tok',
  goal: { timesFaster: 1.2 },
  inputs: 'smollm2',
  unavailable: withoutSmolLM2,
  prepare: ({ inputs }) => writeSmolLM2(inputs),
  ours: ({ inputs }) => measureHarvest({ inputs, model: inputs, ...settings }),
  peer: pythonPeer({ name: 'HF transformers f32', script: 'hf_harvest.py', settings }),
  // Thirty blocks of float32 rounding under outlier dimensions thousands of times the others.
  agreement: numbersWithin(5e-3, 'norm and values'),
};
