/** What every run must say. */
export interface RunSettings {
  steps: number;
  /** Rows a step. */
  batchSize: number;
  /** Peak learning rate. */
  learningRate: number;
}

/** What has a default. */
export interface RecipeSettings {
  /** Rows that run at once; a smaller number needs less memory for the same gradient up to rounding. Default: the batch. */
  microBatchSize: number;
  /** Steps of linear warm-up. Default 2 % of all. */
  warmupSteps: number;
  /** Learning rate at the end, as a share of the peak. Default 0.1. */
  finalShare: number;
  /** Decoupled decay of matrices; gains and biases are left alone. Default 0.1. */
  weightDecay: number;
  /** Default 0.9. */
  beta1: number;
  /** Default 0.95. */
  beta2: number;
  /** Default 1e-8. */
  eps: number;
  /** Largest norm of the whole gradient. Default 1. */
  clipNorm: number;
  /** Seed of the order of rows. Default 0. */
  seed: number;
}

/** Everything that, with model and data, fixes a training run. */
export type TrainingSettings = RunSettings & RecipeSettings;

export function withDefaults(options: RunSettings & Partial<RecipeSettings>): TrainingSettings {
  const { steps, batchSize, learningRate } = options;
  const { microBatchSize = batchSize, warmupSteps = Math.ceil(steps / 50), finalShare = 0.1, weightDecay = 0.1 } = options;
  const { beta1 = 0.9, beta2 = 0.95, eps = 1e-8, clipNorm = 1, seed = 0 } = options;
  return { steps, batchSize, learningRate, microBatchSize, warmupSteps, finalShare, weightDecay, beta1, beta2, eps, clipNorm, seed };
}
