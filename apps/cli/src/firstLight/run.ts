import { SextantError, type JobProgress } from '@sextant/schema';
import { waitForJob, type SextantClient } from '@sextant/client';
import { firstLightPlan as plan } from './plan';

export interface StageTiming {
  name: string;
  seconds: number;
}

export interface FirstLightResult {
  experiment: string;
  model: string;
  dictionary: string;
  study: string;
  stages: StageTiming[];
}

export interface FirstLightOptions {
  client: SextantClient;
  /** Folder of the demo model, as the API's host sees it. */
  modelPath: string;
  onStage?: (name: string, index: number, count: number) => void;
  onProgress?: (name: string, progress: JobProgress) => void;
  signal?: AbortSignal;
}

/** The experiment of an earlier or interrupted first light in this lab, if there is one. */
export async function findFirstLight(client: SextantClient): Promise<{ id: string; status: string } | null> {
  const { items } = await client.experiments.list.query({ kind: 'first-light', limit: 1 });
  return items[0] ?? null;
}

/**
 * Runs text → model → activations → dictionary → features → evals → claim as ordinary API calls. Every stage
 * is started under an idempotency key, so a first light that was interrupted continues where it stopped.
 * @throws SextantError of the stage that failed.
 */
export async function runFirstLight(options: FirstLightOptions): Promise<FirstLightResult> {
  const { client, signal } = options;
  const earlier = await findFirstLight(client);
  const experiment =
    earlier?.status === 'running' ? earlier.id : (await client.experiments.create.mutate({ name: plan.name, kind: 'first-light', config: plan })).id;
  const stages: StageTiming[] = [];
  const stageNames = ['model', 'corpus', 'harvest', 'dictionary', 'features', 'evals', 'study'];

  const stage = async (name: string, start: (key: string) => Promise<{ jobId: string }>): Promise<Record<string, unknown>> => {
    const began = performance.now();
    const { jobId } = await start(`${experiment}:${name}`);
    const job = await waitForJob(client, jobId, { signal, onProgress: (progress) => options.onProgress?.(name, progress) });
    stages.push({ name, seconds: (performance.now() - began) / 1000 });
    return job.result ?? {};
  };
  const announce = (name: string) => options.onStage?.(name, stageNames.indexOf(name) + 1, stageNames.length);
  const own = (key: string) => ({ idempotencyKey: key, experimentId: experiment });

  try {
    announce('model');
    const model = artifactOf('model', await stage('model', (key) => client.models.add.mutate({ path: options.modelPath, name: 'demo', ...own(key) })));
    announce('corpus');
    const corpus = artifactOf('corpus', await stage('corpus', (key) => client.corpora.create.mutate({ ...plan.corpus, model, ...own(key) })));
    announce('harvest');
    const activations = artifactOf(
      'harvest',
      await stage('harvest', (key) => client.activations.harvest.mutate({ ...plan.harvest, model, corpus, hook: plan.hook, ...own(key) })),
    );
    announce('dictionary');
    const dictionary = artifactOf(
      'dictionary',
      await stage('dictionary', (key) => client.dictionaries.train.mutate({ ...plan.dictionary, activations, ...own(key) })),
    );
    announce('features');
    const featureIndex = artifactOf(
      'features',
      await stage('features', (key) => client.dictionaries.index.mutate({ ...plan.index, dictionary, activations, ...own(key) })),
    );
    announce('evals');
    for (const task of plan.evals) await stage(`eval ${task}`, (key) => client.evals.run.mutate({ model, task, ...own(key) }));
    announce('study');
    const { study } = await stage('study', (key) =>
      client.studies.create.mutate({ ...plan.study, doses: [...plan.study.doses], model, dictionary, featureIndex, ...own(key) }),
    );
    if (typeof study !== 'string') throw new SextantError('INTERNAL', 'the study job finished without naming its study');
    await client.experiments.finish.mutate({ id: experiment });
    return { experiment, model, dictionary, study, stages };
  } catch (error) {
    // An interrupted first light stays `running`: the next start continues it.
    if (!(error instanceof SextantError && error.code === 'CANCELLED')) await client.experiments.finish.mutate({ id: experiment, status: 'failed' });
    throw error;
  }
}

function artifactOf(stage: string, result: Record<string, unknown>): string {
  if (typeof result.artifact !== 'string') throw new SextantError('INTERNAL', `the ${stage} stage finished without an artifact`);
  return result.artifact;
}
