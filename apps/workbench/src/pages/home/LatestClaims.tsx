import type { Claim } from '@sextant/schema';
import { Figure } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../api';
import { Await } from '../../state/Await';
import { ClaimsTable } from '../claims/ClaimsTable';
import { statusOrder } from '../names';

/** The newest claims, each with its interval on one axis. */
export function LatestClaims() {
  const claims = useQuery(api.claims.list.queryOptions({ limit: 14 }));
  return (
    <Figure
      title="Latest claims"
      note="Δ with 95 % intervals, q within each study's family"
      actions={<Link to="/claims">{claims.data ? tally(claims.data.items, claims.data.total) : 'all'} ›</Link>}
    >
      <Await query={claims} what="claims" lines={5}>{(page) => <ClaimsTable claims={page.items} />}</Await>
    </Figure>
  );
}

function tally(claims: readonly Claim[], total: number): string {
  const counted = statusOrder.flatMap((status) => {
    const count = claims.filter((claim) => claim.status === status).length;
    return count > 0 && claims.length === total ? [`${count} ${status}`] : [];
  });
  return [`${total} claim${total === 1 ? '' : 's'}`, ...counted].join(' · ');
}
