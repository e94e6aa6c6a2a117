import type { Claim } from '@sextant/schema';
import { ClaimBadge, domainAround, EmptyState, IntervalCell, IntervalHead, linearScale, qValue, signed, typographic } from '@sextant/ui';
import { useMemo } from 'react';
import { command } from '../../commands';
import { RecordTable, type Column } from '../../table/RecordTable';
import { ClaimLine, taskName } from './statement';

/** Orange and filled only where the claim is confirmed; hollow where only the screen split spoke or the interval holds zero. */
export function claimMark(claim: Pick<Claim, 'status' | 'lo' | 'hi'>) {
  return {
    tone: claim.status === 'confirmed' ? ('claim' as const) : ('control' as const),
    filled: claim.status !== 'screened' && claim.status !== 'inconclusive' && (claim.status === 'null' || claim.lo > 0 || claim.hi < 0),
  };
}

/** Claims as a list that reads as a forest: all intervals share one axis. */
export function ClaimsTable({ claims }: { claims: readonly Claim[] }) {
  const columns = useMemo(() => {
    const scale = linearScale(...domainAround(claims.filter((claim) => claim.status !== 'proposed').flatMap((claim) => [claim.lo, claim.hi])), 4);
    const list: Column<Claim>[] = [
      { key: 'statement', head: 'statement', className: 'clip', width: '52%', cell: (claim) => <span title={typographic(claim.statement)}><ClaimLine claim={claim} /></span> },
      { key: 'status', head: 'status', cell: (claim) => <ClaimBadge status={claim.status} /> },
      {
        key: 'interval',
        head: <IntervalHead scale={scale} />,
        className: 'claim-interval',
        width: '22%',
        cell: (claim) => claim.status !== 'proposed' && <IntervalCell scale={scale} estimate={claim.estimate} lo={claim.lo} hi={claim.hi} {...claimMark(claim)} />,
      },
      { key: 'estimate', head: 'Δ', num: true, cell: (claim) => (claim.status === 'proposed' ? '–' : signed(claim.estimate)) },
      { key: 'q', head: 'q', num: true, cell: (claim) => <span className="dim">{claim.status === 'proposed' ? '–' : qValue(claim.q)}</span> },
      { key: 'n', head: 'n', num: true, cell: (claim) => <span className="dim">{claim.n}</span> },
      { key: 'task', head: 'eval', cell: (claim) => <span className="dim">{taskName(claim.task)}</span> },
    ];
    return list;
  }, [claims]);
  if (claims.length === 0) {
    return <EmptyState title="No claims yet. A study proposes features, screens them on one split and confirms them on the other." command={command('study', 'create', '--watch')} />;
  }
  return <RecordTable label="claims" columns={columns} rows={claims} rowKey={(claim) => claim.id} link={(claim) => ({ to: '/claims/$id', params: { id: claim.id } })} />;
}
