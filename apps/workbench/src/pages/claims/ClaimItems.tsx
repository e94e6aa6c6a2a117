import type { ClaimItem } from '@sextant/schema';
import { count, Figure, fixed, Segmented, signed } from '@sextant/ui';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, client, type RouterInputs } from '../../api';
import { Await } from '../../state/Await';
import { allRows, exportRows } from '../../table/exportAll';

type Sort = NonNullable<RouterInputs['claims']['items']['sort']>;
interface ItemsSearch {
  sort: Sort;
  show: 'all' | 'gain' | 'loss';
}

/** The items behind the claim, baseline beside steered: those that flipped first, or by how far they moved. */
export function ClaimItems({ id, unit, search, onSearch }: { id: string; unit: string; search: ItemsSearch; onSearch: (next: Partial<ItemsSearch>) => void }) {
  const query = useInfiniteQuery(
    api.claims.items.infiniteQueryOptions({ id, sort: search.sort, limit: 50 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }),
  );
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = items.filter((item) => search.show === 'all' || item.flip === search.show);
  const gains = items.filter((item) => item.flip === 'gain').length;
  const losses = items.filter((item) => item.flip === 'loss').length;
  const save = async (format: 'csv' | 'json') => {
    const all = await allRows((cursor) => client.claims.items.query({ id, sort: search.sort, limit: 1000, cursor }));
    exportRows(format, `claim-${id.slice(0, 8)}-items`, all, [
      { key: 'item', cell: (row) => row.item }, { key: 'cluster', cell: (row) => row.cluster }, { key: 'prompt', cell: (row) => row.prompt },
      { key: 'baselineChoice', cell: (row) => row.choices[row.baseline.choice] ?? null }, { key: 'steeredChoice', cell: (row) => row.choices[row.steered.choice] ?? null },
      { key: 'baselineMargin', cell: (row) => row.baseline.margin }, { key: 'steeredMargin', cell: (row) => row.steered.margin },
      { key: 'delta', cell: (row) => row.delta }, { key: 'flip', cell: (row) => row.flip },
    ]);
  };
  return (
    <Figure
      title="Items"
      note={query.data && `${count(query.data.pages[0]?.total)} · among the ${items.length} read: ${gains} gained the choice under study, ${losses} lost it`}
      actions={(
        <>
          <Segmented label="Order" value={search.sort} options={[{ value: 'flips', label: 'Flips first' }, { value: 'margin', label: 'By Δ' }]} onChange={(sort) => onSearch({ sort })} />
          <Segmented label="Which items" value={search.show} options={[{ value: 'all', label: 'All' }, { value: 'gain', label: 'Gains' }, { value: 'loss', label: 'Losses' }]} onChange={(show) => onSearch({ show })} />
          <button type="button" className="link quiet" onClick={() => void save('csv')}>CSV</button>
          <button type="button" className="link quiet" onClick={() => void save('json')}>JSON</button>
        </>
      )}
    >
      <Await query={{ data: query.data, error: query.error, refetch: query.refetch }} what="items" lines={6}>
        {() => (
          <div className="table-box">
            <table className="table claim-items">
              <thead><tr><th scope="col">item</th><th scope="col">prompt</th><th scope="col">baseline</th><th scope="col">steered</th><th scope="col" className="num">Δ margin, {unit}</th><th scope="col" /></tr></thead>
              <tbody>{shown.map((item) => <Item key={item.item} item={item} />)}</tbody>
            </table>
            {shown.length === 0 && <p className="note">None among the items read.</p>}
          </div>
        )}
      </Await>
      {query.hasNextPage && (
        <div className="more"><button type="button" className="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{query.isFetchingNextPage ? 'Reading' : '50 more'}</button></div>
      )}
    </Figure>
  );
}

const flips = { gain: ['✕ → ✓', 'takes the choice under study only when steered'], loss: ['✓ → ✕', 'takes the choice under study only without steering'], none: ['', 'same choice'] } as const;

function Item({ item }: { item: ClaimItem }) {
  const [glyph, words] = flips[item.flip];
  return (
    <tr>
      <td className="dim"><code title={`${item.item} · cluster ${item.cluster}`}>{item.item.slice(0, 6)}</code></td>
      <td dir="auto" className="claim-prompt">{item.prompt}</td>
      <td><Side side={item.baseline} item={item} reply={item.replies?.baseline} /></td>
      <td><Side side={item.steered} item={item} reply={item.replies?.steered} /></td>
      <td className="num"><b>{signed(item.delta)}</b></td>
      <td className="flip" title={words}><span aria-hidden="true">{glyph}</span><span className="sr-only">{words}</span></td>
    </tr>
  );
}

function Side({ side, item, reply }: { side: ClaimItem['baseline']; item: ClaimItem; reply: string | undefined }) {
  const gold = (item.gold[side.choice] ?? 0) > 0;
  return (
    <>
      <span dir="auto">{item.choices[side.choice] ?? '–'}</span>
      <small className="claim-side"> {gold ? 'gold · ' : ''}margin {fixed(side.margin)}</small>
      {reply !== undefined && <p className="claim-reply" dir="auto">{reply.trim()}</p>}
    </>
  );
}
