import type { Claim } from '@sextant/schema';
import { ClaimGlyph, dose, EmptyState, Figure, ForestPlot, qValue, signed } from '@sextant/ui';
import { Link } from '@tanstack/react-router';
import { command } from '../../commands';
import { claimMark } from '../claims/ClaimsTable';
import { taskName, unitOf } from '../claims/statement';
import type { Feature } from './FeaturePage';

/** From the lowest to the highest effect any control of the claim reached. */
function controlRange({ controls }: Claim): { lo: number; hi: number } | undefined {
  if (controls.length === 0) return undefined;
  return { lo: Math.min(...controls.map((control) => control.lo)), hi: Math.max(...controls.map((control) => control.hi)) };
}

/** What steering by this feature did on each eval, against the range its controls reached. */
export function FeatureClaims({ feature }: { feature: Feature }) {
  const claims = feature.claims.filter((claim) => claim.status !== 'proposed');
  const [first] = claims;
  if (!first) {
    return (
      <Figure title="Effects across evals">
        <EmptyState title="No study has steered by this feature yet." command={command('study', 'create', '--watch')} />
      </Figure>
    );
  }
  return (
    <Figure
      title="Effects across evals"
      note="95 % intervals"
      name={`feature-${feature.index}-effects`}
      data={{ columns: ['eval', 'dose', 'estimate', 'lo', 'hi', 'q', 'n', 'status'], rows: claims.map((claim) => [claim.task, claim.dose, claim.estimate, claim.lo, claim.hi, claim.q, claim.n, claim.status]) }}
    >
      <ForestPlot
        head={`eval (${first.metric})`}
        unit={`Δ, ${unitOf(first.metric)}`}
        columns={['Δ', 'q', '']}
        rows={claims.map((claim) => ({
          key: claim.id,
          name: <Link to="/claims/$id" params={{ id: claim.id }}>{taskName(claim.task)} at {dose(claim.dose)}</Link>,
          n: claim.n,
          estimate: claim.estimate,
          lo: claim.lo,
          hi: claim.hi,
          ...claimMark(claim),
          band: controlRange(claim),
          cells: [signed(claim.estimate), qValue(claim.q), <span key="status" title={claim.status}><ClaimGlyph status={claim.status} /><span className="sr-only">{claim.status}</span></span>],
        }))}
        caption={`Grey: the range over all controls of the claim. Filled = confirmed or settled, hollow = screen only or holds zero. q within a family of ${first.familySize}.`}
      />
    </Figure>
  );
}
