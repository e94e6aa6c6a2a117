import type { Experiment, JobRecord } from '@sextant/schema';
import { ago, dateTime, duration, EmptyState, jobSummary, Segmented } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { RecordTable, type Column } from '../../table/RecordTable';
import { jobTitle } from '../jobTitle';
import { CompareJobs } from './CompareJobs';

const route = getRouteApi('/experiments');

const experimentColumns: Column<Experiment>[] = [
  { key: 'name', head: 'experiment', className: 'clip', width: '40%', cell: (item) => item.name },
  { key: 'kind', head: 'kind', cell: (item) => <span className="dim">{item.kind}</span> },
  { key: 'status', head: 'status', cell: (item) => item.status },
  { key: 'tags', head: 'tags', cell: (item) => <span className="dim">{item.tags.join(', ')}</span> },
  { key: 'jobs', head: 'jobs', num: true, cell: (item) => item.jobs },
  { key: 'took', head: 'took', num: true, cell: (item) => (item.finishedAt ? duration((Date.parse(item.finishedAt) - Date.parse(item.createdAt)) / 1000) : '') },
  { key: 'started', head: 'started', num: true, cell: (item) => <span className="dim">{dateTime(item.createdAt)}</span> },
];

/** Experiments, and every job with its state; up to four jobs side by side. */
export function ExperimentsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const experiments = useQuery(api.experiments.list.queryOptions({ limit: 200 }));
  const jobs = useQuery(api.jobs.list.queryOptions({ limit: 200, status: search.status === 'all' ? undefined : search.status }));
  const pick = (id: string) =>
    void navigate({
      search: ({ compare, ...old }) => ({ ...old, compare: compare.includes(id) ? compare.filter((other) => other !== id) : [...compare, id].slice(-4) }),
    });
  return (
    <Page
      title={search.compare.length > 1 ? `Compare ${search.compare.length} jobs` : 'Experiments'}
      crumbs={search.compare.length > 1 ? [{ name: 'experiments', link: { to: '/experiments' } }] : [{ name: 'this lab' }]}
      command={search.view === 'jobs' ? command('jobs', 'list') : command('experiments', 'list')}
      actions={(
        <>
          <Segmented
            label="What to list"
            value={search.view}
            options={[{ value: 'experiments', label: 'Experiments' }, { value: 'jobs', label: 'Jobs' }]}
            onChange={(view) => void navigate({ search: (old) => ({ ...old, view }) })}
          />
          <Link className="button" to="/start">Start a job</Link>
        </>
      )}
    >
      {search.view === 'experiments'
        ? (
          <Await query={experiments} what="experiments" lines={5}>
            {(page) => (page.items.length === 0
              ? <EmptyState title="No experiments yet. First light opens one; any job can belong to one." command="npm start" />
              : <RecordTable label="experiments" columns={experimentColumns} rows={page.items} rowKey={(item) => item.id} link={(item) => ({ to: '/experiments/$id', params: { id: item.id } })} />)}
          </Await>
        )
        : (
          <>
            <div className="filters">
              <label className="note" htmlFor="status">status</label>
              <select id="status" className="input" value={search.status} onChange={(event) => void navigate({ search: (old) => ({ ...old, status: statusOf(event.target.value) }) })}>
                {['all', 'queued', 'running', 'succeeded', 'failed', 'cancelled'].map((status) => <option key={status}>{status}</option>)}
              </select>
              <span className="note">tick up to four to compare</span>
            </div>
            <Await query={jobs} what="jobs" lines={5}>
              {(page) => (page.items.length === 0
                ? <EmptyState title="No jobs of that status." command={command('jobs', 'list')} />
                : <JobsTable jobs={page.items} compared={search.compare} onPick={pick} />)}
            </Await>
          </>
        )}
      {search.compare.length > 1 && (
        <CompareJobs ids={search.compare} diffOnly={search.diff} onDiffOnly={(diff) => void navigate({ search: (old) => ({ ...old, diff }) })} />
      )}
    </Page>
  );
}

const statuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
const statusOf = (value: string) => statuses.find((status) => status === value) ?? 'all';

/** Jobs with their state; with `onPick`, each can be ticked for comparison. */
export function JobsTable({ jobs, compared = [], onPick }: { jobs: readonly JobRecord[]; compared?: readonly string[]; onPick?: (id: string) => void }) {
  const columns: Column<JobRecord>[] = [
    { key: 'job', head: 'job', className: 'clip', width: '46%', cell: (job) => jobTitle(job) },
    {
      key: 'status',
      head: 'status',
      className: 'clip',
      width: '30%',
      cell: (job) => <span style={job.status === 'failed' ? { color: 'var(--err)' } : undefined}>{jobSummary(job.status, job.progress)}{job.error ? `: ${job.error.message}` : ''}</span>,
    },
    { key: 'attempts', head: 'attempts', num: true, cell: (job) => job.attempts },
    { key: 'took', head: 'took', num: true, cell: (job) => (job.startedAt && job.finishedAt ? duration((Date.parse(job.finishedAt) - Date.parse(job.startedAt)) / 1000) : '') },
    { key: 'created', head: 'created', num: true, cell: (job) => <span className="dim">{ago(job.createdAt)}</span> },
    ...(onPick ? [{
      key: 'compare',
      head: 'compare',
      num: true,
      cell: (job: JobRecord) => <input type="checkbox" aria-label={`Compare ${jobTitle(job)}`} checked={compared.includes(job.id)} onChange={() => onPick(job.id)} />,
    }] : []),
  ];
  return <RecordTable label="jobs" columns={columns} rows={jobs} rowKey={(job) => job.id} link={(job) => ({ to: '/jobs/$id', params: { id: job.id } })} />;
}
