import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api';
import { MutationError } from '../../state/MutationError';
import type { Feature } from './FeaturePage';

/** The feature's name, edited in place; without one, its number and the tokens it fires on. */
export function FeatureLabel({ feature, featureIndex }: { feature: Feature; featureIndex: string }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const save = useMutation(
    api.features.setLabel.mutationOptions({
      onSuccess: () => {
        setDraft(null);
        return queries.invalidateQueries({ queryKey: api.features.pathKey() });
      },
    }),
  );
  if (draft !== null) {
    return (
      <form className="label-form" onSubmit={(event) => { event.preventDefault(); save.mutate({ featureIndex, index: feature.index, label: draft }); }}>
        <input autoFocus className="input" aria-label={`Label of feature ${feature.index}`} maxLength={200} value={draft} onChange={(event) => setDraft(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && setDraft(null)} />
        <button type="submit" className="button" disabled={save.isPending}>Save</button>
        <button type="button" className="button" onClick={() => setDraft(null)}>Leave</button>
        <MutationError error={save.error} title="Label not saved" />
      </form>
    );
  }
  return (
    <>
      {feature.label ?? `Feature ${feature.index}`}{' '}
      <small>
        {feature.topTokens.slice(0, 6).map((token) => `“${token.trim() || '␣'}”`).join(', ')}{' · '}
        <button type="button" className="link" onClick={() => setDraft(feature.label ?? '')}>{feature.label ? 'edit label' : 'name it'}</button>
      </small>
    </>
  );
}
