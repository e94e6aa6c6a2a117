import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { selectBackend } from './backends/select';
import { measureBackend } from './measureBackend';

it('measures the selected backend and leaves nothing behind', async () => {
  await selectBackend();
  const before = tf.memory().numTensors;
  const { matMulGflops, addGigabytes } = await measureBackend({ size: 64, length: 4096, repeats: 3 });
  expect(matMulGflops).toBeGreaterThan(0.001);
  expect(addGigabytes).toBeGreaterThan(0.001);
  expect(tf.memory().numTensors).toBe(before);
});
