import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBackends, selectBackend, tf } from '@sextant/compute';
import { openSafetensors } from '@sextant/formats';
import { fixture, haveFixtures, needFixtures, readJson } from '../fixtures';
import { trainDictionary, type TrainingMetrics, type TrainOptions } from '../index';
import { transposed } from '../matrix';
import { readCheckpoint } from './checkpoint';

const [d, n, rows, steps] = [32, 128, 64, 20];
const lossTolerance = 1e-5;
const weightTolerance = 1e-4;

interface Record20 {
  init: { file: string; b_enc: string };
  steps: {
    lr: number;
    loss: number;
    losses: Record<string, number>;
    mean_l0: number;
    dead?: number;
    gradient_norm_before_clipping: number | string;
  }[];
}

/** Settings that make the trainer follow each library, as its record describes it. */
const saeLens = { steps, learningRate: 2e-3, warmupFrom: 'first' } as const;
const dictionaryLearning = { steps, learningRate: 2e-3, warmupFrom: 'zero', decaySteps: 6 } as const;
const saeLensTopK = {
  k: 8, decoder: 'free', decoderBias: 'zero', dead: { unit: 'steps', window: 3, past: true, judged: 'before' },
} as const;
const cases: Record<string, Omit<TrainOptions, 'batches' | 'd' | 'n' | 'batchSize' | 'steps'> & { terms: Record<string, string> }> = {
  sae_lens_standard: {
    ...saeLens, architecture: 'standard', warmupSteps: 5, decaySteps: 6,
    options: { l1: 0.3, l1WarmupSteps: 8, subtractDecoderBias: true }, terms: { mse: 'mse_loss', l1: 'l1_loss' },
  },
  sae_lens_topk: {
    ...saeLens, architecture: 'topk', warmupSteps: 4, decaySteps: 5,
    options: { ...saeLensTopK, rescaleByDecoderNorm: true, auxiliary: { rule: 'scaled', weight: 1 } },
    terms: { mse: 'mse_loss', auxk: 'auxiliary_reconstruction_loss' },
  },
  sae_lens_topk_no_rescale: {
    ...saeLens, architecture: 'topk', warmupSteps: 4, decaySteps: 5,
    options: { ...saeLensTopK, subtractDecoderBias: false, auxiliary: { rule: 'scaled', weight: 1 / 32 } }, terms: { mse: 'mse_loss' },
  },
  dl_standard: {
    ...dictionaryLearning, architecture: 'standard', warmupSteps: 5,
    options: { l1: 0.3, l1WarmupSteps: 6, penalty: 'plain', decoder: 'unit', subtractDecoderBias: true, clipNorm: null }, terms: { mse: 'mse_loss' },
  },
  dl_standard_april: {
    ...dictionaryLearning, architecture: 'standard', warmupSteps: 5,
    options: { l1: 0.3, l1WarmupSteps: 6, subtractDecoderBias: true }, terms: { mse: 'mse_loss' },
  },
  dl_topk: {
    ...dictionaryLearning, architecture: 'topk', warmupSteps: 4,
    options: { k: 8, dead: { window: 192 } }, terms: { mse: 'l2_loss', auxk: 'auxk_loss' },
  },
};

const present = (await listBackends()).filter((backend) => backend.present).map((backend) => backend.name);
const scratch = mkdtempSync(join(tmpdir(), 'sextant-training-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.skipIf(!haveFixtures).each(present)(`trainers of the original libraries, step by step, on %s (${needFixtures})`, (backend) => {
  beforeAll(async () => {
    await selectBackend({ name: backend });
  });

  it.each(Object.keys(cases))('%s', async (name) => {
    const record = readJson<Record20>(fixture('training', name, 'record.json'));
    const { terms, ...settings } = cases[name]!;
    const file = openSafetensors(fixture('training', record.init.file));
    const batches = openSafetensors(fixture('training', 'batches.safetensors'));
    const data = batches.read('batches');
    const seen: TrainingMetrics[] = [];
    const dir = join(scratch, backend, name);
    const before = tf.memory().numTensors;
    const { dictionary } = await trainDictionary({
      ...settings, steps, d, n, batchSize: rows, metricsEvery: 1,
      initial: { W_enc: file.read('W_enc'), W_dec: file.read('W_dec'), b_dec: file.read('b_dec'), b_enc: file.read(record.init.b_enc) },
      batches: () => cursor(data),
      onMetrics: (metrics) => seen.push(metrics),
      checkpoint: { dir, every: steps },
    });
    dictionary.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(seen.length).toBe(steps);
    record.steps.forEach((expected, step) => {
      const metrics = seen[step]!;
      const close = (actual: number, wanted: number, what: string) =>
        expect(Math.abs(actual - wanted) / Math.max(1e-6, Math.abs(wanted)), `step ${step}: ${what} ${actual}, recorded ${wanted}`).toBeLessThan(lossTolerance);
      expect(metrics.learningRate).toBeCloseTo(expected.lr, 12);
      close(metrics.loss, expected.loss, 'loss');
      for (const [ours, theirs] of Object.entries(terms)) close(metrics.terms[ours]!, expected.losses[theirs]!, theirs);
      close(metrics.l0, expected.mean_l0, 'L0');
      if (metrics.gradientNorm !== null) close(metrics.gradientNorm, Number(expected.gradient_norm_before_clipping), 'gradient norm');
    });
    const final = openSafetensors(fixture('training', name, 'final.safetensors'));
    const trained = readCheckpoint(dir)!.tensors;
    for (const [parameter, values] of Object.entries(finalWeights(final))) {
      const difference = Math.hypot(...values.map((value, i) => value - trained[parameter]![i]!));
      expect(difference / Math.hypot(...values), `final ${parameter}`).toBeLessThan(weightTolerance);
    }
    for (const opened of [file, batches, final]) opened.close();
  });
});

function cursor(data: Float32Array) {
  let at = 0;
  return { next: () => data.slice(at * rows * d, ++at * rows * d), state: () => at };
}

/** The record's parameters under our names, encoder and decoder as [n, d]. */
function finalWeights(file: ReturnType<typeof openSafetensors>): Record<string, number[]> {
  const read = (name: string) => Array.from(file.read(name));
  const turned = (name: string, r: number, c: number) => Array.from(transposed(file.read(name), r, c));
  if (file.has('W_enc')) return { W_enc: turned('W_enc', d, n), W_dec: read('W_dec'), b_enc: read('b_enc'), b_dec: read('b_dec') };
  return {
    W_enc: read('encoder.weight'),
    W_dec: turned('decoder.weight', d, n),
    b_enc: read('encoder.bias'),
    b_dec: read(file.has('bias') ? 'bias' : 'b_dec'),
  };
}
