import type { StudySummary } from '@sextant/schema';
import { dateTime, EmptyState } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { RecordTable, type Column } from '../../table/RecordTable';
import { taskName } from '../claims/statement';

const columns: Column<StudySummary>[] = [
  { key: 'name', head: 'study', className: 'clip', width: '36%', cell: (study) => study.name },
  { key: 'task', head: 'eval', cell: (study) => <span className="dim">{taskName(study.task)}</span> },
  { key: 'status', head: 'status', cell: (study) => study.status },
  { key: 'claims', head: 'claims', num: true, cell: (study) => study.claimCount },
  { key: 'confirmed', head: 'confirmed', num: true, cell: (study) => study.confirmedCount },
  { key: 'frozen', head: 'frozen', num: true, cell: (study) => <span className="dim">{study.frozenAt ? dateTime(study.frozenAt) : 'not yet'}</span> },
  { key: 'created', head: 'opened', num: true, cell: (study) => <span className="dim">{dateTime(study.createdAt)}</span> },
];

export function StudiesPage() {
  const studies = useQuery(api.studies.list.queryOptions({ limit: 500 }));
  return (
    <Page
      title="Studies"
      crumbs={[{ name: 'this lab' }]}
      command={command('study', 'list')}
      actions={<Link className="button" to="/start" search={{ kind: 'study.run' }}>New study</Link>}
    >
      <Await query={studies} what="studies">
        {(page) => (page.items.length === 0
          ? <EmptyState title="No study yet. A study freezes its rule, screens on split A and confirms on split B, against controls." command={command('study', 'create', '--watch')} />
          : <RecordTable label="studies" columns={columns} rows={page.items} rowKey={(study) => study.id} link={(study) => ({ to: '/studies/$id', params: { id: study.id } })} />)}
      </Await>
    </Page>
  );
}
