import { Figure, magnitude, TokenHeatmap } from '@sextant/ui';
import { useState } from 'react';
import type { Feature } from './FeaturePage';

const FIRST = 8;

/** The texts with the highest peaks, cut around them; distinct documents, best first. */
export function TopExamples({ feature, expand, onExpand }: { feature: Feature; expand: boolean; onExpand: (expand: boolean) => void }) {
  const [all, setAll] = useState(false);
  const { topExamples } = feature;
  const shown = all ? topExamples : topExamples.slice(0, FIRST);
  return (
    <Figure
      title="Top examples"
      note={`${topExamples.length} by peak · ${shown.length} shown${expand ? '' : ', cut around the peak'}`}
      actions={<button type="button" className="link quiet" aria-pressed={expand} onClick={() => onExpand(!expand)}>{expand ? 'Cut' : 'Expand'}</button>}
    >
      {topExamples.length === 0 && <p className="note">No token of the indexed corpus activates it.</p>}
      <ol className="examples">
        {shown.map((example) => (
          <li key={`${example.document}-${example.position}`}>
            <span><b>{magnitude(example.activations[example.peak])}</b><small>doc {example.document}</small></span>
            <TokenHeatmap
              tokens={example.tokens}
              values={example.activations}
              max={feature.maxActivation}
              peak={example.peak}
              around={expand ? undefined : 13}
              label={`Document ${example.document}, peak ${magnitude(example.activations[example.peak])}`}
            />
          </li>
        ))}
      </ol>
      {topExamples.length > FIRST && <button type="button" className="link" onClick={() => setAll(!all)}>{all ? 'fewer' : `${topExamples.length - FIRST} more`}</button>}
    </Figure>
  );
}
