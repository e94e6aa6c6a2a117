import { selectBackend, tf } from '@sextant/compute';
import type { LanguageModel } from '@sextant/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeVector } from './makeVector';
import { tinyModel } from './testing/tinyModel';
import { toyDictionary } from './testing/toyDictionary';
import { wordTokenizer } from './testing/wordTokenizer';

const hook = 'blocks.1.hook_resid_post';
const positive = ['a b c', 'd e'];
const negative = ['b b', 'c d e a', 'e'];
let model: LanguageModel;

beforeAll(async () => {
  await selectBackend();
  model = tinyModel(2, wordTokenizer(['a', 'b', 'c', 'd', 'e']));
});
afterAll(() => model.dispose());

/** Residual of one text at the hook, token by token, read straight from a forward pass of its own. */
function residual(text: string): number[][] {
  const rows: number[][] = [];
  const ids = model.tokenizer.encode(text);
  const keep = (value: tf.Tensor) => void rows.push(...tf.reshape<tf.Rank.R2>(value, [ids.length, 16]).arraySync());
  model.run({ ids: [ids] }, { stopAt: hook, hooks: [{ point: hook, fn: keep }] });
  return rows;
}

const meanOf = (rows: number[][]) => rows[0]!.map((_, i) => rows.reduce((total, row) => total + row[i]!, 0) / rows.length);

describe('makeVector', () => {
  it.each([
    ['last' as const, (rows: number[][]) => rows.at(-1)!],
    ['mean' as const, (rows: number[][]) => meanOf(rows.slice(1))],
  ])('mean difference over the %s token convention, against one text at a time', async (tokens, summary) => {
    const before = tf.memory().numTensors;
    const vector = await makeVector('mean-difference', { model, hook, d: 16, positive, negative, tokens, batchSize: 2 });
    expect(tf.memory().numTensors).toBe(before);
    const [up, down] = [positive, negative].map((texts) => meanOf(texts.map((text) => summary(residual(text)))));
    vector.values.forEach((value, i) => expect(value).toBeCloseTo(up![i]! - down![i]!, 5));
    expect(vector.norm).toBeCloseTo(Math.hypot(...vector.values), 6);
    expect(vector.convention).toContain(tokens === 'last' ? 'the last token' : 'but special ones');
  });

  it('random is a unit direction that its seed names', async () => {
    const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => makeVector('random', { hook, d: 16, seed })));
    expect(one!.norm).toBeCloseTo(1, 6);
    expect(again!.values).toEqual(one!.values);
    expect(other!.values).not.toEqual(one!.values);
  });

  it('decoder is the feature’s unit row', async () => {
    const dictionary = toyDictionary(16, 12, hook);
    const feature = { dictionary: 'd'.repeat(64), index: 7 };
    const vector = await makeVector('decoder', { hook, d: 16, feature, dictionary });
    expect(vector.values).toEqual(dictionary.decoderRow(7));
    await expect(makeVector('decoder', { hook, d: 16, feature: { ...feature, index: 12 }, dictionary })).rejects.toThrow('no feature 12');
  });

  it('says what is missing, and refuses two sets with one mean', async () => {
    await expect(makeVector('mean-difference', { hook, d: 16 })).rejects.toThrow('needs a model');
    await expect(makeVector('mean-difference', { model, hook, d: 16, positive })).rejects.toThrow('at least one negative text');
    await expect(makeVector('mean-difference', { model, hook, d: 16, positive, negative: positive })).rejects.toThrow('the same mean');
    await expect(makeVector('decoder', { hook, d: 16 })).rejects.toThrow('needs a feature');
  });
});
