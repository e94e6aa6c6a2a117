import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listBackends, selectBackend } from '../backends/select';
import { trainTiny, type TinyTrainingResult } from '../testing/tinyTraining';
import { NativeBackend } from './backend';

const native = (await listBackends()).find((backend) => backend.name === 'native');

function current(): NativeBackend {
  const backend = tf.backend();
  if (!(backend instanceof NativeBackend)) throw new Error('the native backend is not selected');
  return backend;
}

function trainElsewhere(env: Record<string, string>): TinyTrainingResult & { isa: string; threads: number } {
  const program = fileURLToPath(new URL('../testing/tinyTraining.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--import', 'tsx', program, '--print'], {
    env: { ...process.env, SEXTANT_BACKEND: 'native', ...env },
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

describe.skipIf(!native?.present)(`the native backend${native?.present ? '' : ` (skipped: ${native?.detail})`}`, () => {
  beforeAll(async () => {
    await selectBackend({ name: 'native' });
  });

  beforeEach(() => current().javascriptCalls.clear());

  it('trains without falling back to JavaScript, and leaves nothing behind', () => {
    const { losses, tensorsLeft } = trainTiny(3);
    expect(Object.fromEntries(current().javascriptCalls)).toEqual({});
    expect(tensorsLeft).toBe(0);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('counts a kernel that does fall back', () => {
    tf.tidy(() => tf.cumsum(tf.tensor1d([1, 2, 3])));
    expect(current().javascriptCalls.get('Cumsum')).toBe(1);
  });

  // Each run starts a process, which takes long on a machine that is busy with other tests.
  it('gives the same parameters at any number of threads, and nearly the same without wide instructions', { timeout: 240_000 }, () => {
    const [one, two, three] = ['1', '2', '3'].map((threads) => trainElsewhere({ SEXTANT_THREADS: threads }));
    expect([one!.threads, two!.threads, three!.threads]).toEqual([1, 2, 3]);
    expect(two!.parameters).toBe(one!.parameters);
    expect(three!.parameters).toBe(one!.parameters);

    const portable = trainElsewhere({ SEXTANT_ISA: 'baseline', SEXTANT_THREADS: '1' });
    expect(portable.isa).toBe('baseline');
    // Updates with a learning rate of 0.01 amplify rounding; the losses are near 6.
    portable.losses.forEach((loss, i) => expect(Math.abs(loss - one!.losses[i]!)).toBeLessThan(2e-3));
  });

  it('hands out copies, so that a reused array never changes what was read', () => {
    const x = tf.tidy(() => tf.add(tf.ones([1000]), 1));
    const read = x.dataSync();
    x.dispose();
    const next = tf.tidy(() => tf.add(tf.ones([1000]), 5));
    expect(read[0]).toBe(2);
    next.dispose();
  });

  it('never pools an array that came from outside', () => {
    const mine = new Float32Array(1000).fill(3);
    tf.tensor1d(mine).dispose();
    const other = tf.tidy(() => tf.add(tf.ones([1000]), 6));
    expect(mine[0]).toBe(3);
    other.dispose();
  });

  it('keeps a result whose inherited kernel returned a view of its input', () => {
    const source = tf.tidy(() => tf.add(tf.ones([4, 300]), 1));
    // A strided slice is inherited, and contiguous: plain TF.js returns a view.
    const view = tf.stridedSlice(source, [1, 0], [3, 300], [1, 1]);
    source.dispose();
    const next = tf.tidy(() => tf.add(tf.ones([4, 300]), 8));
    expect(Array.from(view.dataSync()).every((value) => value === 2)).toBe(true);
    tf.dispose([view, next]);
  });

  it('separates a shared variable before writing it in place', () => {
    const variable = tf.tidy(() => tf.variable(tf.add(tf.ones([100]), 1)));
    const kept = variable.clone();
    current().writable(variable).fill(9);
    expect(kept.dataSync()[0]).toBe(2);
    expect(variable.dataSync()[0]).toBe(9);
    tf.dispose([variable, kept]);
  });

  it('refuses a float32 tensor that holds something else, and wrong lengths, before reading memory', () => {
    const { addon } = current();
    const bytes: unknown = new Uint8Array(4);
    expect(() => Reflect.apply(addon.exp, undefined, [bytes, new Float32Array(4)])).toThrow(/exp: argument 0/);
    expect(() => addon.exp(new Float32Array(4), new Float32Array(3))).toThrow(/has 3 elements, expected Float32Array of 4/);
    expect(() => addon.gather(new Float32Array(4), Int32Array.of(4), new Float32Array(1), 1, 4, 1)).toThrow(/index 4 of 4 rows/);
    expect(() => addon.strided(new Float32Array(4), new Float32Array(4), 1, Int32Array.of(4, 1))).toThrow(/reads element 4 of 4/);
  });
});
