/** How the learning rate moves over a run. */
export interface LearningRateSchedule {
  steps: number;
  learningRate: number;
  /** Steps over which it rises linearly to its full value; 0 for none. */
  warmupSteps: number;
  /** First step's share of the full value: `first` gives 1/warmupSteps (SAELens), `zero` gives 0 (dictionary_learning). */
  warmupFrom: 'first' | 'zero';
  /** Last steps, over which it falls linearly; the very last still takes 1/decaySteps of it. */
  decaySteps: number;
}

/** Learning rate of a step, counted from 0. */
export function learningRateAt(step: number, { steps, learningRate, warmupSteps, warmupFrom, decaySteps }: LearningRateSchedule): number {
  const risen = warmupFrom === 'first' ? step + 1 : step;
  const warmup = warmupSteps > 0 ? Math.min(1, risen / warmupSteps) : 1;
  const decay = decaySteps > 0 ? Math.min(1, (steps - step) / decaySteps) : 1;
  return learningRate * warmup * decay;
}

/** A penalty's weight at a step: linear from 0 over the first `warmupSteps`. */
export function penaltyAt(step: number, weight: number, warmupSteps: number): number {
  return warmupSteps > 0 ? weight * Math.min(1, step / warmupSteps) : weight;
}
