import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { listBackends, selectBackend } from '../backends/select';
import { appendColumns } from './appendColumns';

const native = (await listBackends()).find(({ name }) => name === 'native');

describe.skipIf(!native?.present)('appendColumns on the native backend (skipped where it is not built)', () => {
  beforeAll(async () => {
    await selectBackend({ name: 'native' });
  });

  it('writes in place while there is room and doubles its buffer when there is none', () => {
    tf.tidy(() => {
      const column = (value: number) => tf.fill([2, 1, 40], value);
      const steps: tf.Tensor[] = [tf.tensor(new Float32Array(80), [2, 1, 40])];
      for (let filled = 1; filled <= 8; filled++) steps.push(appendColumns(steps.at(-1)!, column(filled), filled));
      expect(steps.map(({ shape }) => shape[1])).toEqual([1, 2, 4, 4, 8, 8, 8, 8, 16]);
      const moved = steps.slice(1).map((step, i) => step.dataId !== steps[i]!.dataId);
      expect(moved).toEqual([true, true, false, true, false, false, false, true]);
      const kept = tf.slice(steps.at(-1)!, [1, 0, 7], [1, 9, 1]).dataSync();
      expect([...kept]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    });
  });
});

describe('appendColumns', () => {
  it('refuses what does not fit', () => {
    tf.tidy(() => {
      const held = tf.zeros([2, 3, 4]);
      expect(() => appendColumns(held, tf.zeros([2, 1, 5]), 3)).toThrow('[2,1,5] does not fit behind 3 columns of [2,3,4]');
      expect(() => appendColumns(held, tf.zeros([2, 1, 4]), 4)).toThrow('behind 4 columns');
    });
  });
});
