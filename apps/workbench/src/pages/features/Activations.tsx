import { count, Figure, Histogram, magnitude } from '@sextant/ui';
import type { Feature } from './FeaturePage';

/** The histogram of activations above zero, with the borders of the intervals that samples are drawn from. */
export function Activations({ feature }: { feature: Feature }) {
  const { histogram, maxActivation: max } = feature;
  const borders = feature.intervals.map((interval) => interval.lo).filter((lo) => lo > 0 && lo < max);
  return (
    <Figure
      title="Activations"
      note={`n = ${count(feature.firedTokens)} of ${count(feature.totalTokens)}`}
      name={`feature-${feature.index}-activations`}
      data={{
        columns: ['from', 'to', 'tokens'],
        rows: histogram.map((bin, index) => [(index / histogram.length) * max, ((index + 1) / histogram.length) * max, bin]),
      }}
    >
      {feature.firedTokens === 0
        ? <p className="note">It never fired on this corpus: a dead feature.</p>
        : <Histogram counts={histogram} max={max} borders={borders} label={`Histogram of ${count(feature.firedTokens)} activations up to ${magnitude(max)}`} />}
    </Figure>
  );
}
