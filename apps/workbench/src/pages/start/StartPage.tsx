import { describeFault } from '@sextant/client';
import { jobSpecs, type JobKind } from '@sextant/schema';
import { ErrorState, Figure, type Fault } from '@sextant/ui';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { client, api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { jobNames } from '../names';
import { specTemplate, type LabDigests } from './specTemplate';
import { startJob } from './startJob';

const route = getRouteApi('/start');
const kinds = Object.keys(jobNames).filter((kind): kind is JobKind => kind in jobSpecs);

const words: Record<JobKind, string[]> = {
  'model.import': ['models', 'add', '<source>'],
  'corpus.create': ['corpora', 'create', '--name', '<name>', '--world', '--tokens', '<n>'],
  'activations.harvest': ['harvest', '--hook', '<hook>'],
  'dictionary.import': ['dictionaries', 'add', '<path>'],
  'dictionary.train': ['train', '--name', '<name>', '--features', '<n>', '--steps', '<n>'],
  'features.index': ['features', 'index'],
  'vector.make': ['vectors', 'make', '--name', '<name>', '--hook', '<hook>', '--method', '<method>'],
  'eval.run': ['eval', 'run', '<task>'],
  'study.run': ['study', 'create', '--watch'],
};

/** Start any job from its spec: validated here field by field, then by the server again. */
export function StartPage() {
  const { kind, spec } = route.useSearch();
  const navigate = route.useNavigate();
  const digests = useLabDigests();
  return (
    <Page title={jobNames[kind]} crumbs={[{ name: 'start a job' }]} command={command(...words[kind])}>
      <div className="filters">
        <label className="note" htmlFor="kind">job</label>
        <select id="kind" className="input" value={kind} onChange={(event) => void navigate({ search: { kind: kinds.find((name) => name === event.target.value) ?? kind } })}>
          {kinds.map((name) => <option key={name} value={name}>{jobNames[name]}</option>)}
        </select>
      </div>
      {digests && <SpecForm key={`${kind} ${JSON.stringify(spec ?? null)}`} kind={kind} initial={spec ?? specTemplate(kind, digests)} />}
    </Page>
  );
}

/** The newest artifact of each noun, to begin a spec with; null while unknown. */
function useLabDigests(): LabDigests | null {
  const model = useQuery(api.models.list.queryOptions({ limit: 1 }));
  const corpus = useQuery(api.corpora.list.queryOptions({ limit: 1 }));
  const activations = useQuery(api.activations.list.queryOptions({ limit: 1 }));
  const index = useQuery(api.features.indexes.queryOptions({ limit: 1 }));
  const dictionary = useQuery(api.dictionaries.list.queryOptions({ limit: 1 }));
  if ([model, corpus, activations, index, dictionary].some((query) => query.isPending)) return null;
  return {
    model: model.data?.items[0]?.digest,
    hook: model.data?.items[0]?.hookPoints.find((point) => point.name.endsWith('hook_resid_post'))?.name,
    corpus: corpus.data?.items[0]?.digest,
    activations: activations.data?.items[0]?.digest,
    dictionary: index.data?.items[0]?.dictionary ?? dictionary.data?.items[0]?.digest,
    featureIndex: index.data?.items[0]?.digest,
  };
}

function SpecForm({ kind, initial }: { kind: JobKind; initial: Record<string, unknown> }) {
  const navigate = route.useNavigate();
  const [text, setText] = useState(() => JSON.stringify(initial, null, 2));
  const checked = check(kind, text);
  const start = useMutation({
    mutationFn: () => startJob(client, kind, JSON.parse(text)),
    onSuccess: ({ jobId }) => navigate({ to: '/jobs/$id', params: { id: jobId } }),
  });
  return (
    <div className="columns two-one">
      <Figure title="Spec" note="JSON; defaults may be left out">
        <textarea className="input mono" aria-label="Spec as JSON" rows={Math.min(32, Math.max(12, text.split('\n').length + 1))} spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
        <div className="more">
          <button type="button" className="button primary" disabled={checked !== null || start.isPending} onClick={() => start.mutate()}>Start</button>
        </div>
        {start.error && <ErrorState title="Not started" fault={describeFault(start.error)} onRetry={() => start.mutate()} />}
      </Figure>
      <Figure title="Check">
        {checked ? <ErrorState title="Not a valid spec yet" fault={checked} /> : <p className="note">Valid. The server checks it again, and hashes it.</p>}
      </Figure>
    </div>
  );
}

/** The first fault of a spec, naming its field and value; null when it is valid. */
function check(kind: JobKind, text: string): Fault | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { code: 'JSON', message: error instanceof Error ? error.message : 'not JSON' };
  }
  const parsed = jobSpecs[kind].safeParse(value);
  const issue = parsed.error?.issues[0];
  return issue ? { code: 'INVALID_INPUT', message: issue.message, field: issue.path.join('.') || '(spec)' } : null;
}
