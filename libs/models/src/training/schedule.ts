export interface ScheduleOptions {
  steps: number;
  learningRate: number;
  warmupSteps: number;
  /** Rate at the end, as a share of `learningRate`. */
  finalShare: number;
}

/** Rate of step `step` (from 0): linear from 0 over the warm-up, then a half cosine down to the final share. */
export function learningRateAt(step: number, { steps, learningRate, warmupSteps, finalShare }: ScheduleOptions): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return learningRate * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
