import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCodes, encodeThreshold, encodeTopK, rowNorms, scaleCodes, selectBackend, tf } from '@sextant/compute';
import { loadDictionary, saveDictionary, trainDictionary, type TrainingMetrics, type TrainOptions } from '../index';
import { readCheckpoint } from './checkpoint';
import { plantedActivations } from './plantedActivations';

const scratch = mkdtempSync(join(tmpdir(), 'sextant-run-'));
afterAll(() => rmSync(scratch, { recursive: true }));
beforeAll(async () => {
  await selectBackend();
});

const [d, n, batchSize] = [24, 96, 128];
const data = plantedActivations({ d, batchSize });
const base: TrainOptions = {
  architecture: 'topk', d, n, steps: 30, batchSize, learningRate: 5e-3, options: { k: 5 }, batches: data.batches, seed: 3, deadWindowTokens: 512,
};

interface Ended {
  /** What it printed at the end; null when it was killed. */
  digest: string | null;
  steps: number[];
}

/** Runs killedRun.ts; kills it with SIGKILL as soon as it reports `killAt`. */
function run(architecture: string, dir: string, { killAt, threads = 2 }: { killAt?: number; threads?: number } = {}): Promise<Ended> {
  const script = fileURLToPath(new URL('./killedRun.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, architecture, dir], { env: { ...process.env, SEXTANT_THREADS: String(threads) } });
  const steps: number[] = [];
  let digest: string | null = null;
  let failure = '';
  child.stderr.on('data', (chunk) => (failure += chunk));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, value = ''] = line.split(' ');
    if (word === 'weights') digest = value;
    if (word === 'step') steps.push(Number(value));
    if (killAt !== undefined && Number(value) >= killAt) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => (code === 0 || signal === 'SIGKILL' ? resolve({ digest, steps }) : reject(new Error(failure))));
  });
}

describe('a training run', () => {
  it.each(['topk', 'standard'])('of %s, killed with SIGKILL and resumed on another number of threads, ends with the same bits', async (architecture) => {
    const whole = await run(architecture, join(scratch, `${architecture}-whole`), { threads: 1 });
    expect(whole.digest).toMatch(/^[0-9a-f]{64}$/);
    const dir = join(scratch, `${architecture}-killed`);
    expect((await run(architecture, dir, { killAt: 16 })).digest).toBeNull();
    // What a crash in the middle of writing leaves behind must not matter.
    mkdirSync(join(dir, '.step-000000021.1.partial'));
    writeFileSync(join(dir, '.step-000000021.1.partial', 'state.json'), '{');
    const last = await run(architecture, dir, { threads: 3 });
    expect(last.steps[0]).toBeGreaterThan(10);
    expect(last.digest).toBe(whole.digest);
    expect(readdirSync(dir)).toEqual(['step-000000040']);
  }, 240_000);

  it('learns planted directions, reports as it goes, and leaks no tensors', async () => {
    const before = tf.memory().numTensors;
    const seen: TrainingMetrics[] = [];
    const { dictionary, frequencies, metrics } = await trainDictionary({ ...base, steps: 300, metricsEvery: 50, onMetrics: (m) => seen.push(m) });
    expect(seen.map(({ step }) => step)).toEqual([50, 100, 150, 200, 250, 300]);
    expect(metrics).toEqual(seen.at(-1));
    expect(seen.at(-1)!.explainedVariance).toBeGreaterThan(0.8);
    expect(seen.at(-1)!.loss).toBeLessThan(seen[0]!.loss / 1.5);
    expect(metrics!.l0).toBeLessThanOrEqual(5);
    expect(frequencies.reduce((sum, value) => sum + value, 0)).toBeCloseTo(5, 0);
    const found = Array.from({ length: 2 * d }, (_, i) => {
      const truth = data.directions.subarray(i * d, (i + 1) * d);
      return Math.max(...Array.from({ length: n }, (_unused, f) => dictionary.decoderRow(f).reduce((sum, value, t) => sum + value * truth[t]!, 0)));
    });
    expect(found.filter((cosine) => cosine > 0.9).length).toBeGreaterThan(d);
    dictionary.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops when told to, having saved where it was, and goes on from there', async () => {
    const dir = join(scratch, 'cancelled');
    const control = new AbortController();
    const before = tf.memory().numTensors;
    const options: TrainOptions = { ...base, checkpoint: { dir, every: 100 }, metricsEvery: 1, signal: control.signal };
    const running = trainDictionary({ ...options, onMetrics: ({ step }) => step === 12 && control.abort() });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(tf.memory().numTensors).toBe(before);
    expect(readCheckpoint(dir)!.state.step).toBe(12);
    const steps: number[] = [];
    const resumed = await trainDictionary({ ...options, signal: undefined, resume: 'require', onMetrics: ({ step }) => steps.push(step) });
    const whole = await trainDictionary(base);
    expect(steps[0]).toBe(13);
    expect(resumed.dictionary.arrays()).toEqual(whole.dictionary.arrays());
    expect(resumed.frequencies).toEqual(whole.frequencies);
    resumed.dictionary.dispose();
    whole.dictionary.dispose();
  });

  it('refuses a checkpoint of another run, naming what differs, and a resume without one', async () => {
    const checkpoint = { dir: join(scratch, 'cancelled'), every: 100 };
    await expect(trainDictionary({ ...base, checkpoint, learningRate: 1e-3 })).rejects.toThrow('with other learningRate');
    await expect(trainDictionary({ ...base, checkpoint, options: { k: 6 } })).rejects.toThrow('with other options');
    await expect(trainDictionary({ ...base, resume: 'require' })).rejects.toThrow('no checkpoint folder');
    await expect(trainDictionary({ ...base, resume: 'require', checkpoint: { dir: join(scratch, 'none'), every: 1 } })).rejects.toThrow('holds no checkpoint');
    expect(existsSync(join(scratch, 'none'))).toBe(false);
  });

  it('refuses settings and activations that cannot be, by name', async () => {
    await expect(trainDictionary({ ...base, architecture: 'crosscoder' })).rejects.toThrow('architecture "crosscoder" cannot be trained here');
    await expect(trainDictionary({ ...base, options: {} })).rejects.toThrow(/^k:/);
    await expect(trainDictionary({ ...base, options: { k: 97 } })).rejects.toThrow('k is 97, more than the 96 features');
    const before = tf.memory().numTensors;
    const bad = { next: () => new Float32Array(7), state: () => 0 };
    await expect(trainDictionary({ ...base, batches: () => bad })).rejects.toThrow('batch 0 holds 7 numbers; expected 128 activations of width 24');
    const nan = { next: () => new Float32Array(batchSize * d).fill(NaN), state: () => 0 };
    await expect(trainDictionary({ ...base, batches: () => nan, options: { k: 5, decoderBias: 'zero' } })).rejects.toThrow(/NaN|loss is/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('folding', () => {
  const scale = 1.7;
  it.each([
    ['standard', { l1: 0.05, subtractDecoderBias: true }],
    ['standard', { l1: 0.05 }],
    ['topk', { k: 5 }],
    ['topk', { k: 5, decoder: 'free', rescaleByDecoderNorm: true }],
    ['topk', { k: 5, decoder: 'free' }],
  ])('leaves the function of %s %j alone, in model units, also after a trip to disk', async (architecture, options) => {
    const dir = join(scratch, `fold-${architecture}-${JSON.stringify(options).length}`);
    const { dictionary } = await trainDictionary({ ...base, architecture, options, scale, checkpoint: { dir, every: 30 } });
    saveDictionary(dictionary, join(dir, 'saved'), { metadata: { hook_name: 'blocks.2.hook_resid_post' } });
    const loaded = loadDictionary(join(dir, 'saved'));
    expect(loaded.hook).toBe('blocks.2.hook_resid_post');
    expect(loaded.scale).toBe(scale);
    const { tensors } = readCheckpoint(dir)!;
    tf.tidy(() => {
      const x = tf.tensor2d(data.batches(500).next() as Float32Array, [batchSize, d]);
      const [weights, decoder] = [tf.tensor2d(tensors.W_enc!, [n, d]), tf.tensor2d(tensors.W_dec!, [n, d])];
      const [bias, b_dec] = [tf.tensor1d(tensors.b_enc!), tf.tensor1d(tensors.b_dec!)];
      const centred = dictionary.config.applyDecoderBiasToInput;
      const norms = rowNorms(decoder);
      const rescale = 'rescaleByDecoderNorm' in options;
      const input = { x: tf.mul<tf.Tensor2D>(x, scale), center: centred ? b_dec : undefined, weights, bias, scale: rescale ? norms : undefined };
      const codes = architecture === 'topk' ? encodeTopK(input, { k: 5, positive: true }) : encodeThreshold(input);
      const expected = tf.div(decodeCodes(rescale ? scaleCodes(codes, tf.div(1, norms)) : codes, decoder, b_dec), scale);
      for (const folded of [dictionary, loaded]) {
        const gap = tf.max(tf.abs(tf.sub(folded.reconstruct(x), expected))).dataSync()[0]!;
        expect(gap).toBeLessThan(2e-5);
        expect(tf.max(tf.abs(tf.sub(folded.decode(folded.encode(x), x), expected))).dataSync()[0]!).toBeLessThan(2e-5);
      }
      expect(loaded.encode(x).arraySync()).toEqual(dictionary.encode(x).arraySync());
    });
    dictionary.dispose();
    loaded.dispose();
  });
});
