import { bounds, ClaimBadge, dateTime, ErrorState, fixed, percent, percentBounds, qValue, shortHash, signed, StatStrip, StatTile, typographic } from '@sextant/ui';
import { describeFault } from '@sextant/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { api, type RouterOutputs } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { AgainstControls } from './AgainstControls';
import { ClaimDoses } from './ClaimDoses';
import { ClaimItems } from './ClaimItems';
import { ClaimLineage } from './ClaimLineage';
import { ClaimSideEffects } from './ClaimSideEffects';
import { exportPage } from './exportPage';
import { unitOf } from './statement';
import './claims.css';

const route = getRouteApi('/claims/$id');
export type ClaimDetail = RouterOutputs['claims']['get'];

/** A claim: the sentence, its numbers, every control, doses, side effects, items that flipped, and what it was made from. */
export function ClaimPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(api.claims.get.queryOptions({ id }));
  const claim = query.data;
  const plan = useQuery({ ...api.studies.get.queryOptions({ id: claim?.study ?? '' }), enabled: claim !== undefined }).data?.plan;
  const recompute = useMutation(api.claims.recompute.mutationOptions());
  return (
    <Page
      title={claim ? <span className="statement">{typographic(claim.statement)}</span> : 'Claim'}
      name={claim ? `Claim ${claim.status}` : 'Claim'}
      crumbs={claim
        ? [
            { name: <>study {claim.studyRecord.name}</>, link: { to: '/studies/$id', params: { id: claim.study } } },
            { name: <><code>{id.slice(0, 12)}</code> <ClaimBadge status={claim.status} /> {claim.studyRecord.frozenAt && `confirm split, frozen ${dateTime(claim.studyRecord.frozenAt)}`}</> },
          ]
        : [{ name: 'claims', link: { to: '/claims' } }]}
      provenance={claim
        ? [
            { label: 'claim', value: <code>{id.slice(0, 12)}</code> },
            { label: 'plan frozen', value: <code>{shortHash(claim.studyRecord.frozenHash)}</code> },
            { label: 'intervention', value: <code>{shortHash(claim.interventionHash)}</code> },
            { label: 'estimator', value: claim.estimatorVersion },
            { label: 'family', value: claim.familySize },
            ...(plan ? [{ label: 'seed', value: plan.seed }] : []),
          ]
        : []}
      command={command('claims', 'show', id)}
      actions={claim && (
        <>
          <button type="button" className="button" onClick={() => exportPage(`claim-${id.slice(0, 12)}`)}>Export HTML</button>
          <Link className="button" to="/start" search={{ kind: 'study.run', spec: plan && { ...plan, seed: plan.seed + 1 } }}>Replicate…</Link>
          <button type="button" className="button primary" disabled={recompute.isPending} onClick={() => recompute.mutate({ id })}>{recompute.isPending ? 'Recomputing' : 'Recompute'}</button>
        </>
      )}
    >
      <Await query={query} what="the claim" lines={8}>
        {(data) => (
          <>
            {recompute.error && <ErrorState title="Could not recompute" fault={describeFault(recompute.error)} onRetry={() => recompute.mutate({ id })} />}
            {recompute.data && <Recomputed result={recompute.data} />}
            <ClaimFigures claim={data} />
            <div className="columns thirds">
              <AgainstControls claim={data} />
              <ClaimDoses claim={data} perplexityLimit={plan?.propose.maxPerplexityRatio ?? null} />
              <ClaimSideEffects claim={data} minimumEffect={plan?.minimumEffect ?? null} alpha={plan?.alpha ?? null} />
            </div>
            <div className="columns two-one">
              <ClaimItems
                id={id}
                unit={unitOf(data.metric)}
                search={search}
                onSearch={(next) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })}
              />
              <ClaimLineage claim={data} plan={plan} recomputed={recompute.data} />
            </div>
          </>
        )}
      </Await>
    </Page>
  );
}

function Recomputed({ result }: { result: RouterOutputs['claims']['recompute'] }) {
  const same = result.differing === 0;
  return (
    <p className="note recomputed" role="status">
      {same ? '✓' : '✕'} Recomputed {result.checked} figures from the stored items: {same ? 'identical' : `${result.differing} differ`}, largest difference {result.maxDifference === 0 ? '0' : result.maxDifference.toExponential(1).replace('-', '−')}.
    </p>
  );
}

function ClaimFigures({ claim }: { claim: ClaimDetail }) {
  const unit = unitOf(claim.metric);
  return (
    <StatStrip>
      <StatTile label={`Δ ${claim.metric}, ${unit}`} value={signed(claim.estimate)} detail={bounds(claim)} />
      <StatTile label="specificity" value={signed(claim.specificity.estimate)} detail={bounds(claim.specificity)} />
      <StatTile label={`q, over ${claim.familySize}`} value={qValue(claim.q)} detail={`p ${qValue(claim.p)}`} />
      <StatTile label="standardised" value={signed(claim.standardised)} />
      <StatTile
        label="rate, baseline → steered"
        value={`${fixed(claim.rateBaseline.estimate * 100, 1)} → ${percent(claim.rateSteered.estimate, 1)}`}
        detail={percentBounds(claim.rateSteered)}
      />
      <StatTile label="moved the other way" value={percent(claim.antiSteerable.estimate, 0)} detail={percentBounds(claim.antiSteerable, 0)} />
      <StatTile label="perplexity ratio" value={fixed(claim.perplexityRatio)} detail={`norm ratio ${fixed(claim.normRatio)}, KL ${fixed(claim.kl)}`} />
      <StatTile label="items, clusters" value={claim.n} detail={claim.clusters} />
    </StatStrip>
  );
}
