import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { count } from '@sextant/ui';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { statusOrder } from '../names';
import { ClaimsTable } from './ClaimsTable';
import '../home/home.css';

const route = getRouteApi('/claims');

/** Every claim of the lab, those that failed to show as visible as those that did. */
export function ClaimsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const claims = useQuery(api.claims.list.queryOptions({ limit: 500, status: search.status === 'all' ? undefined : search.status, study: search.study }));
  return (
    <Page
      title="Claims"
      subtitle={claims.data && `${count(claims.data.total)} · Δ with 95 % intervals, q within each study's family`}
      crumbs={[{ name: 'this lab' }]}
      command={search.status === 'all' ? command('claims', 'list') : command('claims', 'list', '--status', search.status)}
    >
      <div className="filters">
        <label className="note" htmlFor="status">status</label>
        <select id="status" className="input" value={search.status} onChange={(event) => void navigate({ search: (old) => ({ ...old, status: statusOrder.find((status) => status === event.target.value) ?? 'all' }) })}>
          {['all', ...statusOrder].map((status) => <option key={status}>{status}</option>)}
        </select>
        {search.study && <button type="button" className="link" onClick={() => void navigate({ search: (old) => ({ ...old, study: undefined }) })}>one study only · show all</button>}
      </div>
      <Await query={claims} what="claims" lines={6}>{(page) => <ClaimsTable claims={page.items} />}</Await>
    </Page>
  );
}
