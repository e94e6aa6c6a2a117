import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { harvest, openActivations } from '@sextant/activations';
import { selectBackend, tf } from '@sextant/compute';
import {
  buildFeatureIndex, contrast, encodeTexts, openFeatureIndex, searchContrast, searchSimilar, searchText, searchToken, testText,
  type FeatureIndex, type IndexedDictionary, type TextSource,
} from '../index';
import { HOOK, wordModel, wordRows, words } from '../testing/standIn';

const root = mkdtempSync(join(tmpdir(), 'sextant-search-'));
const d = words.length;
let index: FeatureIndex;
let source: TextSource;
let table: tf.Tensor;

/**
 * A planted dictionary over one-hot word vectors: feature w fires 2 on word w; feature `everywhere` fires 1 on
 * every word; feature `animals` fires 3 on cat and dog.
 */
const everywhere = d;
const animals = d + 1;
const planted: IndexedDictionary = {
  n: d + 2,
  d,
  dOut: d,
  encodeSparse(x) {
    const values = tf.tidy(() => x.argMax(1).dataSync<'int32'>());
    const rowOffsets = [0];
    const [indices, active]: [number[], number[]] = [[], []];
    for (const word of values) {
      const animal = words[word] === ' cat' || words[word] === ' dog';
      indices.push(word, everywhere, ...(animal ? [animals] : []));
      active.push(2, 1, ...(animal ? [3] : []));
      rowOffsets.push(indices.length);
    }
    return { rowOffsets: Int32Array.from(rowOffsets), indices: Int32Array.from(indices), values: Float32Array.from(active) };
  },
  decoderRow: (feature) => {
    if (feature === everywhere) return new Float32Array(d).fill(d ** -0.5);
    if (feature === animals) return Float32Array.from(words, (word) => (word === ' cat' || word === ' dog' ? Math.SQRT1_2 : 0));
    return Float32Array.from({ length: d }, (_, j) => Number(j === feature));
  },
  encoderRow(feature) {
    return this.decoderRow(feature);
  },
};

beforeAll(async () => {
  await selectBackend();
  const random = wordModel({ d, seed: 1 });
  const identity = tf.eye(d);
  table = identity;
  const model = {
    tokenizer: random.tokenizer,
    hookPoints: random.hookPoints,
    run: (input: Parameters<typeof random.run>[0], options: Parameters<typeof random.run>[1]) =>
      tf.tidy(() => {
        const value = tf.gather(identity, tf.tensor2d(input.ids, [input.batch, input.length], 'int32'));
        for (const { fn } of options.hooks) fn(value);
      }),
  };
  source = { model, dictionary: planted, hook: HOOK };
  await harvest({ model, corpus: wordRows({ rows: 80, contextLength: 12, seed: 3 }), hook: HOOK, outDir: join(root, 'activations') });
  const activations = openActivations(join(root, 'activations'));
  const readout = { unembedding: tf.eye(d), gain: new Float32Array(d).fill(1), centred: false };
  await buildFeatureIndex({ dictionary: planted, activations, readout, piece: (id) => words[id]!, outDir: join(root, 'index'), seed: 1 });
  readout.unembedding.dispose();
  random.dispose();
  activations.close();
  index = openFeatureIndex(join(root, 'index'));
});
afterAll(() => {
  index.close();
  table.dispose();
  rmSync(root, { recursive: true });
});

const id = (word: string) => words.indexOf(word);

describe('searchText', () => {
  it('puts the features particular to the text first, those that fire everywhere last, and says where they fire', async () => {
    const hits = await searchText(index, source, { text: 'the cat runs' });
    expect(hits[0]!.row.index).toBe(animals);
    expect(hits[0]!.reason).toBe('fires 3.00, 1.00 of its max, on " cat"');
    expect(hits.at(-1)!.row.index).toBe(everywhere);
    expect(hits.map(({ row }) => row.index).sort((a, b) => a - b)).toEqual([id(' cat'), id(' the'), id(' runs'), everywhere, animals].sort((a, b) => a - b));
    expect(await searchText(index, source, { text: 'the cat runs', limit: 1 })).toEqual(hits.slice(0, 1));
  });

  it('leaks no tensor and refuses a text without tokens', async () => {
    const before = tf.memory().numTensors;
    await searchText(index, source, { text: 'a dog' });
    expect(tf.memory().numTensors).toBe(before);
    await expect(searchText(index, source, { text: '' })).rejects.toThrow('has no tokens');
  });
});

describe('testText', () => {
  it('gives one feature on every token, begin-of-sequence left out', async () => {
    expect(await testText(source, { feature: animals, text: 'a cat sees the dog.' })).toEqual({
      tokens: [' a', ' cat', ' sees', ' the', ' dog', '.'],
      activations: [0, 3, 0, 0, 3, 0],
      peak: 1,
    });
    await expect(testText(source, { feature: 99, text: 'a' })).rejects.toThrow('there is no feature 99');
  });
});

describe('encodeTexts', () => {
  it('gives the same codes alone and in a batch with longer texts', async () => {
    const texts = ['a', 'the old cat sees a green dog.', 'Paris'];
    const together = await encodeTexts(source, texts);
    for (const [i, text] of texts.entries()) expect(together[i]).toEqual((await encodeTexts(source, [text]))[0]);
  });
});

describe('searchContrast', () => {
  const positive = ['the cat runs', 'a dog runs', 'a cat sees the dog'];
  const negative = ['the old Paris', 'a green Paris', 'Paris sees'];

  it('finds what fires on every positive and no negative text', async () => {
    const [first] = await searchContrast(index, source, { positive, negative });
    expect(first!.row.index).toBe(animals);
    expect(first!.reason).toContain('100 % of the positive and 0 % of the negative');
  });

  it('computes d′ as its formula says, signed', async () => {
    const { dPrime, positiveMean, negativeRate } = await contrast(source, { positive, negative });
    // cat fires 2, 0, 2 on the positive texts: mean 4/3, sample variance 4/3; never on the negative ones.
    expect(dPrime[id(' cat')]).toBeCloseTo(4 / 3 / Math.sqrt(4 / 3 / 2), 12);
    expect(positiveMean[id(' cat')]).toBeCloseTo(4 / 3, 12);
    expect(negativeRate[id(' Paris')]).toBe(1);
    // No spread at all: the floor of 5 % of the largest value.
    expect(dPrime[animals]).toBeCloseTo(1 / 0.05, 12);
    expect(dPrime[id(' Paris')]).toBeCloseTo(-1 / 0.05, 12);
    expect(dPrime[everywhere]).toBe(0);
  });

  it('pools by mean when asked, and refuses an empty set', async () => {
    const { positiveMean } = await contrast(source, { positive: ['a cat'], negative: ['a'], pooling: 'mean' });
    expect(positiveMean[animals]).toBe(1.5);
    await expect(contrast(source, { positive: [], negative })).rejects.toThrow('the positive set is empty');
  });
});

describe('searchToken', () => {
  it('finds the features of a word, with and without its space and case', () => {
    for (const token of [' cat', 'cat', 'Cat']) {
      expect(searchToken(index, { token }).map(({ row }) => row.index)).toEqual([id(' cat'), animals]);
    }
    expect(searchToken(index, { token: ' cat' })[0]!.reason).toBe('100 % of the activation in its top examples is on " cat"');
    expect(searchToken(index, { token: 'tree' })).toEqual([]);
  });
});

describe('searchSimilar', () => {
  it('gives the nearest decoder directions', () => {
    const hits = searchSimilar(index, { feature: animals, limit: 2 });
    expect(hits.map(({ row }) => row.index)).toEqual([id(' cat'), id(' dog')]);
    expect(hits[0]!.score).toBeCloseTo(Math.SQRT1_2, 6);
  });
});
