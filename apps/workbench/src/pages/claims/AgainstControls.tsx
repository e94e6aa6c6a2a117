import type { StoredEffect } from '@sextant/schema';
import { bounds, dose, Figure, ForestPlot, qValue, signed, typographic, type ForestRow } from '@sextant/ui';
import { useState } from 'react';
import { controlNames } from '../names';
import type { ClaimDetail } from './ClaimPage';
import { unitOf } from './statement';

/** The claim's estimate over everything it is held against: kinds of controls first, every single one on request. */
export function AgainstControls({ claim }: { claim: ClaimDetail }) {
  const [every, setEvery] = useState(false);
  const unit = `Δ ${claim.metric}, ${unitOf(claim.metric)}`;
  const own: ForestRow = {
    key: 'claim', name: `Feature ${claim.feature.index} at ${dose(claim.dose)}`, estimate: claim.estimate, lo: claim.lo, hi: claim.hi,
    tone: claim.status === 'confirmed' ? 'claim' : 'ink', filled: claim.lo > 0 || claim.hi < 0, cells: [signed(claim.estimate), qValue(claim.q)],
  };
  const kinds = claim.controls.map((control): ForestRow => ({
    key: control.kind,
    name: `${controlNames[control.kind]}${control.count > 1 ? `, ${control.count}` : ''}`,
    estimate: control.estimate,
    lo: control.lo,
    hi: control.hi,
    tone: 'control',
    filled: false,
    cells: [signed(control.estimate), signed(claim.estimate - control.estimate)],
  }));
  const singles = claim.effects.filter((effect) => isControl(effect, claim)).sort((left, right) => right.estimate - left.estimate).map(singleRow);
  return (
    <Figure
      title="Against every control"
      name={`claim-${claim.id.slice(0, 8)}-controls`}
      data={{
        columns: ['condition', 'kind', 'dose', 'estimate', 'lo', 'hi', 'q', 'n'],
        rows: [...claim.effects].map((effect) => [effect.condition, effect.kind, effect.dose, effect.estimate, effect.lo, effect.hi, effect.q, effect.n]),
      }}
      actions={singles.length > 0 && <button type="button" className="link quiet" aria-pressed={every} onClick={() => setEvery(!every)}>{every ? 'by kind' : `every one of ${singles.length}`}</button>}
    >
      <ForestPlot
        head="condition"
        unit={unit}
        columns={every ? ['Δ', 'q'] : ['Δ', 'Δ less it']}
        rows={every ? [own, ...singles] : [{ ...own, cells: [signed(claim.estimate), ''] }, ...kinds]}
        reference={{ lo: claim.lo, hi: claim.hi }}
        caption={every
          ? 'Each control with its own 95 % interval on the same items and seeds. Band: the interval of the claim.'
          : `Random directions are norm-matched, features density-matched: mean and range over them. Band: 95 % interval of the claim, ${bounds(claim)}.`}
      />
    </Figure>
  );
}

function isControl(effect: StoredEffect, claim: ClaimDetail): boolean {
  if (effect.kind === 'feature' || effect.kind === 'vector' || effect.metric !== claim.metric || effect.task !== claim.task) return false;
  return effect.dose === claim.dose || effect.kind === 'sign-reversed' || effect.kind === 'reconstruction';
}

function singleRow(effect: StoredEffect): ForestRow {
  return {
    key: String(effect.id),
    name: typographic(effect.condition),
    estimate: effect.estimate,
    lo: effect.lo,
    hi: effect.hi,
    tone: 'control',
    filled: effect.lo > 0 || effect.hi < 0,
    cells: [signed(effect.estimate), qValue(effect.q)],
  };
}
