import { loadModel, trainModel } from '@sextant/models';
import { numbersWithin } from '../agreement';
import { languageModelText, readTokens, writeLanguageModel } from '../inputs/languageModel';
import type { Measured } from '../measured';
import { pythonPeer } from '../peers/python';
import type { BenchRow } from '../row';

const settings = { warmup: 2, repetitions: 8, compared: [0, 4, 9], learningRate: 1e-3, weightDecay: 0.1 };

/** Training steps on one batch, which the order of its rows leaves alone. */
async function ours(inputs: string): Promise<Measured> {
  const model = await loadModel(inputs);
  const { tokens, rows, length } = readTokens(inputs);
  const losses: number[] = [];
  const done: number[] = [];
  await trainModel({
    model,
    data: { tokens, length },
    steps: settings.warmup + settings.repetitions,
    batchSize: rows,
    learningRate: settings.learningRate,
    weightDecay: settings.weightDecay,
    warmupSteps: 1,
    finalShare: 1,
    onMetrics: ({ loss }) => {
      losses.push(loss);
      done.push(performance.now());
    },
  });
  model.dispose();
  const seconds = done.slice(settings.warmup).map((at, i) => (at - done[settings.warmup + i - 1]!) / 1000);
  return { units: tokens.length, seconds, evidence: { kind: 'numbers', numbers: settings.compared.map((step) => losses[step]!) }, versions: {} };
}

export const lmTrain: BenchRow = {
  name: 'lm-train',
  work: `LM training step, ${languageModelText}, batch 16, vocab 4096`,
  unit: 'tok',
  goal: { timesFaster: 1.2 },
  inputs: 'language-model',
  prepare: ({ inputs }) => writeLanguageModel(inputs),
  ours: ({ inputs }) => ours(inputs),
  peer: pythonPeer({ name: 'PyTorch by hand', script: 'pytorch_lm_train.py', settings }),
  agreement: numbersWithin(1e-3, 'loss'),
};
