import { createHash } from 'node:crypto';
import { selectBackend } from '@sextant/compute';
import { trainDictionary } from '../index';
import { plantedActivations } from './plantedActivations';

/*
 * One training run for the test that kills it: prints `step <n>` after every step and `weights <sha256>` at the end.
 * Arguments: architecture, checkpoint folder.
 */
const [architecture = '', dir = ''] = process.argv.slice(2);
await selectBackend();
const [d, n, batchSize, steps] = [24, 96, 128, 40];
const { dictionary, frequencies } = await trainDictionary({
  architecture, d, n, steps, batchSize, learningRate: 5e-3, seed: 3, scale: 1.7, deadWindowTokens: 512,
  options: architecture === 'topk' ? { k: 5 } : { l1: 0.2 },
  batches: plantedActivations({ d, batchSize }).batches,
  checkpoint: { dir, every: 7 },
  metricsEvery: 1,
  onMetrics: ({ step }) => process.stdout.write(`step ${step}\n`),
});
const hash = createHash('sha256').update(frequencies);
for (const { data } of Object.values(dictionary.arrays())) hash.update(data);
process.stdout.write(`weights ${hash.digest('hex')}\n`);
