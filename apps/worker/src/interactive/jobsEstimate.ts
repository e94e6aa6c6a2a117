import { parseSpec, type InteractiveHandler } from '@sextant/jobs';
import type { JobEstimate, JobKind } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import { estimators } from '../estimates';

/** What a job would cost, before anyone starts it. */
export const jobsEstimate: InteractiveHandler<'jobs.estimate'> = async function* ({ kind, spec }, { lab, signal }) {
  yield await estimate(kind, spec, { lab, signal });
};

async function estimate<K extends JobKind>(kind: K, spec: unknown, context: { lab: Lab; signal: AbortSignal }): Promise<JobEstimate> {
  const estimator = await estimators[kind]();
  return estimator(parseSpec(kind, spec), context);
}
