import { trainDictionary, type TrainingMetrics, type TrainOptions } from '@sextant/dictionaries';
import type { Measured } from '../measured';
import { readPlanted, writePlanted, type Planted } from '../inputs/planted';
import type { SideContext } from '../row';

/** Steps of a dictionary row; losses are compared at two of them, counted from 0. */
export const steps = { warmup: 2, repetitions: 6, compared: [3, 7], learningRate: 3e-4, warmupSteps: 4 } as const;
export const batchSize = 2048;
export const k = 32;

export interface DictionarySize {
  d: number;
  n: number;
}
export const sizes: readonly DictionarySize[] = [
  { d: 512, n: 8192 },
  { d: 768, n: 16384 },
];
export const sizeText = ({ d, n }: DictionarySize) => `${d}×${n}`;
export const inputsOf = ({ d, n }: DictionarySize) => `planted-${d}x${n}`;

export async function preparePlanted(context: SideContext, { d, n }: DictionarySize): Promise<void> {
  writePlanted(context.inputs, { d, n, batchSize, batches: 4, active: k, seed: 5 });
}

export interface StepOptions {
  inputs: string;
  architecture: string;
  options: TrainOptions['options'];
  initial: (planted: Planted) => Partial<Record<string, Float32Array>>;
  warmupFrom: 'first' | 'zero';
  /** What is compared with the peer; its loss without one. */
  compared?: (metrics: TrainingMetrics) => number;
}

/**
 * Our trainer on the planted batches. A step is timed from one request for a batch to the next; the last, which has no
 * next, is not counted.
 */
export async function measureSteps({ inputs, architecture, options, initial, warmupFrom, compared = ({ loss }) => loss }: StepOptions): Promise<Measured> {
  const planted = readPlanted(inputs);
  const total = steps.warmup + steps.repetitions;
  const asked: number[] = [];
  const numbers: number[] = [];
  const trained = await trainDictionary({
    architecture,
    options,
    d: planted.d,
    n: planted.n,
    batchSize: planted.batchSize,
    steps: total,
    learningRate: steps.learningRate,
    warmupSteps: steps.warmupSteps,
    warmupFrom,
    decaySteps: 0,
    deadWindowTokens: 10_000_000,
    initial: initial(planted),
    batches: () => ({
      next: () => planted.batches[(asked.push(performance.now()) - 1) % planted.batches.length]!,
      state: () => null,
    }),
    // Every step's report would compute an explained variance, which the peers do not; two of eight do not move the median.
    metricsEvery: total / steps.compared.length,
    onMetrics: (metrics) => void numbers.push(compared(metrics)),
  });
  trained.dictionary.dispose();
  const seconds = asked.slice(1).map((at, i) => (at - asked[i]!) / 1000);
  return { units: planted.batchSize, seconds: seconds.slice(steps.warmup), evidence: { kind: 'numbers', numbers }, versions: {} };
}
