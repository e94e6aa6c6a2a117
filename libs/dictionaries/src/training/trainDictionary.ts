import { createHash } from 'node:crypto';
import { DictionaryAdam, Rng, tf } from '@sextant/compute';
import { hashJson, SextantError } from '@sextant/schema';
import { z } from 'zod';
import type { DictionaryConfig } from '../config';
import { LoadedDictionary } from '../loadedDictionary';
import { transposed } from '../matrix';
import { DeadFeatures } from './deadFeatures';
import { trainableOf } from './registry';
import { findCheckpoint, restoreRun, saveRun, type ResumeOptions } from './resume';
import { completeSettings, type TrainingSettings, type TrainingSettingsInput } from './settings';
import { trainStep, type Run, type StepReport } from './step';
import type { Training } from './trainable';

/** A stream of activations that can say where it stands. */
export interface BatchSource {
  /** The next batch [rows, d], row-major, model units. */
  next(): Float32Array | Promise<Float32Array>;
  /** Plain JSON; a stream opened at it continues with the same batches. */
  state(): unknown;
}

/** What a run looks like at one step. */
export interface TrainingMetrics extends StepReport {
  /** Steps done, this one included. */
  step: number;
  steps: number;
  tokens: number;
  /** Over the steps since the last report. */
  tokensPerSecond: number;
}

export interface TrainOptions extends TrainingSettingsInput, ResumeOptions {
  /** Opens the activations: from the beginning for null, else where a checkpoint left them. */
  batches: (state: unknown) => BatchSource;
  /** Weights to start from, by SAELens names and in its layouts, in normalised units; drawn from the seed otherwise. */
  initial?: Partial<Record<string, Float32Array>>;
  /** Recorded with the dictionary: model and hook names, digests. */
  metadata?: Record<string, unknown>;
  onMetrics?: (metrics: TrainingMetrics) => void;
  /** Steps between reports; 10 by default. */
  metricsEvery?: number;
  signal?: AbortSignal;
}

export interface TrainResult {
  /** Weights in model units; the caller disposes it. */
  dictionary: LoadedDictionary;
  /** Of the last step; null when a checkpoint already held the finished run. */
  metrics: TrainingMetrics | null;
  /** Share of the tokens of the last reporting window a feature fired on, [n]; for sparsity.safetensors. */
  frequencies: Float64Array;
  settings: TrainingSettings;
}

/** How long the loop may hold the thread before timers and messages get their turn. */
const breathMs = 40;

/**
 * Trains a dictionary. The same settings, data and backend give the same bits, at any number of threads, interrupted
 * and resumed or not.
 * @throws SextantError INVALID_INPUT (settings, activations), CONFLICT (a checkpoint of other settings), NOT_FOUND
 * (`resume: 'require'` without one), CANCELLED (after writing a checkpoint)
 */
export async function trainDictionary(options: TrainOptions): Promise<TrainResult> {
  const settings = settingsOf(options);
  const { d, n, steps, batchSize, scale } = settings;
  const architecture = trainableOf(settings.architecture);
  const dead = new DeadFeatures(n, architecture.dead(settings.options, settings.deadWindowTokens));
  const training = architecture.start({ d, n, steps, options: settings.options, rng: new Rng(settings.seed), dead });
  const adam = new DictionaryAdam(training.parameters, { beta1: settings.beta1, beta2: settings.beta2, eps: settings.eps, ...training.adam });
  const run: Run = { settings, training, adam, dead, fired: new Float64Array(n), firedTokens: 0 };
  const identity = runIdentity(settings, options.initial);
  try {
    setInitial(training, options.initial, d, n);
    const checkpoint = findCheckpoint(options, identity, settings);
    if (checkpoint) restoreRun(run, checkpoint);
    const source = options.batches(checkpoint ? checkpoint.state.batches : null);
    let metrics: TrainingMetrics | null = null;
    let saved = checkpoint?.state.step ?? 0;
    let reported = { step: saved, at: performance.now() };
    let breath = performance.now();
    const save = (step: number) => {
      if (!options.checkpoint || step === saved) return;
      saveRun(options.checkpoint.dir, run, { step, identity, batches: source.state() });
      saved = step;
    };
    for (let step = saved; step < steps; step++) {
      if (options.signal?.aborted) {
        save(step);
        throw new SextantError('CANCELLED', `training was cancelled after ${step} of ${steps} steps`, { value: step });
      }
      const report = (step + 1) % (options.metricsEvery ?? 10) === 0 || step + 1 === steps;
      const outcome = trainStep(run, await source.next(), step, report);
      if (report) {
        const now = performance.now();
        const rate = ((step + 1 - reported.step) * batchSize * 1000) / Math.max(1e-3, now - reported.at);
        metrics = { ...outcome, step: step + 1, steps, tokens: (step + 1) * batchSize, tokensPerSecond: rate };
        reported = { step: step + 1, at: now };
        options.onMetrics?.(metrics);
      }
      if (options.checkpoint && (step + 1) % options.checkpoint.every === 0) save(step + 1);
      if (performance.now() - breath > breathMs) {
        await new Promise((resolve) => setImmediate(resolve));
        breath = performance.now();
      }
    }
    save(steps);
    const config: DictionaryConfig = {
      ...training.config(),
      d,
      n,
      dOut: d,
      dtype: 'float32',
      normalisation: 'none',
      reshape: 'none',
      metadata: { ...options.metadata, sextant: { ...settings, run: identity, backend: tf.getBackend() } },
    };
    const frequencies = run.fired.map((count) => (run.firedTokens > 0 ? count / run.firedTokens : 0));
    return { dictionary: new LoadedDictionary(config, training.finish(scale), 1, scale), metrics, frequencies, settings };
  } finally {
    adam.dispose();
    tf.dispose(training.parameters.map(({ variable }) => variable));
  }
}

function settingsOf(options: TrainOptions): TrainingSettings {
  try {
    const settings = completeSettings(options);
    return { ...settings, options: z.record(z.string(), z.unknown()).parse(trainableOf(settings.architecture).options.parse(settings.options)) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const field = issue?.path.join('.') ?? '';
    throw new SextantError('INVALID_INPUT', `${field || 'settings'}: ${issue?.message ?? 'invalid'}`, { field }, { cause: error });
  }
}

function runIdentity(settings: TrainingSettings, initial: TrainOptions['initial']): string {
  const given = Object.entries(initial ?? {}).map(([name, values]) => [name, bytesHash(values ?? new Float32Array(0))]);
  return hashJson({ settings, initial: Object.fromEntries(given) });
}

function bytesHash({ buffer, byteOffset, byteLength }: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
}

function setInitial(training: Training, initial: TrainOptions['initial'], d: number, n: number): void {
  for (const [name, values] of Object.entries(initial ?? {})) {
    const parameter = training.parameters.find((candidate) => candidate.name === name);
    const size = parameter?.variable.size;
    if (!parameter || !values || values.length !== size) {
      const expected = parameter ? `${size} values` : `one of ${training.parameters.map((candidate) => candidate.name).join(', ')}`;
      throw new SextantError('INVALID_INPUT', `initial ${name} of ${values?.length ?? 0} values: expected ${expected}`, { tensor: name });
    }
    const rows = name === 'W_enc' ? transposed(values, d, n) : values.slice();
    tf.tidy(() => parameter.variable.assign(tf.tensor(rows, parameter.variable.shape)));
  }
}
