import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SextantError } from '@sextant/schema';
import { harvest, openActivations, type ActivationStore } from '@sextant/activations';
import { Rng, selectBackend, tf } from '@sextant/compute';
import { buildFeatureIndex, openFeatureIndex, quantile, type BuildOptions, type FeatureIndex } from './index';
import { HOOK, reluDictionary, wordModel, wordRows, words } from './testing/standIn';

const root = mkdtempSync(join(tmpdir(), 'sextant-features-'));
const dictionary = reluDictionary({ n: 30, d: 8, seed: 2 });
const settings = { topExamples: 6, intervals: 4, samples: 3, window: { before: 3, after: 2 }, histogramBins: 8, neighbours: 5, logitEffects: 4 };
let store: ActivationStore;
let options: Omit<BuildOptions, 'outDir'>;
let index: FeatureIndex;
/** Every activation, dense [tokens][features]: what the index is checked against. */
let dense: number[][];
let columns: { tokens: Int32Array; documents: Int32Array; positions: Int32Array; rows: Int32Array };
let leaked: number;

beforeAll(async () => {
  await selectBackend();
  const model = wordModel({ d: 8, seed: 1 });
  await harvest({ model, corpus: wordRows({ rows: 60, contextLength: 14, seed: 7 }), hook: HOOK, outDir: join(root, 'activations'), dtype: 'f32' });
  store = openActivations(join(root, 'activations'));
  const unembedding = tf.tensor2d(new Rng(5).normals(words.length * 8), [words.length, 8]);
  const readout = { unembedding, gain: new Rng(6).normals(8).map((value) => 1 + 0.2 * value), centred: false };
  options = { dictionary, activations: store, readout, piece: (id) => words[id]!, seed: 11, settings, blockTokens: 64 };
  const before = tf.memory().numTensors;
  await buildFeatureIndex({ ...options, outDir: join(root, 'index') });
  leaked = tf.memory().numTensors - before;
  index = openFeatureIndex(join(root, 'index'), { labelOf: (feature) => (feature === 7 ? 'a Cat feature' : null) });

  const all = store.read(0, store.tokens);
  columns = all;
  const input = tf.tensor2d(all.activations, [store.tokens, 8]);
  const codes = dictionary.encodeSparse(input);
  input.dispose();
  dense = Array.from({ length: store.tokens }, (_, token) => {
    const row = new Array<number>(30).fill(0);
    for (let at = codes.rowOffsets[token]!; at < codes.rowOffsets[token + 1]!; at++) row[codes.indices[at]!] = codes.values[at]!;
    return row;
  });
});
afterAll(() => {
  index.close();
  store.close();
  rmSync(root, { recursive: true });
});

const alive = () => Array.from({ length: 29 }, (_, i) => i + 1).filter((feature) => index.density(feature) > 0);
const activationsOf = (feature: number) => dense.map((row) => row[feature]!);
const sameDocument = (a: number, b: number) => columns.rows[a] === columns.rows[b] && columns.documents[a] === columns.documents[b];

describe('statistics of a feature', () => {
  it('are those of a plain count over all tokens', () => {
    expect(alive().length).toBeGreaterThan(15);
    for (const feature of alive()) {
      const page = index.page(feature);
      const fired = activationsOf(feature).filter((value) => value > 0).sort((a, b) => a - b);
      expect(page.firedTokens).toBe(fired.length);
      expect(page.density).toBe(fired.length / dense.length);
      expect(page.maxActivation).toBe(fired.at(-1));
      expect(page.meanActivation).toBeCloseTo(fired.reduce((sum, value) => sum + value, 0) / fired.length, 5);
      for (const { p, value } of page.quantiles) expect(value).toBeCloseTo(quantile(fired, p), 5);
      const bins = new Array<number>(8).fill(0);
      for (const value of fired) bins[Math.min(7, Math.floor((value / fired.at(-1)!) * 8))]!++;
      expect(page.histogram).toEqual(bins);
    }
  });

  it('of a dead feature are zero and its examples empty', () => {
    const page = index.page(0);
    expect([page.firedTokens, page.density, page.maxActivation, page.meanActivation]).toEqual([0, 0, 0, 0]);
    expect([page.quantiles, page.topExamples, page.topTokens]).toEqual([[], [], []]);
    expect(page.intervals.flatMap(({ samples }) => samples)).toEqual([]);
  });

  it('include encoder–decoder cosine and type-7 quantiles', () => {
    const [encoder, decoder] = [dictionary.encoderRow(3), dictionary.decoderRow(3)];
    const dot = encoder.reduce((sum, value, j) => sum + value * decoder[j]!, 0);
    expect(index.page(3).encoderCosine).toBeCloseTo(dot / Math.hypot(...encoder), 6);
    // R: quantile(c(1, 2, 4, 8), c(.1, .5, .9), type = 7)
    [1.3, 3, 6.8].forEach((value, i) => expect(quantile([1, 2, 4, 8], [0.1, 0.5, 0.9][i]!)).toBeCloseTo(value, 12));
  });
});

describe('examples', () => {
  it('at the top are the strongest token of each of the strongest documents', () => {
    for (const feature of alive()) {
      const best = new Map<string, number>();
      activationsOf(feature).forEach((value, token) => {
        const key = `${columns.rows[token]} ${columns.documents[token]}`;
        if (value > (best.get(key) ?? 0)) best.set(key, value);
      });
      const expected = [...best.values()].sort((a, b) => b - a).slice(0, 6);
      expect(index.page(feature).topExamples.map(({ activations, peak }) => activations[peak])).toEqual(expected);
      const documents = index.page(feature).topExamples.map(({ document }) => document);
      expect(new Set(documents).size).toBe(documents.length);
    }
  });

  it('show every token around the peak with its own activation, inside one document', () => {
    for (const feature of alive()) {
      const page = index.page(feature);
      for (const window of [...page.topExamples, ...page.intervals.flatMap(({ samples }) => samples)]) {
        const isPeak = (token: number) => columns.documents[token] === window.document && columns.positions[token] === window.position;
        const peak = Array.from(columns.tokens.keys()).find(isPeak)!;
        const inside = [-3, -2, -1, 0, 1, 2].map((step) => peak + step).filter((token) => token >= 0 && token < dense.length && sameDocument(token, peak));
        expect(window.tokens).toEqual(inside.map((token) => words[columns.tokens[token]!]));
        expect(window.activations).toEqual(inside.map((token) => dense[token]![feature]));
        expect(window.peak).toBe(inside.indexOf(peak));
      }
    }
  });

  it('of an interval lie in it, are distinct tokens, and are as many as there are or as asked for', () => {
    for (const feature of alive()) {
      const page = index.page(feature);
      page.intervals.forEach(({ lo, hi, samples }, interval) => {
        const within = (value: number) => value > 0 && Math.min(3, Math.floor((value / page.maxActivation) * 4)) === interval;
        expect(samples).toHaveLength(Math.min(3, activationsOf(feature).filter(within).length));
        for (const { activations, peak } of samples) expect(within(activations[peak]!)).toBe(true);
        expect(new Set(samples.map(({ document, position }) => `${document} ${position}`)).size).toBe(samples.length);
        expect(hi - lo).toBeCloseTo(page.maxActivation / 4, 6);
      });
    }
  });
});

describe('geometry', () => {
  it('gives the tokens of the largest and smallest centred logit effect', () => {
    const unembedding = options.readout.unembedding.dataSync<'float32'>();
    for (const feature of [1, 12, 29]) {
      const direction = dictionary.decoderRow(feature);
      const logits = words.map((_, token) => direction.reduce((sum, value, j) => sum + value * options.readout.gain[j]! * unembedding[token * 8 + j]!, 0));
      const mean = logits.reduce((sum, value) => sum + value, 0) / words.length;
      const sorted = logits.map((value, token) => ({ token: words[token]!, value: value - mean })).sort((a, b) => b.value - a.value);
      const page = index.page(feature);
      expect(page.positiveLogits.map(({ token }) => token)).toEqual(sorted.slice(0, 4).map(({ token }) => token));
      expect(page.negativeLogits.map(({ token }) => token)).toEqual(sorted.slice(-4).reverse().map(({ token }) => token));
      page.positiveLogits.forEach(({ value }, i) => expect(value).toBeCloseTo(sorted[i]!.value, 5));
      page.negativeLogits.forEach(({ value }, i) => expect(value).toBeCloseTo(sorted.at(-1 - i)!.value, 5));
    }
  });

  it('gives the nearest decoder rows without the feature itself', () => {
    const cosine = (a: number, b: number) => dictionary.decoderRow(a).reduce((sum, value, j) => sum + value * dictionary.decoderRow(b)[j]!, 0);
    const expected = Array.from({ length: 30 }, (_, other) => other).filter((other) => other !== 4).sort((a, b) => cosine(4, b) - cosine(4, a)).slice(0, 5);
    const found = index.neighbours(4);
    expect(found.map(({ index: other }) => other)).toEqual(expected);
    found.forEach(({ cosine: value }, i) => expect(value).toBeCloseTo(cosine(4, expected[i]!), 6));
  });
});

describe('building', () => {
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  const hashes = (dir: string) => Object.fromEntries(readdirSync(dir).sort().map((name) => [name, hash(join(dir, name))]));

  it('leaks no tensor and no scratch file, and gives the same bytes whatever the block size', async () => {
    expect(leaked).toBe(0);
    await buildFeatureIndex({ ...options, outDir: join(root, 'again'), blockTokens: 37 });
    expect(hashes(join(root, 'again'))).toEqual(hashes(join(root, 'index')));
    expect(readdirSync(join(root, 'index'))).not.toContain('codes.scratch');
  });

  it('samples other interval examples under another seed, and the same statistics', async () => {
    await buildFeatureIndex({ ...options, outDir: join(root, 'other-seed'), seed: 12 });
    const other = openFeatureIndex(join(root, 'other-seed'));
    const documents = (from: FeatureIndex, feature: number) => from.page(feature).intervals.flatMap(({ samples }) => samples.map(({ document }) => document));
    const samples = (from: FeatureIndex) => alive().map((feature) => documents(from, feature));
    expect(samples(other)).not.toEqual(samples(index));
    expect(alive().map((feature) => other.page(feature).histogram)).toEqual(alive().map((feature) => index.page(feature).histogram));
    other.close();
  });

  it('stops when aborted, without a manifest, and reports its stages', async () => {
    const controller = new AbortController();
    const stages = new Set<string>();
    const building = buildFeatureIndex({
      ...options,
      outDir: join(root, 'aborted'),
      signal: controller.signal,
      onProgress: ({ stage }) => {
        stages.add(stage);
        if (stage === 'windows') controller.abort();
      },
    });
    await expect(building).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([...stages]).toEqual(['encode', 'sample', 'windows']);
    expect(existsSync(join(root, 'aborted', 'features.json'))).toBe(false);
    expect(() => openFeatureIndex(join(root, 'aborted'))).toThrow(SextantError);
  });

  it('refuses a dictionary of another width', async () => {
    const building = buildFeatureIndex({ ...options, dictionary: reluDictionary({ n: 4, d: 6, seed: 1 }), outDir: join(root, 'wide') });
    await expect(building).rejects.toThrow('the dictionary reads 6 dimensions, the activations at blocks.1.hook_resid_post have 8');
  });
});

describe('list', () => {
  it('sorts by any statistic, both ways, and pages through everything once', () => {
    for (const sort of ['index', 'density', 'maxActivation', 'meanActivation'] as const) {
      const all = index.list({ sort, order: 'desc', limit: 30 }).items;
      const values = all.map((row) => row[sort]);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      const paged = [];
      for (let cursor: string | null = null; ; ) {
        const page = index.list({ sort, order: 'desc', limit: 7, cursor });
        paged.push(...page.items);
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      expect(paged).toEqual(all);
    }
  });

  it('filters by density, number, label and distinctive token', () => {
    const some = index.list({ minDensity: 0.1, maxDensity: 0.2, limit: 100 });
    expect(some.items.length).toBeGreaterThan(0);
    expect(some.total).toBe(some.items.length);
    for (const row of some.items) expect(row.density >= 0.1 && row.density <= 0.2).toBe(true);
    expect(index.list({ filter: '12' }).items.map((row) => row.index)).toEqual([12]);
    expect(index.list({ filter: 'CAT FEATURE' }).items.map((row) => row.index)).toEqual([7]);
    const paris = index.list({ filter: 'paris', limit: 100 }).items;
    expect(paris.length).toBeGreaterThan(0);
    for (const row of paris) expect(row.topTokens).toContain(' Paris');
  });

  it('names a feature that is not there, and a cursor that is not its own', () => {
    expect(() => index.page(30)).toThrow('there is no feature 30; this dictionary has features 0 to 29');
    expect(() => index.list({ cursor: 'x' })).toThrow('cursor');
  });
});

describe('histograms', () => {
  it('count every living feature', () => {
    const { logDensity, maxActivation, dead } = index.histograms();
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    expect(sum(logDensity.counts)).toBe(alive().length);
    expect(sum(maxActivation.counts)).toBe(alive().length);
    expect(dead).toBe(30 - alive().length);
    expect(maxActivation.edges).toHaveLength(maxActivation.counts.length + 1);
  });
});
