import { EmptyState, Figure, fixed, SideEffectMatrix } from '@sextant/ui';
import type { ClaimDetail } from './ClaimPage';

/** What else the same intervention moved, on other evals; "no effect" is a finding when the interval is inside the bound. */
export function ClaimSideEffects({ claim, minimumEffect, alpha }: { claim: ClaimDetail; minimumEffect: number | null; alpha: number | null }) {
  const { sideEffects } = claim;
  return (
    <Figure
      title="Side effects"
      note={`Δ margin in nats, ${sideEffects.length} cells`}
      name={`claim-${claim.id.slice(0, 8)}-side-effects`}
      data={{ columns: ['eval', 'dose', 'estimate', 'lo', 'hi', 'q', 'n'], rows: sideEffects.map(({ task, dose, effect, q, n }) => [task, dose, effect.estimate, effect.lo, effect.hi, q, n]) }}
    >
      {sideEffects.length === 0 || minimumEffect === null || alpha === null
        ? <EmptyState title="No other eval was run under this intervention." />
        : (
          <>
            <div className="table-box"><SideEffectMatrix effects={sideEffects} equivalence={minimumEffect} alpha={alpha} dose={claim.dose} unit="nats" /></div>
            <p className="caption">
              ● q &lt; {alpha} · ≡ interval inside ±{fixed(minimumEffect, 1)}, the study&apos;s minimum effect · no mark: not settled.
              Colour is the sign of the change, not good or bad. Hover for intervals.
            </p>
          </>
        )}
    </Figure>
  );
}
