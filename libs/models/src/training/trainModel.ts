import { AdamW, clipByGlobalNorm, crossEntropy, GradientAccumulator, tf } from '@sextant/compute';
import { throwIfAborted, yieldToEventLoop } from '../cancellation';
import type { LanguageModel } from '../languageModel';
import { readCheckpoint, writeCheckpoint } from './checkpoint';
import { RowOrder } from './rowOrder';
import { learningRateAt } from './schedule';
import { checkTraining, digestOf, trainingBatches, type TrainingBatch, type TrainingData } from './trainingData';
import { withDefaults, type RecipeSettings, type RunSettings } from './trainingSettings';

export interface TrainModelOptions extends RunSettings, Partial<RecipeSettings> {
  model: LanguageModel;
  data: TrainingData;
  /** Kept every `every` steps, when cancelled, and at the end; a run with the same settings continues from it. */
  checkpoint?: { file: string; every: number };
  onMetrics?: (metrics: TrainingMetrics) => void;
  signal?: AbortSignal;
}

export interface TrainingMetrics {
  /** Steps done, this one included. */
  step: number;
  steps: number;
  /** Mean loss of this step's predictions, in nats. */
  loss: number;
  learningRate: number;
  /** Gradient norm before clipping. */
  gradNorm: number;
  /** Real tokens trained on so far. */
  tokens: number;
  tokensPerSecond: number;
}

export interface TrainingResult {
  steps: number;
  tokens: number;
  /** Seconds of this process, without those before a resumption. */
  seconds: number;
  /** Loss of the last step; null when nothing was left to do. */
  loss: number | null;
  /** Step that the run continued from. */
  resumedFrom: number;
}

/**
 * Trains all parameters to predict each next token: AdamW, linear warm-up, cosine decay, clipping to a global norm.
 * Each row is a training example; padding is neither input nor target. The same options and data give the same
 * weights bit for bit on the same backend and thread count, also when a checkpoint interrupts the run.
 * @throws SextantError INVALID_INPUT naming the option or row that is wrong, CONFLICT for a checkpoint of another run,
 * CANCELLED (after writing the checkpoint).
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainingResult> {
  const { model, data, checkpoint, onMetrics, signal } = options;
  const settings = withDefaults(options);
  const { steps, batchSize, microBatchSize, clipNorm } = settings;
  checkTraining(model, data, settings);
  const identity = { config: model.files.config, settings, data: digestOf(data) };
  const variables = [...model.params.values()];
  const optimiser = new AdamW(variables, settings);
  const accumulator = new GradientAccumulator();
  const order = new RowOrder(data.tokens.length / data.length, batchSize, settings.seed);
  try {
    const resumed = checkpoint ? readCheckpoint(checkpoint.file, model, optimiser, identity) : null;
    const resumedFrom = resumed?.step ?? 0;
    const tokensBefore = resumed?.tokens ?? 0;
    let tokens = tokensBefore;
    let saved = resumedFrom;
    const save = (step: number) => {
      if (!checkpoint || saved === step) return;
      writeCheckpoint(checkpoint.file, model, optimiser, { step, tokens, cursor: order.cursor(step) }, identity);
      saved = step;
    };
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    let lastLoss: number | null = null;
    for (let step = resumedFrom; step < steps; step++) {
      if (signal?.aborted) save(step);
      throwIfAborted(signal, 'training');
      const batches = trainingBatches(data, order.batch(step), microBatchSize);
      const { loss, grads } = await lossAndGradients(model, batches, variables, accumulator);
      const clipped = clipByGlobalNorm(grads, clipNorm);
      const learningRate = learningRateAt(step, settings);
      optimiser.step(clipped.grads, { learningRate });
      tf.dispose(clipped.grads);
      tokens += batches.reduce((sum, batch) => sum + batch.realTokens, 0);
      lastLoss = loss;
      if (checkpoint && (step + 1) % checkpoint.every === 0) save(step + 1);
      const tokensPerSecond = (tokens - tokensBefore) / seconds();
      onMetrics?.({ step: step + 1, steps, loss, learningRate, gradNorm: clipped.norm, tokens, tokensPerSecond });
      await yieldToEventLoop();
    }
    save(steps);
    return { steps, tokens, seconds: seconds(), loss: lastLoss, resumedFrom };
  } finally {
    optimiser.dispose();
    accumulator.dispose();
  }
}

/** Gradients of the mean loss over all batches' predictions. The caller owns them. */
async function lossAndGradients(model: LanguageModel, batches: TrainingBatch[], variables: tf.Variable[], accumulator: GradientAccumulator) {
  const predictions = batches.reduce((sum, batch) => sum + batch.predictions, 0);
  let loss = 0;
  for (const batch of batches) {
    const { value, grads } = tf.variableGrads(() => summedLoss(model, batch, predictions), variables);
    loss += (await value.data())[0]!;
    value.dispose();
    if (batches.length === 1) return { loss, grads };
    accumulator.add(grads);
    tf.dispose(grads);
  }
  const grads = Object.fromEntries(Object.entries(accumulator.grads()).map(([name, total]) => [name, tf.clone(total)]));
  accumulator.reset();
  return { loss, grads };
}

function summedLoss(model: LanguageModel, { input, targets }: TrainingBatch, allPredictions: number): tf.Scalar {
  const logits = model.forward(input).as2D(targets.length, model.config.vocabSize);
  return tf.div(tf.sum(crossEntropy(logits, tf.tensor1d(targets, 'int32'))), allPredictions);
}
