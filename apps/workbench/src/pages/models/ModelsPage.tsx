import type { ModelRecord } from '@sextant/schema';
import { bytes, compact, dateTime, EmptyState } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { RecordTable, type Column } from '../../table/RecordTable';

const columns: Column<ModelRecord>[] = [
  { key: 'name', head: 'model', className: 'clip', width: '40%', cell: (model) => model.name },
  { key: 'family', head: 'family', cell: (model) => <span className="dim">{model.family}</span> },
  { key: 'parameters', head: 'parameters', num: true, cell: (model) => compact(model.parameters) },
  { key: 'hooks', head: 'hook points', num: true, cell: (model) => model.hookPoints.length },
  { key: 'bytes', head: 'disk', num: true, cell: (model) => bytes(model.bytes) },
  { key: 'created', head: 'imported', num: true, cell: (model) => <span className="dim">{dateTime(model.createdAt)}</span> },
];

export function ModelsPage() {
  const models = useQuery(api.models.list.queryOptions({ limit: 200 }));
  return (
    <Page
      title="Models"
      crumbs={[{ name: 'this lab' }]}
      command={command('models', 'list')}
      actions={<Link className="button" to="/start" search={{ kind: 'model.import' }}>Import a model</Link>}
    >
      <Await query={models} what="models">
        {(page) => (page.items.length === 0
          ? <EmptyState title="No model yet. Add a folder or file on the server's host, or hf:owner/name." command={command('models', 'add', '<source>')} />
          : <RecordTable label="models" columns={columns} rows={page.items} rowKey={(model) => model.digest} link={(model) => ({ to: '/models/$digest', params: { digest: model.digest } })} />)}
      </Await>
    </Page>
  );
}
