import { count, Figure, fixed, Histogram, magnitude, TokenHeatmap } from '@sextant/ui';
import type { Feature } from './FeaturePage';

/** The histogram of activations above zero, and under it samples from each interval of it: the middle shows what the peak hides. */
export function Activations({ feature }: { feature: Feature }) {
  const { histogram, maxActivation: max } = feature;
  const borders = feature.intervals.map((interval) => interval.lo).filter((lo) => lo > 0 && lo < max);
  return (
    <>
      <Figure
        title="Activations"
        note={`zeros excluded · n = ${count(feature.firedTokens)} of ${count(feature.totalTokens)} tokens`}
        name={`feature-${feature.index}-activations`}
        data={{ columns: ['from', 'to', 'tokens'], rows: histogram.map((bin, index) => [(index / histogram.length) * max, ((index + 1) / histogram.length) * max, bin]) }}
      >
        {feature.firedTokens === 0
          ? <p className="note">It never fired on this corpus: a dead feature.</p>
          : <Histogram counts={histogram} max={max} borders={borders} label={`Histogram of ${count(feature.firedTokens)} activations up to ${magnitude(max)}`} />}
      </Figure>
      {feature.intervals.length > 0 && (
        <Figure title="Intervals" note="random samples of each">
          <dl className="intervals">
            {[...feature.intervals].sort((left, right) => right.lo - left.lo).map((interval) => (
              <div key={interval.lo}>
                <dt>{fixed(interval.lo, 1)}–{fixed(interval.hi, 1)}</dt>
                {interval.samples.slice(0, 2).map((sample, at) => (
                  <dd key={at}><TokenHeatmap tokens={sample.tokens} values={sample.activations} max={max} peak={sample.peak} around={6} label={`Sample with peak ${magnitude(sample.activations[sample.peak])}`} /></dd>
                ))}
                {interval.samples.length === 0 && <dd className="faint">no token here</dd>}
              </div>
            ))}
          </dl>
        </Figure>
      )}
    </>
  );
}
