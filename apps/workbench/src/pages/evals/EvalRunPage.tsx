import type { EvalRun } from '@sextant/schema';
import { bounds, count, dateTime, Figure, fixed, percent, percentBounds, Segmented, shortHash, signed, StatStrip, StatTile, typographic } from '@sextant/ui';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, client } from '../../api';
import { command } from '../../commands';
import { useDebounced } from '../../shell/useDebounced';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { allRows, exportRows } from '../../table/exportAll';
import { EvalItems } from './EvalItems';

const route = getRouteApi('/evals/$run');

/** One run: its metrics with intervals and every item with its choices as they were scored. */
export function EvalRunPage() {
  const { run: id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState(search.filter);
  const filter = useDebounced(draft, 200);
  const runs = useQuery(api.evals.runs.queryOptions({ limit: 1000 }));
  const run = runs.data?.items.find((item) => item.id === id);
  const input = { run: id, filter: filter === '' ? undefined : filter, correct: search.show === 'all' ? undefined : search.show === 'correct' };
  const items = useInfiniteQuery(api.evals.items.infiniteQueryOptions({ ...input, limit: 100 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  const rows = items.data?.pages.flatMap((page) => page.items) ?? [];
  const total = items.data?.pages[0]?.total;
  const save = async (format: 'csv' | 'json') => {
    const all = await allRows((cursor) => client.evals.items.query({ ...input, limit: 1000, cursor }));
    exportRows(format, `run-${id.slice(0, 8)}`, all, [
      { key: 'item', cell: (row) => row.item }, { key: 'cluster', cell: (row) => row.cluster }, { key: 'split', cell: (row) => row.split },
      { key: 'prompt', cell: (row) => row.prompt }, { key: 'margin', cell: (row) => row.margin }, { key: 'correct', cell: (row) => row.correct },
      { key: 'choices', cell: (row) => row.choices.join(' | ') }, { key: 'choiceLogProbs', cell: (row) => row.choiceLogProbs.join(' | ') },
    ]);
  };
  return (
    <Page
      title={run ? run.task : 'Run'}
      subtitle={run && typographic(run.condition ?? (run.intervention ? 'steered' : 'baseline'))}
      crumbs={[{ name: 'evals', link: { to: '/evals' } }, ...(run?.study ? [{ name: 'study', link: { to: '/studies/$id', params: { id: run.study } } } as const] : []), { name: <code>{id.slice(0, 12)}</code> }]}
      provenance={run
        ? [
            { label: 'run', value: <code>{shortHash(run.key)}</code> },
            { label: 'model', value: <code>{shortHash(run.model)}</code> },
            { label: 'intervention', value: run.intervention ? <code>{shortHash(run.intervention)}</code> : 'none' },
            { label: 'seed', value: run.seed },
            { label: 'at', value: dateTime(run.createdAt) },
          ]
        : []}
      command={command('eval', 'items', id)}
      actions={run?.job && <Link className="button" to="/jobs/$id" params={{ id: run.job }}>Its job</Link>}
    >
      {run && <RunFigures run={run} />}
      <Figure
        title="Items"
        note={total === undefined ? undefined : count(total)}
        actions={(
          <>
            <button type="button" className="link quiet" onClick={() => void save('csv')}>CSV</button>
            <button type="button" className="link quiet" onClick={() => void save('json')}>JSON</button>
          </>
        )}
      >
        <div className="filters">
          <input className="input" aria-label="Filter items by prompt or choice" placeholder="prompt or choice holds…" value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={() => void navigate({ search: (old) => ({ ...old, filter: draft }), replace: true })} />
          <Segmented label="Which items" value={search.show} options={[{ value: 'all', label: 'All' }, { value: 'correct', label: 'Right' }, { value: 'wrong', label: 'Wrong' }]} onChange={(show) => void navigate({ search: (old) => ({ ...old, show }), replace: true })} />
        </div>
        <Await query={{ data: items.data, error: items.error, refetch: items.refetch }} what="items" lines={6}>{() => <EvalItems items={rows} />}</Await>
        {items.hasNextPage && <div className="more"><button type="button" className="button" disabled={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>{items.isFetchingNextPage ? 'Reading' : '100 more'}</button></div>}
      </Figure>
    </Page>
  );
}

function RunFigures({ run }: { run: EvalRun }) {
  const { accuracy, margin } = run.metrics;
  return (
    <StatStrip>
      {accuracy && <StatTile label="accuracy" value={percent(accuracy.estimate, 1)} detail={percentBounds(accuracy)} />}
      {margin && <StatTile label="margin, nats" value={signed(margin.estimate)} detail={bounds(margin)} />}
      <StatTile label="items" value={count(run.n)} />
      <StatTile label="scoring" value={run.scoring} />
      {Object.entries(run.figures).map(([name, value]) => <StatTile key={name} label={name} value={fixed(value, 3)} />)}
    </StatStrip>
  );
}
