import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { selectBackend } from './backends/select';
import { tensorsIn } from './tidyResults';

beforeAll(async () => {
  await selectBackend();
});

it('keeps the tensors in what tidy returns, however deep, and disposes the others', () => {
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const x = tf.ones([3]);
    return { list: [7, tf.add(x, 1)], named: { value: tf.add(x, 2) }, data: x.dataSync(), rows: tf.ones([2, 2]).arraySync() };
  });
  expect(tf.memory().numTensors).toBe(before + 2);
  expect(result.named.value.dataSync()[0]).toBe(3);
  expect(Array.from(result.data)).toEqual([1, 1, 1]);
  tf.dispose(result);
  expect(tf.memory().numTensors).toBe(before);
});

it('does not enumerate the numbers of a typed array', () => {
  const data = new Float32Array(4_000_000);
  const started = performance.now();
  tf.tidy(() => data);
  // Enumerating them takes several seconds.
  expect(performance.now() - started).toBeLessThan(500);
});

it('finds each tensor once, also in objects that refer to each other', () => {
  const x = tf.scalar(1);
  const loop: Record<string, unknown> = { x, again: [x, null, 'text', 3] };
  loop.self = loop;
  expect(tensorsIn(loop)).toEqual([x]);
  x.dispose();
});
