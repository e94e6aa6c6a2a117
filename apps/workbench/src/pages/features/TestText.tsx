import { describeFault } from '@sextant/client';
import { ErrorState, Figure, fixed, HeatLegend, magnitude, tokenName, TokenHeatmap } from '@sextant/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api';
import { useDebounced } from '../../shell/useDebounced';
import type { Feature } from './FeaturePage';

/** A text of one's own with this feature's activation on every token, as one types; its colours compare with the examples below. */
export function TestText({ feature, featureIndex, text, onText }: { feature: Feature; featureIndex: string; text: string; onText: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  const settled = useDebounced(draft, 160);
  useEffect(() => {
    if (settled !== text) onText(settled);
  }, [settled]);
  const query = useQuery({
    ...api.features.testText.queryOptions({ featureIndex, index: feature.index, text: settled }),
    enabled: settled.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  const result = settled.trim() === '' ? undefined : query.data;
  const peak = result ? (result.activations[result.peak] ?? 0) : 0;
  return (
    <Figure title="Test a text" note={result ? `runs as you type · ${Math.round(result.ms)} ms` : 'runs as you type'} actions={<HeatLegend max={feature.maxActivation} label="fixed scale" />}>
      <div className="test-text">
        <textarea aria-label={`Text to test feature ${feature.index} on`} rows={2} value={draft} placeholder="Type or paste a text" onChange={(event) => setDraft(event.target.value)} />
        {result && (
          <div className="test-result" data-stale={query.isPlaceholderData || undefined}>
            <TokenHeatmap tokens={result.tokens} values={result.activations} max={feature.maxActivation} peak={result.peak} label="Activations on your text" />
            <p className="note" role="status">
              {peak > 0
                ? <>peak <b>{magnitude(peak)}</b> at “{tokenName(result.tokens[result.peak] ?? '').replace('␣', '')}” · {fixed(feature.maxActivation > 0 ? peak / feature.maxActivation : 0)} of max · token {result.peak}</>
                : 'silent on every token of this text'}
            </p>
          </div>
        )}
      </div>
      {query.error && <ErrorState title="Could not test that" fault={describeFault(query.error)} onRetry={() => void query.refetch()} />}
    </Figure>
  );
}
