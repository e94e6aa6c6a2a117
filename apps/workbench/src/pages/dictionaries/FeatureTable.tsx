import type { Claim, FeatureRow } from '@sextant/schema';
import { ClaimBadge, count, domainAround, Figure, fixed, IntervalCell, linearScale, magnitude, percent, signed, type Scale } from '@sextant/ui';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api, client } from '../../api';
import { useDebounced } from '../../shell/useDebounced';
import { Await } from '../../state/Await';
import { allRows, exportRows } from '../../table/exportAll';
import { RecordTable, type Column } from '../../table/RecordTable';
import { claimMark } from '../claims/ClaimsTable';
import { taskName } from '../claims/statement';
import type { DictionarySearch } from './search';
import './dictionaries.css';

export interface FeatureTableProps {
  dictionary: string;
  featureIndex: string;
  search: DictionarySearch;
  onSearch: (next: Partial<DictionarySearch>) => void;
}

const sorts = ['index', 'density', 'maxActivation', 'meanActivation'] as const;

/** Every feature, sorted and filtered by the server; rows beyond the screen are fetched as they come near. */
export function FeatureTable({ dictionary, featureIndex, search, onSearch }: FeatureTableProps) {
  const [draft, setDraft] = useState(search.filter);
  const filter = useDebounced(draft, 180);
  useEffect(() => {
    if (filter !== search.filter) onSearch({ filter });
  }, [filter]);
  const input = {
    featureIndex,
    sort: search.sort,
    order: search.order,
    filter: filter === '' ? undefined : filter,
    minDensity: search.alive ? Number.MIN_VALUE : undefined,
    maxDensity: search.maxDensity,
  };
  const query = useInfiniteQuery({
    ...api.features.list.infiniteQueryOptions({ ...input, limit: 150 }, { getNextPageParam: (page) => page.nextCursor ?? undefined }),
    placeholderData: keepPreviousData,
  });
  const claims = useQuery(api.claims.list.queryOptions({ limit: 500 })).data?.items;
  const columns = useColumns(dictionary, claims);
  const shown = columns.filter((column) => !search.hidden.includes(column.key));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const onSort = (key: string) => {
    const sort = sorts.find((name) => name === key) ?? 'index';
    onSearch(sort === search.sort ? { order: search.order === 'ascending' ? 'descending' : 'ascending' } : { sort, order: sort === 'index' ? 'ascending' : 'descending' });
  };
  const save = async (format: 'csv' | 'json') => {
    const all = await allRows((cursor) => client.features.list.query({ ...input, limit: 1000, cursor }));
    exportRows(format, `features-${dictionary.slice(0, 8)}`, all, [
      { key: 'index', cell: (row) => row.index },
      { key: 'label', cell: (row) => row.label },
      { key: 'density', cell: (row) => row.density },
      { key: 'maxActivation', cell: (row) => row.maxActivation },
      { key: 'meanActivation', cell: (row) => row.meanActivation },
      { key: 'decoderNorm', cell: (row) => row.decoderNorm },
      { key: 'topTokens', cell: (row) => row.topTokens.join(' ') },
    ]);
  };
  return (
    <Figure
      title="Features"
      note={<TableFilters search={search} draft={draft} onDraft={setDraft} onSearch={onSearch} total={query.data?.pages[0]?.total} />}
      actions={(
        <>
          <ColumnChooser columns={columns} hidden={search.hidden} onHidden={(hidden) => onSearch({ hidden })} />
          <button type="button" className="link quiet" onClick={() => void save('csv')}>CSV</button>
          <button type="button" className="link quiet" onClick={() => void save('json')}>JSON</button>
        </>
      )}
    >
      <Await query={{ data: query.data, error: query.error, refetch: query.refetch }} what="features" lines={8}>
        {() => (rows.length === 0
          ? <p className="note">No feature matches. <button type="button" className="link" onClick={() => { setDraft(''); onSearch({ filter: '', alive: false, maxDensity: undefined }); }}>Clear the filters</button></p>
          : (
            <RecordTable
              label="features"
              columns={shown}
              rows={rows}
              rowKey={(row) => row.index}
              link={(row) => ({ to: '/features/$dictionary/$index', params: { dictionary, index: row.index } })}
              sort={{ key: search.sort, order: search.order }}
              onSort={onSort}
              onEnd={onEnd}
            />
          ))}
      </Await>
    </Figure>
  );
}

function TableFilters({ search, draft, onDraft, onSearch, total }: {
  search: DictionarySearch;
  draft: string;
  onDraft: (text: string) => void;
  onSearch: FeatureTableProps['onSearch'];
  total: number | undefined;
}) {
  return (
    <span className="table-filters">
      <input className="input" aria-label="Filter features by label, top token or number" placeholder="label, token or number" value={draft} onChange={(event) => onDraft(event.target.value)} />
      <label><input type="checkbox" checked={search.alive} onChange={(event) => onSearch({ alive: event.target.checked })} /> alive</label>
      <label>
        <input type="checkbox" checked={search.maxDensity !== undefined} onChange={(event) => onSearch({ maxDensity: event.target.checked ? 0.01 : undefined })} /> density below 1&nbsp;%
      </label>
      {total !== undefined && <span>{count(total)} rows</span>}
    </span>
  );
}

function useColumns(dictionary: string, claims: readonly Claim[] | undefined): Column<FeatureRow>[] {
  return useMemo(() => {
    const strongest = new Map<number, Claim>();
    for (const claim of claims ?? []) {
      const known = strongest.get(claim.feature.index);
      if (claim.feature.dictionary === dictionary && (!known || Math.abs(claim.estimate) > Math.abs(known.estimate))) strongest.set(claim.feature.index, claim);
    }
    const scale = linearScale(...domainAround([...strongest.values()].flatMap((claim) => [claim.lo, claim.hi])), 3);
    const plain: Column<FeatureRow>[] = [
      { key: 'feature', head: 'feature', sort: 'index', cell: (row) => <code>{row.index}</code> },
      { key: 'label', head: 'label', className: 'clip', width: '24%', cell: (row) => row.label ?? <span className="faint">(unlabelled)</span> },
      { key: 'density', head: 'density', sort: 'density', num: true, cell: (row) => percent(row.density) },
      { key: 'max', head: 'max', sort: 'maxActivation', num: true, cell: (row) => magnitude(row.maxActivation) },
      { key: 'mean', head: 'mean', sort: 'meanActivation', num: true, cell: (row) => magnitude(row.meanActivation) },
      { key: 'norm', head: 'decoder norm', num: true, cell: (row) => fixed(row.decoderNorm) },
      { key: 'tokens', head: 'top tokens', className: 'clip pad', width: '32%', cell: (row) => <code>{row.topTokens.map((token) => token.trim() || '␣').join(', ')}</code> },
    ];
    return strongest.size === 0 ? plain : [...plain, ...claimColumns(strongest, scale)];
  }, [dictionary, claims]);
}

function claimColumns(strongest: ReadonlyMap<number, Claim>, scale: Scale): Column<FeatureRow>[] {
  const of = (row: FeatureRow, draw: (claim: Claim) => React.ReactNode) => {
    const claim = strongest.get(row.index);
    return claim && draw(claim);
  };
  return [
    {
      key: 'effect', head: 'largest effect', className: 'claim-interval', width: 120,
      cell: (row) => of(row, (claim) => <IntervalCell scale={scale} estimate={claim.estimate} lo={claim.lo} hi={claim.hi} {...claimMark(claim)} />),
    },
    { key: 'delta', head: 'Δ', num: true, cell: (row) => of(row, (claim) => signed(claim.estimate)) },
    { key: 'eval', head: 'eval', className: 'pad', cell: (row) => of(row, (claim) => taskName(claim.task)) },
    { key: 'status', head: 'status', cell: (row) => of(row, (claim) => <ClaimBadge status={claim.status} plain />) },
  ];
}

function ColumnChooser({ columns, hidden, onHidden }: {
  columns: readonly Column<FeatureRow>[];
  hidden: readonly string[];
  onHidden: (hidden: string[]) => void;
}) {
  return (
    <details className="chooser">
      <summary>Columns</summary>
      <div>
        {columns.slice(1).map((column) => (
          <label key={column.key}>
            <input
              type="checkbox"
              checked={!hidden.includes(column.key)}
              onChange={(event) => onHidden(event.target.checked ? hidden.filter((key) => key !== column.key) : [...hidden, column.key])}
            />
            {' '}{column.key}
          </label>
        ))}
      </div>
    </details>
  );
}
