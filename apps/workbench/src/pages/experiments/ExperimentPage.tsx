import { dateTime, duration, Figure } from '@sextant/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import { MutationError } from '../../state/MutationError';
import { JobsTable } from './ExperimentsPage';

const route = getRouteApi('/experiments/$id');

/** One experiment: its jobs, configuration and notes. */
export function ExperimentPage() {
  const { id } = route.useParams();
  const experiment = useQuery(api.experiments.get.queryOptions({ id }));
  const jobs = useQuery(api.jobs.list.queryOptions({ experiment: id, limit: 200 }));
  const data = experiment.data;
  return (
    <Page
      title={data?.name ?? 'Experiment'}
      subtitle={data && `${data.kind} · ${data.status}${data.finishedAt ? ` · ${duration((Date.parse(data.finishedAt) - Date.parse(data.createdAt)) / 1000)}` : ''}`}
      crumbs={[{ name: 'experiments', link: { to: '/experiments' } }, { name: <code>{id}</code> }]}
      provenance={data ? [{ label: 'experiment', value: <code>{data.id}</code> }, { label: 'started', value: dateTime(data.createdAt) }] : []}
      command={command('experiments', 'show', id)}
    >
      <Await query={experiment} what="the experiment">
        {(item) => (
          <div className="columns two-one">
            <Figure title="Jobs" note={`${item.jobs}`}>
              <Await query={jobs} what="jobs">{(page) => <JobsTable jobs={page.items} />}</Await>
            </Figure>
            <div>
              <Notes id={id} notes={item.notes} tags={item.tags} />
              {Object.keys(item.config).length > 0 && <Figure title="Configuration"><pre className="json">{JSON.stringify(item.config, null, 2)}</pre></Figure>}
            </div>
          </div>
        )}
      </Await>
    </Page>
  );
}

function Notes({ id, notes, tags }: { id: string; notes: string | null; tags: string[] }) {
  const queries = useQueryClient();
  const [text, setText] = useState(notes ?? '');
  const [tagText, setTagText] = useState(tags.join(', '));
  const save = useMutation(api.experiments.annotate.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: api.experiments.pathKey() }) }));
  const changed = text !== (notes ?? '') || tagText !== tags.join(', ');
  return (
    <Figure title="Notes and tags">
      <textarea className="input" aria-label="Notes" rows={5} value={text} onChange={(event) => setText(event.target.value)} placeholder="What this was for, what was seen" />
      <div className="filters">
        <input className="input" aria-label="Tags, separated by commas" value={tagText} onChange={(event) => setTagText(event.target.value)} placeholder="tags, separated by commas" />
        <button
          type="button"
          className="button"
          disabled={!changed || save.isPending}
          onClick={() => save.mutate({ id, notes: text, tags: tagText.split(',').map((tag) => tag.trim()).filter(Boolean) })}
        >
          Save
        </button>
      </div>
      <MutationError error={save.error} title="Not saved" />
    </Figure>
  );
}
