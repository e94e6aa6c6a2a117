import { selectBackend, tf } from '@sextant/compute';
import { scopeSchema } from '@sextant/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemSequences } from '../bench/benchSequence';
import { ResidualBench } from '../bench/residualBench';
import { mean, variance } from '../statistics';
import { planted, plantedHook, plantedStudy } from '../testing/plantedModel';
import { attributions, marginWeights } from './attribution';
import { rankCandidates, type ProposedFeature } from './candidate';
import { contrastSeparation } from './contrast';

let study: ReturnType<typeof plantedStudy>;
beforeAll(async () => {
  await selectBackend();
  study = plantedStudy(4);
});
afterAll(() => study.model.dispose());

/** Activations [token][feature] of one text, from a pass of its own. */
function activationsOf(ids: number[]): number[][] {
  let rows: number[][] = [];
  const read = (value: tf.Tensor) => void (rows = tf.tidy(() => study.deps.dictionary.encode(tf.reshape(value, [ids.length, 64])).arraySync()));
  study.model.run({ ids: [ids] }, { stopAt: plantedHook, hooks: [{ point: plantedHook, fn: read }] });
  return rows;
}

describe('contrastSeparation', () => {
  it('is the difference of the texts’ mean activations over their pooled deviation', async () => {
    const { model, dictionary, contrast } = study.deps;
    const dPrime = await contrastSeparation({ model, dictionary, hook: plantedHook, pairs: contrast });
    const means = (side: 'positive' | 'negative') =>
      contrast.map((pair) => {
        const rows = activationsOf(model.tokenizer.encode(pair[side])).slice(1);
        return rows[0]!.map((_, feature) => mean(rows.map((row) => row[feature]!)));
      });
    const [up, down] = [means('positive'), means('negative')];
    for (let feature = 0; feature < dictionary.n; feature++) {
      const [a, b] = [up, down].map((list) => list.map((row) => row[feature]!));
      const spread = Math.sqrt((variance(a!) + variance(b!)) / 2);
      expect(dPrime[feature]).toBeCloseTo(spread > 0 ? (mean(a!) - mean(b!)) / spread : 0, 3);
    }
    expect(dPrime[planted]).toBeGreaterThan(2);
  });

  it('looks at the last assistant turn only, where there is one', async () => {
    const { model, dictionary, contrast } = study.deps;
    const assistantStart = (ids: readonly number[]) => ids.length - 2;
    const pairs = contrast.slice(0, 6);
    const dPrime = await contrastSeparation({ model, dictionary, hook: plantedHook, pairs, assistantStart });
    const [a, b] = (['positive', 'negative'] as const).map((side) =>
      pairs.map((pair) => mean(activationsOf(model.tokenizer.encode(pair[side])).slice(-2).map((row) => row[planted]!))),
    );
    expect(dPrime[planted]).toBeCloseTo((mean(a!) - mean(b!)) / Math.sqrt((variance(a!) + variance(b!)) / 2), 3);
  });

  it('needs two pairs', async () => {
    const { model, dictionary, contrast } = study.deps;
    await expect(contrastSeparation({ model, dictionary, hook: plantedHook, pairs: contrast.slice(0, 1) })).rejects.toThrow('at least two pairs');
  });
});

describe('attributions', () => {
  it('are first-order effects: they predict a small exact change of a feature', async () => {
    const { model, dictionary, statistics } = study.deps;
    const items = study.deps.items.slice(0, 12);
    const bench = await ResidualBench.create({ model, hook: plantedHook, sequences: itemSequences(items, model.tokenizer) });
    const { logProbs } = await bench.evaluate(null);
    const weights = items.map(({ subject }, i) => marginWeights(logProbs[i]!, subject));
    const scope = scopeSchema.parse({});
    const found = await attributions({ model, dictionary, bench, weights, scope, maxActivation: (feature) => statistics.maxActivation(feature) });
    const marginUnder = async (share: number, feature: number, dose = 0) => {
      const scores = await bench.evaluate((value, { ids, mask }) => {
        const flat = tf.reshape<tf.Rank.R2>(value, [mask.length, 64]);
        const touched = tf.tensor2d(Array.from(mask, (real, at) => (real && ids[at] !== 0 ? 1 : 0)), [mask.length, 1]);
        const length = tf.add(tf.mul(dictionary.encodeOne(flat, [feature]), share), dose * statistics.maxActivation(feature));
        const change = tf.mul(tf.mul(length, touched), tf.tensor2d(dictionary.decoderRow(feature), [1, 64]));
        return tf.reshape(tf.add(flat, change), value.shape);
      });
      return mean(scores.logProbs.map((row, i) => row.reduce((total, value, slot) => total + value * weights[i]![slot]!, 0)));
    };
    const step = 0.05;
    for (const feature of [planted, 12, 33]) {
      const exact = ((await marginUnder(step, feature)) - (await marginUnder(-step, feature))) / (2 * step);
      expect(Math.abs(found.attribution[feature]! - exact)).toBeLessThan(0.02 * Math.abs(exact) + 2e-3);
      const dosed = ((await marginUnder(0, feature, step)) - (await marginUnder(0, feature, -step))) / (2 * step);
      expect(Math.abs(found.gradient[feature]! - dosed)).toBeLessThan(0.02 * Math.abs(dosed) + 2e-3);
    }
    expect(Math.abs(found.gradient[planted]!)).toBe(Math.max(...found.gradient.map(Math.abs)));
    bench.dispose();
  });

  it('weigh the best choice under study against the best other, turned around on request', () => {
    expect([...marginWeights([-3, -1, -2, -5], [0, 2])]).toEqual([0, -1, 1, 0]);
    expect([...marginWeights([-3, -1], [0], -1)]).toEqual([-1, 1]);
    expect([...marginWeights([-3], [0])]).toEqual([1]);
  });
});

describe('rankCandidates', () => {
  const make = (feature: number, dPrime: number, attribution: number, gradient: number): ProposedFeature => ({ feature, dPrime, attribution, gradient });
  const features = [make(0, 3, 0.1, 9), make(1, 0.2, 9, 9), make(2, -2, -5, 0), make(3, 1, 4, 1), make(4, 1, 0.2, -8)];

  it('takes separating features in turn from the two rankings, by size', () => {
    expect(rankCandidates(features, { minDPrime: 0.5, count: 10 }).map(({ feature }) => feature)).toEqual([2, 0, 3, 4]);
    expect(rankCandidates(features, { minDPrime: 0.5, count: 3 }).map(({ feature }) => feature)).toEqual([2, 0, 3]);
  });

  it('gives none when none separates', () => {
    expect(rankCandidates(features, { minDPrime: 4, count: 3 })).toEqual([]);
  });
});
