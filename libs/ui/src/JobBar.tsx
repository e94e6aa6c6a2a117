import type { JobProgress, JobStatus } from '@sextant/schema';
import { duration } from './format';
import './JobBar.css';

/** One stage's progress as a bar. Orange while it runs; grey when it stands. Moves with its data, never by animation. */
export function JobBar({ progress, status, label }: { progress: JobProgress | null; status: JobStatus; label: string }) {
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : status === 'succeeded' ? 1 : 0;
  return (
    <div
      className="job-bar"
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      data-status={status}
    >
      <span style={{ width: `${(status === 'succeeded' ? 1 : share) * 100}%` }} />
    </div>
  );
}

/** Where a job stands, in a few words: `62 % · 55 min`, `waiting`, `✕ failed`. */
export function jobSummary(status: JobStatus, progress: JobProgress | null): string {
  if (status === 'queued') return 'waiting';
  if (status === 'failed') return '✕ failed';
  if (status === 'cancelled') return 'cancelled';
  if (status === 'succeeded') return 'done';
  if (!progress || progress.total <= 0) return 'starting';
  const left = progress.etaSeconds === null ? '' : ` · ${duration(progress.etaSeconds)} left`;
  return `${Math.floor((100 * progress.done) / progress.total)}\u00a0%${left}`;
}
