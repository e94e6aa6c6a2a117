import { bounds, dose as printDose, EmptyState, Figure, fixed, ForestPlot, percent, qValue, Segmented, signed, type ForestRow } from '@sextant/ui';
import { controlBands } from '../claims/controls';
import type { StudyDetail } from './StudyPage';

const exported = ['condition', 'kind', 'feature', 'dose', 'task', 'metric', 'estimate', 'lo', 'hi', 'p', 'q', 'n', 'clusters', 'method'] as const;

/** Every confirmed-stage effect of the kept features at one dose, over the range its controls reached. */
export function StudyEffects({ study, dose, onDose }: { study: StudyDetail; dose: number | undefined; onDose: (dose: number) => void }) {
  const metric = study.claims[0]?.metric ?? 'margin';
  const primary = study.effects.filter((effect) => effect.task === study.task && effect.metric === metric);
  const features = primary.filter((effect) => effect.kind === 'feature');
  const doses = [...new Set(features.map((effect) => effect.dose))].sort((left, right) => left - right);
  const settled = study.claims.find((claim) => claim.status === 'confirmed') ?? study.claims.find((claim) => claim.status !== 'proposed');
  const chosen = dose !== undefined && doses.includes(dose) ? dose : (settled?.dose ?? doses[0]);
  const band = controlBands(primary).find((entry) => entry.dose === chosen);
  const rows = features
    .filter((effect) => effect.dose === chosen)
    .sort((left, right) => left.estimate - right.estimate)
    .map((effect): ForestRow => {
      const claim = study.claims.find((candidate) => candidate.feature.index === effect.feature && candidate.dose === effect.dose);
      return {
        key: String(effect.id),
        name: claim?.feature.label ? `${effect.feature} ${claim.feature.label}` : `feature ${effect.feature}`,
        href: `/features/${study.plan.dictionary}/${effect.feature}`,
        n: effect.n,
        estimate: effect.estimate,
        lo: effect.lo,
        hi: effect.hi,
        band: band && { lo: band.lo, hi: band.hi },
        tone: claim?.status === 'confirmed' ? 'claim' : 'ink',
        filled: effect.lo > 0 || effect.hi < 0,
        cells: [signed(effect.estimate), qValue(effect.q), `${fixed(effect.rateBaseline * 100, 0)} → ${percent(effect.rateSteered, 0)}`, fixed(effect.perplexityRatio)],
      };
    });
  return (
    <Figure
      title="Effects on split B"
      note={chosen === undefined ? undefined : `at ${printDose(chosen)} × max, 95 % intervals`}
      name={`study-${study.id.slice(0, 8)}-effects`}
      data={{
        columns: exported,
        rows: study.effects.map((effect) => exported.map((column) => effect[column])),
      }}
      actions={doses.length > 1 && (
        <Segmented label="Dose" value={String(chosen)} options={doses.map((value) => ({ value: String(value), label: printDose(value) }))} onChange={(value) => onDose(Number(value))} />
      )}
    >
      {rows.length === 0
        ? <EmptyState title={study.status === 'finished' ? 'No feature passed the screen: nothing was confirmed, and that is the result.' : 'Nothing confirmed yet: the screen is not over.'} />
        : (
          <ForestPlot
            head="feature"
            unit="Δ margin, nats"
            columns={['Δ', 'q', 'rate', 'ppl ratio']}
            rows={rows}
            caption={band
              ? `Grey: range of ${band.count} matched controls at this dose, ${bounds(band)}, mean ${signed(band.estimate)}. Filled: interval clear of zero. Orange: confirmed.`
              : 'No matched controls at this dose.'}
          />
        )}
    </Figure>
  );
}
