import type { SextantClient } from '@sextant/client';
import type { Claim } from '@sextant/schema';

export interface PageLink {
  name: string;
  path: string;
}

/** A link to every kind of page this lab can show: the newest of each noun, and the feature its strongest claim is about. */
export async function pagesOf(client: SextantClient): Promise<PageLink[]> {
  const [models, dictionaries, claims, studies, runs, jobs, experiments] = await Promise.all([
    client.models.list.query({ limit: 1 }),
    client.dictionaries.list.query({ limit: 50 }),
    client.claims.list.query({ limit: 100 }),
    client.studies.list.query({ limit: 1 }),
    client.evals.runs.query({ limit: 200 }),
    client.jobs.list.query({ limit: 200 }),
    client.experiments.list.query({ limit: 1 }),
  ]);
  const pages: PageLink[] = [
    { name: 'home', path: '/' },
    { name: 'experiments', path: '/experiments' },
    { name: 'jobs', path: '/experiments?view=jobs' },
    { name: 'models', path: '/models' },
    { name: 'dictionaries', path: '/dictionaries' },
    { name: 'search', path: '/features' },
    { name: 'evals', path: '/evals' },
    { name: 'studies', path: '/studies' },
    { name: 'claims', path: '/claims' },
    { name: 'start', path: '/start' },
  ];
  const claim = claims.items.find((item) => item.status === 'confirmed') ?? claims.items[0];
  const indexed = dictionaries.items.filter((item) => item.featureIndex !== null);
  const dictionary = indexed.find((item) => item.digest === claim?.feature.dictionary) ?? indexed[0];
  const job = jobs.items.find((item) => item.kind === 'dictionary.train' && item.status === 'succeeded') ?? jobs.items[0];
  const [experiment] = experiments.items;
  const [model] = models.items;
  const [study] = studies.items;
  const run = runs.items.find((item) => item.intervention !== null) ?? runs.items[0];
  if (experiment) pages.push({ name: 'experiment', path: `/experiments/${experiment.id}` });
  if (job) pages.push({ name: 'job', path: `/jobs/${job.id}` });
  if (model) pages.push({ name: 'model', path: `/models/${model.digest}` });
  if (study) pages.push({ name: 'study', path: `/studies/${study.id}` });
  if (claim) pages.push({ name: 'claim', path: `/claims/${claim.id}` });
  if (run) pages.push({ name: 'run', path: `/evals/${run.id}` });
  if (dictionary) {
    pages.push({ name: 'dictionary', path: `/dictionaries/${dictionary.digest}` });
    const feature = claim?.feature.index ?? 0;
    pages.push({ name: 'feature', path: `/features/${dictionary.digest}/${feature}?text=${encodeURIComponent(await promptFor(client, claim?.id))}` });
    pages.push({ name: 'steer', path: `/steer?${await steerSearch(client, dictionary.digest, claim)}` });
  }
  return pages;
}

async function promptFor(client: SextantClient, claim: string | undefined): Promise<string> {
  if (claim === undefined) return 'Human: The fox eats bread.\nAssistant: Well. The fox eats';
  const { items } = await client.claims.items.query({ id: claim, limit: 1 });
  const [item] = items;
  return item ? `${item.prompt}${item.choices[item.baseline.choice] ?? ''}` : '';
}

async function steerSearch(client: SextantClient, dictionary: string, claim: Claim | undefined): Promise<URLSearchParams> {
  const [item] = claim ? (await client.claims.items.query({ id: claim.id, limit: 1 })).items : [];
  const recipe = [{ feature: claim?.feature.index ?? 0, kind: 'clamp', dose: claim?.dose ?? 1 }];
  return new URLSearchParams({
    dictionary,
    recipe: JSON.stringify(recipe),
    mode: 'completion',
    prompt: item?.prompt ?? 'Human: The fox eats bread.\nAssistant: Well. The fox eats',
    tokens: '30',
  });
}
