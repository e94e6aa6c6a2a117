import type { JobRecord } from '@sextant/schema';
import { dateTime, duration, ErrorState, Figure, LineChart, shortHash } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, type LinkProps } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api, type RouterOutputs } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { jobTitle } from '../jobTitle';
import { JobActions } from './JobActions';
import { JobLog } from './JobLog';
import { JobProgressPanel } from './JobProgressPanel';
import { curvesOf, metricLook } from './metrics';
import './jobs.css';

const route = getRouteApi('/jobs/$id');

/** One job, live: stage and time left, curves, log, the exact spec, and what came of it. */
export function JobPage() {
  const { id } = route.useParams();
  const query = useQuery(api.jobs.get.queryOptions({ id }));
  const job = query.data;
  const experiment = job?.experiment;
  return (
    <Page
      title={job ? jobTitle(job) : 'Job'}
      subtitle={job && timing(job)}
      crumbs={[
        { name: 'jobs', link: { to: '/experiments', search: { view: 'jobs' } } },
        ...(experiment ? [{ name: 'experiment', link: { to: '/experiments/$id', params: { id: experiment } } } as const] : []),
        { name: <code>{id}</code> },
      ]}
      provenance={job ? [{ label: 'job', value: <code>{job.id}</code> }, { label: 'spec', value: <code>{shortHash(job.specHash)}</code> }, { label: 'attempts', value: job.attempts }] : []}
      command={command('jobs', 'show', id)}
      actions={job && (
        <>
          <ResultLink job={job} />
          <Link className="button" to="/start" search={{ kind: job.kind, spec: job.spec }}>Run again with changes</Link>
          <JobActions job={job} />
        </>
      )}
    >
      <Await query={query} what="the job">
        {(data) => (
          <>
            {data.error && <div className="more"><ErrorState title="The job failed" fault={{ code: data.error.code, message: data.error.message, ...detailOf(data.error.detail) }} /></div>}
            <JobProgressPanel job={data} />
            <div className="columns two-one">
              <div>
                <Curves job={data} />
                <JobLog lines={data.log} running={data.status === 'running'} />
              </div>
              <div>
                <Figure title="Spec" note={`hash ${shortHash(data.specHash)}`}><pre className="json">{JSON.stringify(data.spec, null, 2)}</pre></Figure>
                {data.result && <Figure title="Result"><pre className="json">{JSON.stringify(data.result, null, 2)}</pre></Figure>}
              </div>
            </div>
          </>
        )}
      </Await>
    </Page>
  );
}

function timing(job: JobRecord): string {
  if (!job.startedAt) return `queued ${dateTime(job.createdAt)}`;
  if (!job.finishedAt) return `since ${dateTime(job.startedAt)}`;
  return `${job.status} in ${duration((Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000)} · ${dateTime(job.finishedAt)}`;
}

function detailOf(detail: Record<string, unknown>) {
  const said = (key: string) => (detail[key] === undefined || detail[key] === null ? null : String(detail[key]));
  return { field: said('field') ?? said('tensor') ?? said('file'), value: said('value'), hint: said('hint') };
}

function Curves({ job }: { job: RouterOutputs['jobs']['get'] }) {
  const curves = useMemo(() => curvesOf(job.metricPoints), [job.metricPoints]);
  if (curves.size === 0) return null;
  return (
    <Figure
      title="Curves"
      note={`${job.metricPoints.length} points`}
      name={`${job.id}-curves`}
      data={{ columns: ['metric', 'step', 'value'], rows: job.metricPoints.map((point) => [point.name, point.step, point.value]) }}
    >
      <div className="curve-grid">
        {[...curves].map(([metric, points]) => <Curve key={metric} metric={metric} points={points} live={job.status === 'running'} />)}
      </div>
    </Figure>
  );
}

function Curve({ metric, points, live }: { metric: string; points: readonly { x: number; y: number }[]; live: boolean }) {
  const look = metricLook(metric);
  const series = useMemo(() => [{ name: look.name, points }], [look.name, points]);
  return <LineChart series={series} x="step" y={look.name} log={look.log} share={look.share} live={live} height={150} label={`${look.name} by step`} />;
}

const destinations: Partial<Record<JobRecord['kind'], (digest: string) => LinkProps>> = {
  'model.import': (digest) => ({ to: '/models/$digest', params: { digest } }),
  'dictionary.import': (digest) => ({ to: '/dictionaries/$digest', params: { digest } }),
  'dictionary.train': (digest) => ({ to: '/dictionaries/$digest', params: { digest } }),
};

/** Where a finished job's result is shown, when there is a page for it. */
function ResultLink({ job }: { job: JobRecord }) {
  if (job.status !== 'succeeded' || !job.result) return null;
  const { artifact, study, run } = job.result;
  const link = typeof artifact === 'string' ? destinations[job.kind]?.(artifact) : undefined;
  if (link) return <Link className="button primary" {...link}>Open result</Link>;
  if (typeof study === 'string') return <Link className="button primary" to="/studies/$id" params={{ id: study }}>Open study</Link>;
  if (typeof run === 'string') return <Link className="button primary" to="/evals/$run" params={{ run }}>Open run</Link>;
  return null;
}
