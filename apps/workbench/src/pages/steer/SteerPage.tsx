import { describeFault } from '@sextant/client';
import { EmptyState, ErrorState, hookShort, Segmented, shortHash } from '@sextant/ui';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { command } from '../../commands';
import { useKeys } from '../../shell/keys';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { useIndexed } from '../features/useIndexed';
import { OtherDoses } from './OtherDoses';
import { Prompt } from './Prompt';
import { toIntervention } from './recipe';
import { RecipeRail } from './RecipeRail';
import { Replies } from './Replies';
import type { SteerSearch } from './search';
import { steerCommand } from './steerCommand';
import { useRecipeFeatures } from './useRecipeFeatures';
import { useSteering, type SteerRequest } from './useSteering';
import './steer.css';

const route = getRouteApi('/steer');

/** Baseline and steered side by side under one recipe; the whole setting lies in the URL, so a link shows the same replies. */
export function SteerPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = useCallback((next: Partial<SteerSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true }), [navigate]);
  const { query, chosen } = useIndexed(search.dictionary);
  const { features, error: featureError } = useRecipeFeatures(chosen?.featureIndex ?? null, search.recipe.map((line) => line.feature));
  const steering = useSteering();
  const [draft, setDraft] = useState(search.prompt);

  const request = useMemo((): SteerRequest | null => {
    const { hook, model, digest } = chosen ?? {};
    if (!hook || !model || !digest) return null;
    const intervention = toIntervention(search, { digest, hook }, features);
    if (intervention === null) return null;
    const turn = search.mode === 'completion'
      ? { prompt: draft }
      : { messages: [...(search.system === '' ? [] : [{ role: 'system' as const, content: search.system }]), { role: 'user' as const, content: draft }] };
    return { model, ...turn, intervention, maxNewTokens: search.tokens, temperature: search.temperature, topP: search.topP, seed: search.seed };
  }, [chosen, search, features, draft]);

  const ready = request !== null && draft.trim() !== '';
  const { run, stop, running } = steering;
  const go = useCallback(() => {
    if (request === null || draft.trim() === '') return;
    set({ prompt: draft, token: undefined });
    run(request);
  }, [request, draft, set, run]);

  // A link with a prompt shows its replies: it runs once, as soon as the recipe's features are known.
  const opened = useRef(search.prompt !== '');
  useEffect(() => {
    if (opened.current && request !== null) {
      opened.current = false;
      run(request);
    }
  }, [request, run]);
  useKeys([
    { key: 'mod+Enter', label: 'run both', run: go, always: true },
    ...(running ? [{ key: 'Escape', label: 'stop', run: stop, always: true }] : []),
  ]);

  return (
    <Page
      title="Steer"
      crumbs={chosen ? [{ name: hookShort(chosen.hook) }, { name: chosen.name, link: { to: '/dictionaries/$digest', params: { digest: chosen.digest } } }] : []}
      provenance={chosen
        ? [
            { label: 'dictionary', value: <code>{shortHash(chosen.digest)}</code> },
            { label: 'model', value: <code>{shortHash(chosen.model)}</code> },
            { label: 'sampling', value: search.temperature === 0 ? 'greedy' : `temperature ${search.temperature}, top-p ${search.topP}` },
            { label: 'seed', value: search.seed },
          ]
        : []}
      command={steerCommand(search, draft, request?.intervention ?? null)}
      actions={(
        <>
          <Segmented label="Form of the prompt" value={search.mode} options={[{ value: 'chat', label: 'Chat' }, { value: 'completion', label: 'Completion' }]} onChange={(mode) => set({ mode })} />
          <Link className="button" to="/start" search={{ kind: 'study.run' }}>Run as study</Link>
          {running
            ? <button type="button" className="button primary" onClick={stop}>Stop <kbd>Esc</kbd></button>
            : <button type="button" className="button primary" disabled={!ready} onClick={go}>Run both</button>}
        </>
      )}
    >
      <Await query={query} what="dictionaries">
        {() => (chosen?.featureIndex
          ? (
            <div className="columns steer">
              <RecipeRail search={search} onSearch={set} features={features} request={request} />
              <div>
                <Prompt search={search} draft={draft} onDraft={setDraft} onSearch={set} onRun={go} canRun={ready && !running} />
                {featureError !== null && <ErrorState title="A feature of the recipe could not be read" fault={describeFault(featureError)} />}
                {steering.error !== null && <ErrorState title="Steering stopped" fault={describeFault(steering.error)} onRetry={go} />}
                <Replies
                  transcript={steering.transcript}
                  running={running}
                  selected={search.token ?? null}
                  onSelect={(token) => set({ token: token ?? undefined })}
                />
                {search.recipe.length === 0 && <p className="note">The recipe is empty: add a feature at the left, or open one and choose “Steer with this”.</p>}
                <OtherDoses
                  request={steering.request}
                  recipe={search.recipe}
                  onDose={(dose) => set({ recipe: search.recipe.map((line, at) => (at === 0 ? { ...line, dose } : line)) })}
                />
              </div>
            </div>
          )
          : <EmptyState title="Steering needs a dictionary with a feature index: doses are in units of a feature's max." command={command('features', 'index')} />)}
      </Await>
    </Page>
  );
}
