import type { JobEstimate, JobKind, JobSpec } from '@sextant/schema';
import type { Lab } from '@sextant/store';

/** Says what a job would cost, from the sizes of what it reads and a timed sample of its own work; it starts and stores nothing. */
export type Estimator<K extends JobKind> = (spec: JobSpec<K>, context: { lab: Lab; signal: AbortSignal }) => Promise<JobEstimate>;

/** Wall seconds of some work. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; seconds: number }> {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
}
