import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng, selectBackend, tf } from '@sextant/compute';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LanguageModel } from '../languageModel';
import { logProbs } from '../logProbs';
import { smallLlama } from '../testModel';
import { learningRateAt } from './schedule';
import { trainModel, type TrainingMetrics, type TrainModelOptions } from './trainModel';
import { trainingBatches } from './trainingData';

/** Rows of counting upwards modulo 29 by a step that differs from row to row, the last ones padded. */
function countingData(rows = 40, length = 12) {
  const rng = new Rng(9);
  const tokens = new Int32Array(rows * length);
  const mask = new Uint8Array(rows * length).fill(1);
  for (let row = 0; row < rows; row++) {
    const [start, step] = [rng.int(29), 1 + rng.int(3)];
    for (let at = 0; at < length; at++) tokens[row * length + at] = (start + at * step) % 29;
    if (row % 5 === 0) mask.fill(0, row * length + 8, (row + 1) * length);
  }
  return { tokens, mask, length };
}

function weightsOf(model: LanguageModel): Record<string, number[]> {
  return Object.fromEntries([...model.params].map(([name, variable]) => [name, [...variable.dataSync()]]));
}

describe('trainModel', () => {
  const data = countingData();
  const settings = { data, steps: 20, batchSize: 8, learningRate: 3e-3, seed: 5 };
  let dir: string;
  beforeAll(async () => void (await selectBackend()));
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'training-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  async function train(options: Partial<TrainModelOptions> = {}) {
    const model = smallLlama({ initializer_range: 0.1 });
    const metrics: TrainingMetrics[] = [];
    try {
      const result = await trainModel({ model, ...settings, onMetrics: (each) => metrics.push(each), ...options });
      return { result, metrics, weights: weightsOf(model) };
    } finally {
      model.dispose();
    }
  }

  it('learns to count', async () => {
    const model = smallLlama({ initializer_range: 0.1 });
    const score = async () => (await logProbs(model, [{ prefix: [4, 5, 6], continuation: [7, 8] }]))[0]!.reduce((sum, each) => sum + each, 0);
    const before = await score();
    await trainModel({ ...settings, model, steps: 150, learningRate: 1e-2 });
    expect(await score()).toBeGreaterThan(before + 4);
    model.dispose();
  });

  it('equals, bit for bit, a run that was cancelled half-way and resumed', async () => {
    const checkpoint = { file: join(dir, 'run.safetensors'), every: 7 };
    const straight = await train();
    const controller = new AbortController();
    const cancel = (each: TrainingMetrics) => void (each.step === 10 && controller.abort());
    await expect(train({ checkpoint, signal: controller.signal, onMetrics: cancel })).rejects.toMatchObject({ code: 'CANCELLED' });
    const resumed = await train({ checkpoint });
    expect(resumed.result.resumedFrom).toBe(10);
    expect(resumed.metrics.map(({ step, loss }) => ({ step, loss }))).toEqual(straight.metrics.slice(10).map(({ step, loss }) => ({ step, loss })));
    expect(resumed.weights).toEqual(straight.weights);
    expect(resumed.result.tokens).toBe(straight.result.tokens);
    // A finished run has nothing left to do.
    expect((await train({ checkpoint })).result).toMatchObject({ resumedFrom: 20, loss: null });
  });

  it('resumes from the last regular checkpoint after a kill', async () => {
    const checkpoint = { file: join(dir, 'run.safetensors'), every: 7 };
    const crash = (each: TrainingMetrics) => {
      if (each.step === 17) throw new Error('killed');
    };
    await expect(train({ checkpoint, onMetrics: crash })).rejects.toThrow('killed');
    const resumed = await train({ checkpoint });
    expect(resumed.result.resumedFrom).toBe(14);
    expect(resumed.weights).toEqual((await train()).weights);
  });

  it('refuses a checkpoint of other settings or of other data, and a damaged one', async () => {
    const checkpoint = { file: join(dir, 'run.safetensors'), every: 5 };
    await train({ steps: 5, checkpoint });
    await expect(train({ steps: 6, checkpoint })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(train({ steps: 5, checkpoint, data: countingData(48) })).rejects.toMatchObject({ code: 'CONFLICT' });
    writeFileSync(checkpoint.file, 'no checkpoint');
    await expect(train({ steps: 5, checkpoint })).rejects.toMatchObject({ code: 'INVALID_FILE' });
    expect(existsSync(checkpoint.file)).toBe(true);
  });

  it('gives the same gradient in micro-batches', async () => {
    const whole = await train({ steps: 1 });
    const split = await train({ steps: 1, microBatchSize: 3 });
    expect(split.metrics[0]!.loss).toBeCloseTo(whole.metrics[0]!.loss, 5);
    expect(split.metrics[0]!.gradNorm).toBeCloseTo(whole.metrics[0]!.gradNorm, 4);
  });

  it('decays matrices and nothing else', async () => {
    const free = await train({ steps: 1, weightDecay: 0 });
    const decayed = await train({ steps: 1, weightDecay: 10 });
    const moved = Object.keys(free.weights).filter((name) => free.weights[name]!.some((value, i) => value !== decayed.weights[name]![i]));
    expect(moved.sort()).toEqual(Object.keys(free.weights).filter((name) => !/ln/.test(name)).sort());
  });

  it('does not look at padding', async () => {
    const scrambled = { ...data, tokens: data.tokens.map((id, i) => (data.mask[i] ? id : (id + 11) % 29)) };
    const found = await train({ steps: 3, data: scrambled });
    expect(found.weights).toEqual((await train({ steps: 3 })).weights);
    expect(found.metrics.at(-1)!.tokens).toBeLessThan(3 * 8 * 12);
  });

  it('leaks no tensors, finished, cancelled or failed', async () => {
    const model = smallLlama();
    const before = tf.memory().numTensors;
    await trainModel({ ...settings, model, steps: 2, microBatchSize: 3 });
    await expect(trainModel({ ...settings, model, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('names the option or the row that is wrong', async () => {
    await expect(train({ learningRate: -1 })).rejects.toThrow('learningRate is -1; expected a number above 0');
    await expect(train({ data: { tokens: Int32Array.of(1, 2, 3), length: 2 } })).rejects.toThrow('data.tokens is 3 ids; expected whole rows of 2');
    await expect(train({ data: { tokens: Int32Array.of(1, 29), length: 2 } })).rejects.toThrow('data.tokens[1] is 29');
    await expect(train({ data: { tokens: Int32Array.of(1, 2), mask: Uint8Array.of(0, 1), length: 2 } })).rejects.toThrow('in row 0');
  });
});

describe('trainingBatches', () => {
  it('asks for every next token but across padding and the end of a row', () => {
    const data = { tokens: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8), mask: Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 0), length: 4 };
    const [batch] = trainingBatches(data, Int32Array.of(1, 0), 2);
    expect([...batch!.input.ids]).toEqual([5, 6, 7, 8, 1, 2, 3, 4]);
    expect([...batch!.targets]).toEqual([6, -1, -1, -1, 2, 3, 4, -1]);
    expect(batch).toMatchObject({ predictions: 4, realTokens: 6 });
  });
});

describe('learningRateAt', () => {
  it('rises linearly, peaks, and ends at the final share', () => {
    const schedule = { steps: 110, learningRate: 2, warmupSteps: 10, finalShare: 0.1 };
    expect([0, 4, 9, 10].map((step) => learningRateAt(step, schedule))).toEqual([0.2, 1, 2, 2]);
    expect(learningRateAt(60, schedule)).toBeCloseTo(2 * 0.55, 12);
    expect(learningRateAt(110, schedule)).toBeCloseTo(0.2, 12);
  });
});
