import { tf, variableGradients, type DictionaryAdam } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { DeadFeatures } from './deadFeatures';
import { learningRateAt } from './schedule';
import type { TrainingSettings } from './settings';
import type { StepOutcome, Training } from './trainable';

/** A run in progress. */
export interface Run {
  settings: TrainingSettings;
  training: Training;
  adam: DictionaryAdam;
  dead: DeadFeatures;
  /** Tokens each feature fired on during the last dead window of the run, and how many those were. */
  fired: Float64Array;
  firedTokens: number;
}

export interface StepReport {
  loss: number;
  /** The loss's parts by name. */
  terms: Record<string, number>;
  /** Mean number of active features a token. */
  l0: number;
  /** 1 − Σ‖x − x̂‖² / Σ‖x − mean x‖² of this batch; NaN where it was not asked for. */
  explainedVariance: number;
  /** Share of features silent for the dead window. */
  deadShare: number;
  learningRate: number;
  /** Before clipping; null where nothing is clipped. */
  gradientNorm: number | null;
}

/**
 * One step of training: loss, gradients, update. `explain` asks for the explained variance.
 * @throws SextantError INVALID_INPUT for a batch of another size, INTERNAL when the loss is not finite
 */
export function trainStep(run: Run, batch: Float32Array, step: number, explain: boolean): StepReport {
  const { settings, training, adam, dead } = run;
  const { d, n, batchSize, scale } = settings;
  if (batch.length !== batchSize * d) {
    throw new SextantError('INVALID_INPUT', `batch ${step} holds ${batch.length} numbers; expected ${batchSize} activations of width ${d}`, {
      field: 'batches',
      value: batch.length,
    });
  }
  let report: StepReport | undefined;
  tf.tidy(() => {
    const given = tf.tensor2d(batch, [batchSize, d]);
    const x = scale === 1 ? given : tf.mul<tf.Tensor2D>(given, scale);
    if (step === 0) training.prepare?.(x);
    const objective = () => {
      const outcome = training.loss(x, step);
      countFirings(run, outcome, step);
      report = {
        loss: outcome.loss.dataSync()[0]!,
        terms: Object.fromEntries(Object.entries(outcome.terms).map(([name, term]) => [name, typeof term === 'number' ? term : term.dataSync()[0]!])),
        l0: outcome.counts.reduce((sum, fired) => sum + fired, 0) / batchSize,
        explainedVariance: explain ? explainedVariance(x, outcome.reconstruction) : NaN,
        deadShare: dead.dead().length / n,
        learningRate: learningRateAt(step, settings),
        gradientNorm: null,
      };
      return outcome.loss;
    };
    const { grads } = variableGradients(objective, training.parameters.map(({ variable }) => variable));
    if (!report) throw new TypeError('the loss was not computed');
    if (!Number.isFinite(report.loss)) {
      throw new SextantError('INTERNAL', `the loss is ${report.loss} at step ${step}; lower the learning rate or look for extreme activations`, {
        value: String(report.loss),
      });
    }
    report.gradientNorm = adam.step(grads, report.learningRate).norm;
  });
  if (!report) throw new TypeError('the step did not run');
  return report;
}

/** Firing frequencies are those of the last dead window, when the weights have settled. */
function countFirings(run: Run, { counts }: StepOutcome, step: number): void {
  const { steps, batchSize, deadWindowTokens } = run.settings;
  if ((steps - step) * batchSize > Math.max(batchSize, deadWindowTokens)) return;
  for (let i = 0; i < counts.length; i++) run.fired[i]! += counts[i]!;
  run.firedTokens += batchSize;
}

function explainedVariance(x: tf.Tensor2D, reconstruction: tf.Tensor2D): number {
  return tf.tidy(() => {
    const missed = tf.sum(tf.squaredDifference(x, reconstruction)).dataSync()[0]!;
    const total = tf.sum(tf.squaredDifference(x, tf.mean(x, 0, true))).dataSync()[0]!;
    return 1 - missed / total;
  });
}
