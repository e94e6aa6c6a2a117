import { bytes, compact, count, dateTime, EmptyState, fidelity, fixed, hookShort, percent } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, type RouterOutputs } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { RecordTable, type Column } from '../../table/RecordTable';
import { SuiteChart } from './SuiteChart';

type Row = RouterOutputs['dictionaries']['list']['items'][number];

const columns: Column<Row>[] = [
  { key: 'name', head: 'dictionary', className: 'clip', width: '26%', cell: (row) => row.name },
  { key: 'architecture', head: 'architecture', cell: (row) => row.architecture },
  { key: 'n', head: 'features', num: true, cell: (row) => count(row.n) },
  { key: 'hook', head: 'hook', cell: (row) => <span className="dim">{hookShort(row.hook)}</span> },
  { key: 'l0', head: 'L0', num: true, cell: (row) => fixed(row.scores?.l0, 1) },
  { key: 'ev', head: 'explained variance', num: true, cell: (row) => fidelity(row.scores?.explainedVariance) },
  { key: 'ce', head: 'CE recovered', num: true, cell: (row) => fidelity(row.scores?.ceRecovered) },
  { key: 'dead', head: 'dead', num: true, cell: (row) => percent(row.scores?.deadShare) },
  { key: 'tokens', head: 'trained on', num: true, cell: (row) => <span className="dim">{row.trainedTokens === null ? 'unknown' : compact(row.trainedTokens)}</span> },
  { key: 'index', head: 'index', cell: (row) => (row.featureIndex ? '✓' : <span className="dim">not built</span>) },
  { key: 'bytes', head: 'disk', num: true, cell: (row) => <span className="dim">{bytes(row.bytes)}</span> },
  { key: 'created', head: 'made', num: true, cell: (row) => <span className="dim">{dateTime(row.createdAt)}</span> },
];

export function DictionariesPage() {
  const query = useQuery(api.dictionaries.list.queryOptions({ limit: 500 }));
  return (
    <Page
      title="Dictionaries"
      crumbs={[{ name: 'this lab' }]}
      command={command('dictionaries', 'list')}
      actions={<Link className="button" to="/start" search={{ kind: 'dictionary.train' }}>Train a dictionary</Link>}
    >
      <Await query={query} what="dictionaries">
        {(page) => (page.items.length === 0
          ? <EmptyState title="No dictionary yet. Harvest activations of a hook, then train one." command={command('train')} />
          : (
            <>
              <RecordTable label="dictionaries" columns={columns} rows={page.items} rowKey={(row) => row.digest} link={(row) => ({ to: '/dictionaries/$digest', params: { digest: row.digest } })} />
              <div className="columns halves"><SuiteChart dictionaries={page.items} own={null} /></div>
            </>
          ))}
      </Await>
    </Page>
  );
}
