import type { EvalRun } from '@sextant/schema';
import { bounds, count, dateTime, EmptyState, Figure, percent, percentBounds, shortHash, signed, typographic } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { RecordTable, type Column } from '../../table/RecordTable';

const route = getRouteApi('/evals');

const columns: Column<EvalRun>[] = [
  { key: 'task', head: 'eval', cell: (run) => run.task },
  { key: 'condition', head: 'condition', className: 'clip', width: '30%', cell: (run) => (run.condition ? typographic(run.condition) : undefined) ?? (run.intervention ? `steered ${shortHash(run.intervention)}` : 'baseline') },
  { key: 'accuracy', head: 'accuracy', num: true, cell: (run) => (run.metrics.accuracy ? <>{percent(run.metrics.accuracy.estimate, 1)} <span className="dim">{percentBounds(run.metrics.accuracy)}</span></> : '–') },
  { key: 'margin', head: 'margin, nats', num: true, cell: (run) => (run.metrics.margin ? <>{signed(run.metrics.margin.estimate)} <span className="dim">{bounds(run.metrics.margin)}</span></> : '–') },
  { key: 'n', head: 'n', num: true, cell: (run) => count(run.n) },
  { key: 'scoring', head: 'scoring', cell: (run) => <span className="dim">{run.scoring}</span> },
  { key: 'status', head: 'status', cell: (run) => <span className="dim">{run.status}</span> },
  { key: 'created', head: 'run', num: true, cell: (run) => <span className="dim">{dateTime(run.createdAt)}</span> },
];

/** Runs of evals, steered and not, and the tasks there are. */
export function EvalsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const runs = useQuery(api.evals.runs.queryOptions({ limit: 500, task: search.task, study: search.study }));
  const tasks = useQuery({ ...api.evals.tasks.queryOptions(), staleTime: Infinity });
  return (
    <Page
      title="Evals"
      crumbs={[{ name: 'this lab' }]}
      command={command('eval', 'runs')}
      actions={<Link className="button" to="/start" search={{ kind: 'eval.run' }}>Run an eval</Link>}
    >
      <div className="columns two-one">
        <Figure
          title="Runs"
          note={runs.data ? count(runs.data.total) : undefined}
          actions={(search.task ?? search.study) !== undefined && (
            <button type="button" className="link" onClick={() => void navigate({ search: {} })}>{search.task ?? 'one study'} only · show all</button>
          )}
        >
          <Await query={runs} what="runs" lines={5}>
            {(page) => (page.items.length === 0
              ? <EmptyState title="No runs yet: score a model on an eval, or run a study." command={command('eval', 'run', 'world:facts')} />
              : <RecordTable label="runs" columns={columns} rows={page.items} rowKey={(run) => run.id} link={(run) => ({ to: '/evals/$run', params: { run: run.id } })} />)}
          </Await>
        </Figure>
        <Figure title="Tasks" note="what can be run here">
          <Await query={tasks} what="tasks" lines={5}>
            {(list) => (
              <table className="table">
                <thead><tr><th scope="col">task</th><th scope="col" className="num">items</th></tr></thead>
                <tbody>
                  {list.map((task) => (
                    <tr key={task.name}>
                      <td>
                        <button type="button" className="link quiet" onClick={() => void navigate({ search: (old) => ({ ...old, task: task.name }) })}><b>{task.name}</b></button> <span className="faint">version {task.version}</span>
                        <br /><span className="note">{task.description}</span>
                      </td>
                      <td className="num dim">{task.items === null ? (task.needsPath ? 'from a folder' : '') : count(task.items)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Await>
        </Figure>
      </div>
    </Page>
  );
}
