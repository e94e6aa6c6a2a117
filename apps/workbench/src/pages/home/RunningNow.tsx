import type { JobRecord } from '@sextant/schema';
import { ago, Figure, LineChart } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api } from '../../api';
import { JobActions } from '../jobs/JobActions';
import { JobProgressPanel } from '../jobs/JobProgressPanel';
import { curvesOf, metricLook } from '../jobs/metrics';
import { jobTitle } from '../jobTitle';

/** What runs, what waits, and what lately failed. Nothing at all is one line. */
export function RunningNow() {
  const running = useQuery(api.jobs.list.queryOptions({ status: 'running', limit: 5 })).data?.items ?? [];
  const queued = useQuery(api.jobs.list.queryOptions({ status: 'queued', limit: 8 })).data?.items ?? [];
  const failed = useQuery(api.jobs.list.queryOptions({ status: 'failed', limit: 2 })).data?.items ?? [];
  const rows = [...queued.filter((job) => job.status === 'queued').reverse(), ...failed.filter((job) => job.status === 'failed')];
  return (
    <Figure
      title="Running"
      note={running.length + queued.length === 0 ? 'nothing now' : `${running.length} running · ${queued.length} waiting`}
      actions={<Link to="/experiments" search={{ view: 'jobs' }}>all jobs ›</Link>}
    >
      {running.filter((job) => job.status === 'running').map((job) => <Running key={job.id} job={job} />)}
      {rows.length > 0 && (
        <div className="table-box">
          <table className="table home-jobs" aria-label="Waiting and failed jobs">
            <tbody>
              {rows.map((job) => (
                <tr key={job.id}>
                  <td className={job.status === 'failed' ? 'failed' : 'dim'}>{job.status === 'failed' ? '✕ failed' : 'waiting'}</td>
                  <td className="clip grow"><Link to="/jobs/$id" params={{ id: job.id }}>{jobTitle(job)}{job.error ? `: ${job.error.message}` : ''}</Link></td>
                  <td className="num dim">{ago(job.finishedAt ?? job.createdAt)}</td>
                  <td className="num"><JobActions job={job} small /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Figure>
  );
}

function Running({ job }: { job: JobRecord }) {
  const points = useQuery(api.jobs.get.queryOptions({ id: job.id })).data?.metricPoints;
  const curves = useMemo(() => curvesOf(points ?? [], 300), [points]);
  const [metric, curve] = [...curves].find(([name]) => metricLook(name).log) ?? [...curves][0] ?? [];
  const series = useMemo(() => (metric && curve ? [{ name: metric, points: curve }] : []), [metric, curve]);
  return (
    <div className="home-running">
      <div>
        <div className="row-line">
          <h3><Link to="/jobs/$id" params={{ id: job.id }}>{jobTitle(job)}</Link></h3>
          <span className="row-line home-actions">
            <Link className="button small" to="/jobs/$id" params={{ id: job.id }} hash="log">Log</Link>
            <JobActions job={job} small />
          </span>
        </div>
        <JobProgressPanel job={job} />
      </div>
      {metric && curve && curve.length > 1 && (
        <LineChart series={series} x="step" y={metricLook(metric).name} log={metricLook(metric).log} height={128} live label={`${metricLook(metric).name} by step`} />
      )}
    </div>
  );
}
