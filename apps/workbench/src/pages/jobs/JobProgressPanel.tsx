import './jobs.css';
import type { JobRecord } from '@sextant/schema';
import { compact, duration, JobBar, StatStrip, StatTile } from '@sextant/ui';
import { metricLook, metricValue } from './metrics';

/** Where a job stands: its stage bar, time left, amount done, rate, and what it last measured. Unknown is left out, never guessed. */
export function JobProgressPanel({ job }: { job: JobRecord }) {
  const { progress } = job;
  return (
    <div className="job-panel">
      <JobBar progress={progress} status={job.status} label={`${job.kind}: ${progress?.stage ?? job.status}`} />
      <p className="note row-line">
        <span>{progress ? `${progress.stage}${progress.message ? ` · ${progress.message}` : ''}` : job.status === 'running' ? 'starting' : job.status}</span>
        {job.attempts > 1 && <span>resumed, attempt {job.attempts}</span>}
        {job.cancelRequested && job.status === 'running' && <span>stopping at the next safe point</span>}
      </p>
      {progress && job.status !== 'succeeded' && (
        <StatStrip>
          {job.status === 'running' && <StatTile label="left" value={duration(progress.etaSeconds)} />}
          <StatTile label={progress.unit} value={compact(progress.done)} detail={`of ${compact(progress.total)}`} />
          {progress.rate !== null && <StatTile label={`rate, ${progress.unit}/s`} value={compact(progress.rate)} />}
          {Object.entries(progress.metrics ?? {}).slice(0, 3).map(([name, value]) => (
            <StatTile key={name} label={metricLook(name).name} value={metricValue(name, value)} />
          ))}
        </StatStrip>
      )}
    </div>
  );
}
