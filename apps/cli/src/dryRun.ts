import type { InteractiveParamsInput } from '@sextant/schema';
import { bytes, duration, fields } from './output';
import type { Session } from './session';

/** Option of every command that starts a long job. */
export const dryRunOption = ['--dry-run', 'say what it would take, and do nothing'] as const;

/** Answers what a job would cost, as measured on a sample of its own work; starts nothing. */
export async function showEstimate({ client, out }: Session, job: InteractiveParamsInput<'jobs.estimate'>): Promise<void> {
  const estimate = await client.jobs.estimate.query(job);
  const { amount, unit, bytes: size, seconds, basis } = estimate;
  out.answer(estimate, fields({ [unit]: amount, disk: size === null ? null : bytes(size), time: seconds === null ? null : duration(seconds), 'measured on': basis }));
}
