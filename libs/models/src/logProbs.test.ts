import { selectBackend, tf } from '@sextant/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hook } from './hooks';
import type { LanguageModel } from './languageModel';
import { logProbs, type ScoredSequence } from './logProbs';
import { smallLlama } from './testModel';

const prefix = Array.from({ length: 18 }, (_, i) => (i * 7) % 29);
const other = Array.from({ length: 11 }, (_, i) => (i * 5 + 1) % 29);

describe('logProbs', () => {
  let model: LanguageModel;
  beforeAll(async () => {
    await selectBackend();
    model = smallLlama();
  });
  afterAll(() => model.dispose());

  /** One plain forward pass and a float64 log-softmax. */
  function plain({ prefix, continuation }: ScoredSequence, hooks: readonly Hook[] = []): number[] {
    const all = [...prefix, ...continuation];
    const logits = tf.tidy(() => model.forward({ ids: [all] }, { hooks }).arraySync())[0]!;
    return continuation.map((id, i) => {
      const row = logits[prefix.length - 1 + i]!;
      const largest = Math.max(...row);
      return row[id]! - largest - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    });
  }

  function expectSame(found: Float64Array[], expected: number[][]): void {
    expect(found.map((row) => row.length)).toEqual(expected.map((row) => row.length));
    found.forEach((row, i) => row.forEach((value, j) => expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(2e-5)));
  }

  const sequences: ScoredSequence[] = [
    { prefix, continuation: [4] },
    { prefix, continuation: [9, 2, 3] },
    { prefix: other, continuation: [1, 2] },
    { prefix, continuation: [9, 2, 7] },
    { prefix, continuation: [] },
    { prefix: [5], continuation: [6, 7, 8, 9] },
    { prefix, continuation: [11, 12, 13, 14, 15] },
    { prefix: other, continuation: [3, 20] },
  ];

  it.each([1, 3, 32])('equals plain forward passes with batches of %i, whatever is shared', async (batchSize) => {
    expectSame(await logProbs(model, sequences, { batchSize }), sequences.map((sequence) => plain(sequence)));
  });

  it('applies hooks to shared prefixes and continuations alike, and marks continuations as generated', async () => {
    const onContinuation: Hook = {
      point: 'layers.0',
      fn: (value, { generated, batch, length }) => tf.add(value, tf.mul(tf.tensor3d(Float32Array.from(generated), [batch, length, 1]), 2)),
    };
    const everywhere: Hook = { point: 'layers.1', fn: (value) => tf.mul(value, 1.5) };
    expectSame(await logProbs(model, sequences, { hooks: [everywhere] }), sequences.map((sequence) => plain(sequence, [everywhere])));
    const marked = sequences.map(({ prefix: start, continuation }) => {
      const flags = Float32Array.from([...start, ...continuation], (_, at) => (at >= start.length ? 2 : 0));
      return plain({ prefix: start, continuation }, [{ point: 'layers.0', fn: (value) => tf.add(value, tf.tensor3d(flags, [1, flags.length, 1])) }]);
    });
    expectSame(await logProbs(model, sequences, { hooks: [onContinuation] }), marked);
  });

  it('runs choices of one token in one pass, and a shared prefix once', async () => {
    const tokens: number[] = [];
    const count: Hook = { point: 'hook_embed', fn: (_, { mask }) => void tokens.push(mask.reduce((sum, real) => sum + real, 0)) };
    await logProbs(model, [1, 2, 3, 4].map((id) => ({ prefix, continuation: [id] })), { hooks: [count] });
    expect(tokens).toEqual([18]);
    tokens.length = 0;
    await logProbs(model, [1, 2, 3, 4].map((id) => ({ prefix, continuation: [id, 5, 6] })), { hooks: [count] });
    expect(tokens).toEqual([18, 4 * 2]);
  });

  it('leaks nothing, and names an empty prefix', async () => {
    const before = tf.memory().numTensors;
    await logProbs(model, sequences, {});
    expect(tf.memory().numTensors).toBe(before);
    await expect(logProbs(model, [{ prefix: [], continuation: [1] }])).rejects.toThrow(/prefix of sequence 0 is empty/);
  });
});
