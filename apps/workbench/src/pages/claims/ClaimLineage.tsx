import type { JobSpec } from '@sextant/schema';
import { Figure, fixed, Lineage, shortHash, typographic } from '@sextant/ui';
import { useRouter } from '@tanstack/react-router';
import { type RouterOutputs } from '../../api';
import type { ClaimDetail } from './ClaimPage';
import { taskName, unitOf } from './statement';

/** What the claim was made from, each box a page, and how it was measured. */
export function ClaimLineage({ claim, plan, recomputed }: { claim: ClaimDetail; plan: JobSpec<'study.run'> | undefined; recomputed: RouterOutputs['claims']['recompute'] | undefined }) {
  const router = useRouter();
  const conditions = new Set(claim.effects.map((effect) => effect.run)).size;
  const { dictionary, index } = claim.feature;
  const { scope } = claim.intervention;
  return (
    <div>
      <Figure title="Lineage" note={recomputed ? `recomputed now, ${recomputed.differing === 0 ? 'identical' : `${recomputed.differing} differ`}` : 'each box opens'}>
        <Lineage
          nodes={[
            ...(plan ? [{ key: 'model', kind: 'model', name: shortHash(plan.model), href: router.buildLocation({ to: '/models/$digest', params: { digest: plan.model } }).href }] : []),
            { key: 'dictionary', kind: 'dictionary', name: shortHash(dictionary), href: router.buildLocation({ to: '/dictionaries/$digest', params: { digest: dictionary } }).href },
            { key: 'feature', kind: 'feature', name: String(index), href: router.buildLocation({ to: '/features/$dictionary/$index', params: { dictionary, index } }).href },
            { key: 'intervention', kind: 'intervention', name: shortHash(claim.interventionHash) },
            { key: 'eval', kind: 'eval, split B', name: `${claim.n} items` },
            { key: 'runs', kind: `${conditions} runs`, name: `${claim.effects.length} effects`, href: router.buildLocation({ to: '/evals', search: { study: claim.study } }).href },
            { key: 'claim', kind: 'claim', name: claim.status, own: true },
          ]}
        />
        <dl className="facts">
          <dt>estimator</dt><dd>{claim.estimatorVersion}</dd>
          <dt>metric</dt><dd>{claim.metric} on {taskName(claim.task)}</dd>
          <dt>tokens</dt><dd>{scope.tokens}{scope.special ? '' : ', special tokens excluded'} · <code>{claim.hook}</code></dd>
          <dt>controls</dt><dd>{claim.controls.map((control) => `${control.count} ${control.kind}`).join(', ')}</dd>
          <dt>detectable</dt><dd>{fixed(claim.minimumDetectable)} {unitOf(claim.metric)} at power 0.8</dd>
          <dt>items</dt><dd>{claim.n} in {claim.clusters} clusters, split B</dd>
          {plan && <><dt>seed</dt><dd>{plan.seed}</dd></>}
        </dl>
      </Figure>
      <Figure title="Why this status"><ul className="reasons">{claim.reasons.map((reason) => <li key={reason}>{typographic(reason)}</li>)}</ul></Figure>
    </div>
  );
}
