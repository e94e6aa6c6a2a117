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
    topk_threshold_after?: number;
    threshold_after?: number;
  }[];
}

/** Settings that make the trainer follow each library, as its record describes it. */
const saeLens = { steps, learningRate: 2e-3, warmupFrom: 'first' } as const;
const dictionaryLearning = { steps, learningRate: 2e-3, warmupFrom: 'zero', decaySteps: 6 } as const;
const saeLensTopK = {
  k: 8, decoder: 'free', decoderBias: 'zero', dead: { unit: 'steps', window: 3, past: true, judged: 'before' },
} as const;
const saeLensJump = { ...saeLens, architecture: 'jumprelu', warmupSteps: 5, decaySteps: 6 } as const;
const saeLensDead = { unit: 'steps', window: 3, past: true, judged: 'before' } as const;
const saeLensBatch = {
  decoder: 'free', decoderBias: 'zero', rescaleByDecoderNorm: true, auxiliary: { rule: 'scaled', weight: 1 }, dead: saeLensDead,
  threshold: { rate: 0.1, start: 'zero' },
} as const;
const dictionaryLearningThreshold = { rate: 0.1, start: 'first', fromStep: 5 } as const;
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
  sae_lens_jumprelu_step: {
    ...saeLensJump, options: { penalty: 'step', weight: 0.05, penaltyWarmupSteps: 5, bandwidth: 0.2 }, terms: { mse: 'mse_loss', sparsity: 'l0_loss' },
  },
  sae_lens_jumprelu_tanh_anthropic: {
    ...saeLensJump,
    options: {
      penalty: 'tanh', weight: 0.05, penaltyWarmupSteps: 5, bandwidth: 0.5, preActivationWeight: 1e-2, gradientToInput: true, dead: saeLensDead,
    },
    terms: { mse: 'mse_loss', sparsity: 'l0_loss', revive: 'pre_act_loss' },
  },
  sae_lens_jumprelu_quadratic: {
    ...saeLensJump,
    options: { penalty: 'quadratic', targetL0: 10, weight: 0.02, penaltyWarmupSteps: 0, bandwidth: 0.2, subtractDecoderBias: false },
    terms: { mse: 'mse_loss', sparsity: 'l0_loss' },
  },
  dl_jumprelu: {
    ...dictionaryLearning, architecture: 'jumprelu', warmupSteps: 4, beta1: 0,
    options: {
      penalty: 'target', targetL0: 12, weight: 1, penaltyWarmupSteps: 6, bandwidth: 0.2, decoder: 'unit', subtractDecoderBias: false, clampThreshold: false,
    },
    terms: { mse: 'l2_loss' },
  },
  sae_lens_gated: {
    ...saeLens, architecture: 'gated', warmupSteps: 5, decaySteps: 6,
    options: { l1: 0.3, l1WarmupSteps: 4, auxiliaryDecoder: 'free', decoder: 'free', clipNorm: 1 },
    terms: { mse: 'mse_loss', l1: 'l1_loss', auxiliary: 'auxiliary_reconstruction_loss' },
  },
  dl_gated: {
    ...dictionaryLearning, architecture: 'gated', warmupSteps: 5, beta1: 0,
    options: { l1: 0.3, l1WarmupSteps: 6, penalty: 'plain' }, terms: { mse: 'mse_loss', auxiliary: 'aux_loss' },
  },
  sae_lens_batchtopk: {
    ...saeLens, architecture: 'batchtopk', warmupSteps: 4, decaySteps: 5, options: { ...saeLensBatch, k: 8.5 },
    terms: { mse: 'mse_loss', auxk: 'auxiliary_reconstruction_loss' },
  },
  dl_batchtopk: {
    ...dictionaryLearning, architecture: 'batchtopk', warmupSteps: 4, options: { k: 8, dead: { window: 192 }, threshold: dictionaryLearningThreshold },
    terms: { mse: 'l2_loss', auxk: 'auxk_loss' },
  },
  sae_lens_matryoshka: {
    ...saeLens, architecture: 'matryoshka_batchtopk', warmupSteps: 4, decaySteps: 5, options: { ...saeLensBatch, k: 8, widths: [16, 48, n] },
    terms: { mse: 'mse_loss', auxk: 'auxiliary_reconstruction_loss' },
  },
  dl_matryoshka: {
    ...dictionaryLearning, architecture: 'matryoshka_batchtopk', warmupSteps: 4,
    options: { k: 8, widths: [16, 64, n], levelWeight: 1 / 9, dead: { window: 192 }, threshold: dictionaryLearningThreshold },
    terms: { fit: 'l2_loss', auxk: 'auxk_loss' },
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
      initial: initialOf(settings.architecture, file, record.init.b_enc),
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
      const threshold = expected.topk_threshold_after ?? expected.threshold_after;
      if (threshold !== undefined && 'threshold' in metrics.terms) close(metrics.terms.threshold!, threshold, 'threshold');
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

function initialOf(architecture: string, file: ReturnType<typeof openSafetensors>, encoderBias: string): Record<string, Float32Array> {
  const own: Record<string, string[]> = { jumprelu: ['b_enc', 'threshold'], gated: ['b_gate', 'b_mag', 'r_mag'] };
  const names = ['W_enc', 'W_dec', 'b_dec', ...(own[architecture] ?? ['b_enc'])];
  return Object.fromEntries(names.map((name) => [name, file.read(name === 'b_enc' ? encoderBias : name)]));
}

function cursor(data: Float32Array) {
  let at = 0;
  return { next: () => data.slice(at * rows * d, ++at * rows * d), state: () => at };
}

/** The record's parameters under our names, encoder and decoder as [n, d]. */
function finalWeights(file: ReturnType<typeof openSafetensors>): Record<string, number[]> {
  const names: Record<string, string> = {
    'encoder.weight': 'W_enc', 'decoder.weight': 'W_dec', 'encoder.bias': 'b_enc', bias: 'b_dec', decoder_bias: 'b_dec', gate_bias: 'b_gate', mag_bias: 'b_mag',
  };
  const stored = (name: string): number[] => {
    const { shape } = file.info(name);
    const values = file.read(name);
    // Ours are [n, d], whichever way round the library keeps them.
    return Array.from(shape.length === 2 && shape[0] === d ? transposed(values, d, n) : values);
  };
  return Object.fromEntries(file.names().map((name) => [names[name] ?? name, stored(name)]));
}
