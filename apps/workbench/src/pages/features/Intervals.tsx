import { Figure, fixed, magnitude, TokenHeatmap } from '@sextant/ui';
import type { Feature } from './FeaturePage';

/** Random samples from each interval of the activation: the middle shows what the peak hides. */
export function Intervals({ feature }: { feature: Feature }) {
  if (feature.intervals.length === 0) return null;
  return (
    <Figure title="Intervals" note="random samples of each">
      <dl className="intervals">
        {[...feature.intervals].sort((left, right) => right.lo - left.lo).map((interval) => (
          <div key={interval.lo}>
            <dt>{fixed(interval.lo, 1)}–{fixed(interval.hi, 1)}</dt>
            {interval.samples.slice(0, 2).map((sample, at) => (
              <dd key={at}>
                <TokenHeatmap
                  tokens={sample.tokens}
                  values={sample.activations}
                  max={feature.maxActivation}
                  peak={sample.peak}
                  around={6}
                  label={`Sample with peak ${magnitude(sample.activations[sample.peak])}`}
                />
              </dd>
            ))}
            {interval.samples.length === 0 && <dd className="faint">no token here</dd>}
          </div>
        ))}
      </dl>
    </Figure>
  );
}
