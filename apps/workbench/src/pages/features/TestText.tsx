import { describeFault } from '@sextant/client';
import { ErrorState, Figure, fixed, heatColor, HeatLegend, magnitude, tokenName, TokenHeatmap } from '@sextant/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, type RouterOutputs } from '../../api';
import { useDebounced } from '../../shell/useDebounced';
import { alignTokens } from './alignTokens';
import type { Feature } from './FeaturePage';

type Tested = RouterOutputs['features']['testText'];

/**
 * A text of one's own with this feature's activation on every token, as one types, on the scale of the examples below.
 * While the field has the focus the colours lie behind its letters; otherwise tokens can be pointed at.
 */
export function TestText({ feature, featureIndex, text, onText }: { feature: Feature; featureIndex: string; text: string; onText: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
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
  const result = draft.trim() === '' ? undefined : query.data;
  const current = query.isPlaceholderData || settled !== draft ? undefined : result;
  return (
    <Figure title="Test a text" note={result ? `runs as you type · ${Math.round(result.ms)} ms` : 'runs as you type'} actions={<HeatLegend max={feature.maxActivation} label="fixed scale" />}>
      <div className="test-text" data-tested={current !== undefined || undefined}>
        <div className="test-field">
          {current && <Behind text={draft} tested={current} max={feature.maxActivation} />}
          <textarea ref={field} aria-label={`Text to test feature ${feature.index} on`} rows={1} value={draft} placeholder="Type or paste a text" onChange={(event) => setDraft(event.target.value)} />
        </div>
        {current && (
          <div className="test-view" onClick={() => field.current?.focus()}>
            <TokenHeatmap tokens={current.tokens} values={current.activations} max={feature.maxActivation} peak={current.peak} label="Activations on your text" />
          </div>
        )}
        {result && <Peak tested={result} max={feature.maxActivation} />}
      </div>
      {query.error && <ErrorState title="Could not test that" fault={describeFault(query.error)} onRetry={() => void query.refetch()} />}
    </Figure>
  );
}

/** The text once more behind the field, invisible but for its tokens' colours. */
function Behind({ text, tested, max }: { text: string; tested: Tested; max: number }) {
  const stretches = alignTokens(text, tested.tokens);
  if (stretches === null) return null;
  return (
    <div className="test-behind" aria-hidden="true">
      {stretches.map((stretch, index) => {
        const value = tested.activations[stretch.token] ?? 0;
        return <span key={index} style={Math.abs(value) > 0.02 * max ? { background: heatColor(value, max) } : undefined}>{stretch.text}</span>;
      })}
    </div>
  );
}

function Peak({ tested, max }: { tested: Tested; max: number }) {
  const peak = tested.activations[tested.peak] ?? 0;
  return (
    <p className="note" role="status">
      {peak > 0
        ? <>peak <b>{magnitude(peak)}</b> at “{tokenName(tested.tokens[tested.peak] ?? '').replace('␣', '')}” · {fixed(max > 0 ? peak / max : 0)} of max · token {tested.peak}</>
        : 'silent on every token of this text'}
    </p>
  );
}
