import { beforeAll, describe, expect, it } from 'vitest';
import { readCodes, selectBackend, tf } from '@sextant/compute';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { fixture, haveFixtures, needFixtures, readJson } from '../fixtures';
import { LoadedDictionary, scoreDictionary, spliceHook } from '../index';
import { ceRecovered, klScore } from './languageModel';
import { ReconstructionSums } from './reconstruction';
import { logDensityHistogram, SparsityCounts } from './sparsity';

interface Expected {
  expected: {
    reconstruction: Record<string, number> & { traps: Record<string, number> };
    invariance: Record<string, number>;
    language_model: Record<string, number>;
    sparsity: Record<string, number> & { density: number[]; dead_features: number[]; log10_density_histogram: { edges: number[]; counts: number[] } };
  };
}

describe.skipIf(!haveFixtures)(`metrics (${needFixtures})`, () => {
  const { expected } = haveFixtures ? readJson<Expected>(fixture('metrics', 'expected.json')) : { expected: {} as Expected['expected'] };
  let file: SafetensorsFile;
  const d = 32;

  beforeAll(async () => {
    await selectBackend();
    file = openSafetensors(fixture('metrics', 'arrays.safetensors'));
    return () => file.close();
  });

  const of = (x: ArrayLike<number>, y: ArrayLike<number>) => {
    const sums = new ReconstructionSums(d);
    // In pieces of odd sizes: the result must not depend on them.
    const [a, b] = [Array.from(x), Array.from(y)];
    for (let at = 0; at < a.length; at += 37 * d) sums.add(a.slice(at, at + 37 * d), b.slice(at, at + 37 * d));
    return sums.metrics();
  };

  it('reconstruction metrics are those of float64 sums, and none of the traps', () => {
    const { explainedVariance, mse, squaredError, cosine, l2Ratio, reconstructionBias, normalisedMse } = of(file.read('x'), file.read('x_hat'));
    const { reconstruction } = expected;
    const pairs: [number, number][] = [
      [explainedVariance, reconstruction.explained_variance!], [mse, reconstruction.mse_per_element!], [squaredError, reconstruction.mse_per_row!],
      [cosine, reconstruction.cosine_mean!], [l2Ratio, reconstruction.l2_ratio_mean!], [reconstructionBias, reconstruction.relative_reconstruction_bias!],
      [normalisedMse, reconstruction.normalised_mse!],
    ];
    for (const [actual, wanted] of pairs) expect(Math.abs(actual / wanted - 1)).toBeLessThan(1e-12);
    for (const trap of Object.values(reconstruction.traps)) expect(Math.abs(explainedVariance - trap)).toBeGreaterThan(5e-3);
  });

  it('explained variance does not change under scale, shift or repetition', () => {
    const [x, y] = [Array.from(file.read('x')), Array.from(file.read('x_hat'))];
    const both = (change: (value: number, i: number) => number) => of(x.map(change), y.map(change)).explainedVariance;
    expect(both((value) => value * 1000)).toBeCloseTo(expected.invariance.scaled_by_1000!, 12);
    expect(both((value, i) => value + 100 * ((i % d) + 1))).toBeCloseTo(expected.invariance.shifted_by_100_per_dimension!, 9);
    expect(of([...x, ...x], [...y, ...y]).explainedVariance).toBeCloseTo(expected.invariance.rows_repeated_twice!, 12);
    expect(both((value) => value + 5)).toBeCloseTo(expected.reconstruction.explained_variance!, 9);
    expect(Math.abs(both((value) => value + 5) - expected.invariance.trap_value_when_shifted!)).toBeGreaterThan(0.1);
  });

  it('sparsity: L0, density, dead and dense shares, histogram', () => {
    const { shape } = file.info('f');
    const [rows = 0, n = 0] = shape;
    const dense = tf.tensor2d(file.read('f'), [rows, n]);
    const counts = new SparsityCounts(n);
    counts.add(readCodes({ layout: 'dense', rows, n, dense }));
    dense.dispose();
    const metrics = counts.metrics();
    const { sparsity } = expected;
    expect(metrics.l0).toBeCloseTo(sparsity.l0_mean!, 12);
    expect(metrics.l1).toBeCloseTo(sparsity.l1_mean!, 9);
    expect(metrics.deadShare).toBeCloseTo(sparsity.dead_share!, 12);
    expect(metrics.denseShareAbove1Percent).toBeCloseTo(sparsity.dense_share_above_1_percent!, 12);
    expect(metrics.denseShareAbove10Percent).toBeCloseTo(sparsity.dense_share_above_10_percent!, 12);
    expect(Array.from(metrics.density)).toEqual(sparsity.density);
    expect([...metrics.density.keys()].filter((i) => metrics.density[i] === 0)).toEqual(sparsity.dead_features);
    expect(logDensityHistogram(metrics.density, { lowest: -4 })).toEqual({
      edges: sparsity.log10_density_histogram.edges,
      counts: sparsity.log10_density_histogram.counts,
    });
  });

  it('share of the model\'s loss recovered, and of its distribution', () => {
    const { language_model: lm } = expected;
    expect(ceRecovered({ clean: lm.ce_clean!, spliced: lm.ce_sae!, zero: lm.ce_zero! })).toBeCloseTo(lm.ce_recovered!, 12);
    expect(klScore({ spliced: lm.kl_clean_to_sae!, zero: lm.kl_clean_to_zero! })).toBeCloseTo(lm.kl_score!, 12);
    expect(ceRecovered({ clean: 2, spliced: 2, zero: 2 })).toBeNull();
  });
});

describe('scoreDictionary', () => {
  /** Reads coordinates 0 … 3 of width 4 as four features, both signs lost: x̂ = ReLU(x). */
  const identity = () => {
    const eye = new Float32Array(16);
    for (let i = 0; i < 4; i++) eye[i * 5] = 1;
    const arrays = {
      W_enc: { shape: [4, 4], data: eye }, W_dec: { shape: [4, 4], data: eye },
      b_enc: { shape: [4], data: new Float32Array(4) }, b_dec: { shape: [4], data: new Float32Array(4) },
    };
    return new LoadedDictionary(
      { architecture: 'standard', d: 4, n: 4, dOut: 4, dtype: 'float32', applyDecoderBiasToInput: false, normalisation: 'none', reshape: 'none', options: {}, metadata: {} },
      arrays,
    );
  };

  it('counts, reconstructs and asks for cross-entropies; leaks nothing', async () => {
    await selectBackend();
    const before = tf.memory().numTensors;
    const dictionary = identity();
    const { scores } = await scoreDictionary({
      dictionary,
      batches: [Float32Array.from([1, 2, 0, -1, 3, 0, 0, 0]), Float32Array.from([0, 1, 0, 1])],
      crossEntropies: () => ({ clean: 2, spliced: 2.5, zero: 4 }),
    });
    expect(scores).toMatchObject({ l0: 5 / 3, mse: 1 / 12, deadShare: 1 / 4, deadWindowTokens: 3, evalTokens: 3, ceClean: 2, ceRecovered: 0.75 });
    const [sst, sse] = [2 * (7 / 3) + 2 + 2, 1];
    expect(scores.explainedVariance).toBeCloseTo(1 - sse / sst, 12);
    await expect(scoreDictionary({ dictionary, batches: [] })).rejects.toThrow('no activations');
    await expect(scoreDictionary({ dictionary, batches: [new Float32Array(4)], signal: AbortSignal.abort() })).rejects.toThrow('cancelled');
    dictionary.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('splices reconstructions into real tokens after the first, and nothing elsewhere', () => {
    const dictionary = identity();
    const value = tf.tensor3d([-1, -2, -3, 4, -1, -2, -3, 4, -1, -2, -3, 4], [1, 3, 4]);
    const context = { mask: [1, 1, 0], positions: [0, 1, 0] };
    expect(spliceHook(dictionary)(value, context).arraySync()).toEqual([[[-1, -2, -3, 4], [0, 0, 0, 4], [-1, -2, -3, 4]]]);
    expect(spliceHook('zero', { skipFirst: 0 })(value, context).arraySync()).toEqual([[[0, 0, 0, 0], [0, 0, 0, 0], [-1, -2, -3, 4]]]);
    tf.dispose(value);
    dictionary.dispose();
  });
});
