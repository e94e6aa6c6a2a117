import type { JobRecord } from '@sextant/schema';
import { hookShort } from '@sextant/ui';
import { jobNames } from './names';

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A job in a few words: what kind, and what its spec says of it. */
export function jobTitle(job: Pick<JobRecord, 'kind' | 'spec'>): string {
  const { spec } = job;
  const said = text(spec.name) ?? text(spec.task) ?? (text(spec.hook) && hookShort(text(spec.hook))) ?? text(spec.path);
  return said ? `${jobNames[job.kind]}: ${said}` : jobNames[job.kind];
}
