import { z } from 'zod';

/** The longest silence after which a feature is called dead by default: that of the papers. */
const longestWindow = 10_000_000;

/** Everything that shapes a run, apart from its data. */
export const trainingSettings = z.object({
  architecture: z.string(),
  /** Width of the activations. */
  d: z.number().int().positive(),
  /** Number of features. */
  n: z.number().int().positive(),
  steps: z.number().int().positive(),
  batchSize: z.number().int().positive(),
  learningRate: z.number().nonnegative().default(1e-3),
  warmupSteps: z.number().int().nonnegative().default(0),
  warmupFrom: z.enum(['first', 'zero']).default('first'),
  /** Last steps, over which the learning rate falls to 0; the last fifth by default (papers.md 1.3). */
  decaySteps: z.number().int().nonnegative().optional(),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: z.number().positive().default(1e-8),
  seed: z.number().int().nonnegative().default(0),
  /** What activations are multiplied with before training; see `activationScale`. */
  scale: z.number().positive().default(1),
  /** Which rule gave the scale; recorded, not applied. */
  normalisation: z.enum(['mean-square', 'expected-average', 'none']).optional(),
  /** Tokens of silence after which a feature is dead; a tenth of the run by default, at most 10^7. */
  deadWindowTokens: z.number().int().positive().optional(),
  /** The architecture's own hyperparameters. */
  options: z.record(z.string(), z.unknown()).default({}),
});
export type TrainingSettingsInput = z.input<typeof trainingSettings>;

export interface TrainingSettings extends z.output<typeof trainingSettings> {
  decaySteps: number;
  deadWindowTokens: number;
}

/** Fills the defaults that depend on other settings. */
export function completeSettings(given: TrainingSettingsInput): TrainingSettings {
  const settings = trainingSettings.parse(given);
  const { steps, batchSize } = settings;
  return {
    ...settings,
    decaySteps: settings.decaySteps ?? Math.floor(steps / 5),
    deadWindowTokens: settings.deadWindowTokens ?? Math.min(longestWindow, Math.max(batchSize, Math.round((steps * batchSize) / 10))),
  };
}
