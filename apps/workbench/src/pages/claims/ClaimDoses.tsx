import { DoseResponse, EmptyState, Figure } from '@sextant/ui';
import { controlBands, ownEffects } from './controls';
import type { ClaimDetail } from './ClaimPage';
import { unitOf } from './statement';

/** Effect by dose over the matched controls' range, and what each dose cost in perplexity. */
export function ClaimDoses({ claim, perplexityLimit }: { claim: ClaimDetail; perplexityLimit: number | null }) {
  const points = ownEffects(claim, claim.effects);
  const bands = controlBands(claim.effects.filter((effect) => effect.task === claim.task && effect.metric === claim.metric));
  const counts = bands.map((band) => band.count);
  const unit = `Δ ${claim.metric}, ${unitOf(claim.metric)}`;
  return (
    <Figure
      title="Dose–response"
      note="dose chosen on split A, drawn on split B"
      name={`claim-${claim.id.slice(0, 8)}-doses`}
      data={{
        columns: ['dose', 'estimate', 'lo', 'hi', 'perplexityRatio', 'normRatio', 'kl', 'controlMean', 'controlMin', 'controlMax'],
        rows: points.map((point) => {
          const band = bands.find((entry) => entry.dose === point.dose);
          const { dose, estimate, lo, hi, perplexityRatio, normRatio, kl } = point;
          return [dose, estimate, lo, hi, perplexityRatio, normRatio, kl, band?.estimate ?? null, band?.lo ?? null, band?.hi ?? null];
        }),
      }}
    >
      {points.length === 0
        ? <EmptyState title="Only one dose was measured; a study with several doses draws a curve here." />
        : (
          <DoseResponse
            points={points}
            controls={bands}
            controlLabel={counts.length > 0 ? `range of ${Math.max(...counts)} matched controls` : ''}
            own={claim.dose}
            unit={unit}
            perplexityLimit={perplexityLimit ?? 1.1}
          />
        )}
    </Figure>
  );
}
