import type { SextantClient } from '@sextant/client';
import { jobSpecs, type JobKind } from '@sextant/schema';

/** Which procedure starts which kind of job. Each validates its own spec; the server does it again. */
const starters: Record<JobKind, (client: SextantClient, spec: unknown, idempotencyKey: string) => Promise<{ jobId: string }>> = {
  'model.import': (client, spec, idempotencyKey) => client.models.add.mutate({ ...jobSpecs['model.import'].parse(spec), idempotencyKey }),
  'corpus.create': (client, spec, idempotencyKey) => client.corpora.create.mutate({ ...jobSpecs['corpus.create'].parse(spec), idempotencyKey }),
  'activations.harvest': (client, spec, idempotencyKey) => client.activations.harvest.mutate({ ...jobSpecs['activations.harvest'].parse(spec), idempotencyKey }),
  'dictionary.import': (client, spec, idempotencyKey) => client.dictionaries.add.mutate({ ...jobSpecs['dictionary.import'].parse(spec), idempotencyKey }),
  'dictionary.train': (client, spec, idempotencyKey) => client.dictionaries.train.mutate({ ...jobSpecs['dictionary.train'].parse(spec), idempotencyKey }),
  'features.index': (client, spec, idempotencyKey) => client.dictionaries.index.mutate({ ...jobSpecs['features.index'].parse(spec), idempotencyKey }),
  'vector.make': (client, spec, idempotencyKey) => client.vectors.make.mutate({ ...jobSpecs['vector.make'].parse(spec), idempotencyKey }),
  'eval.run': (client, spec, idempotencyKey) => client.evals.run.mutate({ ...jobSpecs['eval.run'].parse(spec), idempotencyKey }),
  'study.run': (client, spec, idempotencyKey) => client.studies.create.mutate({ ...jobSpecs['study.run'].parse(spec), idempotencyKey }),
};

/** Starts a job once, however often a flaky connection makes the browser send it. */
export function startJob(client: SextantClient, kind: JobKind, spec: unknown): Promise<{ jobId: string }> {
  return starters[kind](client, spec, crypto.randomUUID());
}
