import { z } from 'zod';
import { digestSchema, hookNameSchema, intervalSchema } from './refs';
import { interventionSchema } from './intervention';
import { jobSpecs, studySpec } from './specs';
import { artifactKindSchema, claimSchema, dictionaryScoresSchema, effectSchema, jobProgressSchema, jobStatusSchema, provenanceSchema } from './records';

/** What a lab remembers: one record per noun, as the store keeps it and the API answers it. Times are ISO 8601, UTC. */
const time = z.string();
const count = z.number().int().nonnegative();

export const artifactFileSchema = z.object({ path: z.string(), size: count, sha256: digestSchema });
export type ArtifactFile = z.infer<typeof artifactFileSchema>;

export const artifactRefSchema = z.object({ digest: digestSchema, kind: artifactKindSchema, name: z.string().nullable() });
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

export const artifactSchema = artifactRefSchema.extend({
  bytes: count,
  files: z.array(artifactFileSchema),
  provenance: provenanceSchema,
  /** The job that made it; null for one added by hand. */
  job: z.string().nullable(),
  parents: z.array(artifactRefSchema),
  createdAt: time,
});
export type Artifact = z.infer<typeof artifactSchema>;

export const hookPointSchema = z.object({ name: z.string(), shape: z.array(z.union([z.string(), z.number()])) });

export const modelRecordSchema = z.object({
  digest: digestSchema,
  name: z.string(),
  family: z.string(),
  parameters: count,
  config: z.record(z.string(), z.unknown()),
  hookPoints: z.array(hookPointSchema),
  card: z.string().nullable(),
  bytes: count,
  createdAt: time,
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

export const corpusRecordSchema = z.object({
  digest: digestSchema,
  name: z.string(),
  /** The model whose tokenizer cut it. */
  model: digestSchema.nullable(),
  source: z.record(z.string(), z.unknown()),
  tokens: count,
  rows: count,
  documents: count,
  contextLength: count,
  bytes: count,
  createdAt: time,
});
export type CorpusRecord = z.infer<typeof corpusRecordSchema>;

export const activationsRecordSchema = z.object({
  digest: digestSchema,
  name: z.string(),
  model: digestSchema,
  corpus: digestSchema,
  hook: hookNameSchema,
  dtype: z.enum(['f16', 'f32']),
  dModel: count,
  tokens: count,
  shards: count,
  /** Mean ‖h‖ over the stored tokens, model units. */
  meanNorm: z.number().nullable(),
  bytes: count,
  createdAt: time,
});
export type ActivationsRecord = z.infer<typeof activationsRecordSchema>;

export const dictionaryRecordSchema = z.object({
  digest: digestSchema,
  name: z.string(),
  architecture: z.string(),
  d: count,
  n: count,
  k: count.nullable(),
  hook: hookNameSchema.nullable(),
  model: digestSchema.nullable(),
  activations: digestSchema.nullable(),
  scores: dictionaryScoresSchema.nullable(),
  trainedTokens: count.nullable(),
  seed: z.number().int().nullable(),
  bytes: count,
  createdAt: time,
});
export type DictionaryRecord = z.infer<typeof dictionaryRecordSchema>;

export const featureIndexRecordSchema = z.object({
  digest: digestSchema,
  dictionary: digestSchema,
  activations: digestSchema,
  model: digestSchema.nullable(),
  features: count,
  tokens: count,
  createdAt: time,
});
export type FeatureIndexRecord = z.infer<typeof featureIndexRecordSchema>;

export const vectorRecordSchema = z.object({
  digest: digestSchema,
  name: z.string(),
  model: digestSchema,
  hook: hookNameSchema,
  method: z.string(),
  d: count,
  norm: z.number(),
  createdAt: time,
});
export type VectorRecord = z.infer<typeof vectorRecordSchema>;

export const savedInterventionSchema = z.object({
  hash: digestSchema,
  name: z.string().nullable(),
  intervention: interventionSchema,
  createdAt: time,
});
export type SavedIntervention = z.infer<typeof savedInterventionSchema>;

export const runStatusSchema = z.enum(['running', 'finished', 'failed']);

/** One eval of one model under one intervention (or none): the owner of its item results. */
export const evalRunSchema = z.object({
  id: z.string(),
  /** hash(model, intervention, task, scoring, seed, limit, split, engine…): equal keys are the same measurement. */
  key: z.string(),
  task: z.string(),
  taskVersion: z.string().nullable(),
  model: digestSchema,
  intervention: digestSchema.nullable(),
  /** The study condition it measures, such as `baseline` or `feature 12 × 2`. */
  condition: z.string().nullable(),
  scoring: z.string(),
  seed: z.number().int(),
  status: runStatusSchema,
  metrics: z.object({ accuracy: intervalSchema.nullable(), margin: intervalSchema.nullable() }),
  /** Whole-run figures beside the items: perplexityRatio, normRatio, kl… */
  figures: z.record(z.string(), z.number()),
  n: count,
  study: z.string().nullable(),
  job: z.string().nullable(),
  experiment: z.string().nullable(),
  createdAt: time,
});
export type EvalRun = z.infer<typeof evalRunSchema>;

/** A feature the study looked at, with what each step of the frozen rule measured on it. */
export const candidateSchema = z.object({
  feature: z.number().int(),
  label: z.string().nullable(),
  dPrime: z.number().nullable(),
  attribution: z.number().nullable(),
  screenEffects: z.array(z.object({ dose: z.number(), estimate: z.number(), perplexityRatio: z.number().nullable() })),
  kept: z.boolean(),
  reason: z.string(),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const studyStatusSchema = z.enum(['draft', 'frozen', 'running', 'finished', 'failed']);

export const studyStageSchema = z.object({
  name: z.string(),
  status: z.enum(['pending', 'running', 'done']),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  summary: z.string().nullable(),
});
export type StudyStage = z.infer<typeof studyStageSchema>;

export const studySummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  hypothesis: z.string(),
  task: z.string(),
  status: studyStatusSchema,
  frozenHash: digestSchema.nullable(),
  frozenAt: time.nullable(),
  claimCount: count,
  confirmedCount: count,
  job: z.string().nullable(),
  experiment: z.string().nullable(),
  createdAt: time,
});
export type StudySummary = z.infer<typeof studySummarySchema>;

/** An effect with the two runs whose items it was computed from. */
export const storedEffectSchema = effectSchema.extend({
  id: z.number().int(),
  run: z.string(),
  baselineRun: z.string(),
  task: z.string(),
  /** What of an item is compared: `margin`, `correct`, `choice`… */
  metric: z.string(),
  estimatorVersion: z.string(),
});
export type StoredEffect = z.infer<typeof storedEffectSchema>;

export const studySchema = studySummarySchema.extend({
  plan: studySpec,
  stages: z.array(studyStageSchema),
  candidates: z.array(candidateSchema),
  effects: z.array(storedEffectSchema),
  claims: z.array(claimSchema),
  runs: z.array(evalRunSchema),
});
export type Study = z.infer<typeof studySchema>;

/** One item under baseline and intervention, side by side. `delta` is the steered margin less the baseline's, in nats. */
export const claimItemSchema = z.object({
  item: z.string(),
  cluster: z.string(),
  prompt: z.string(),
  choices: z.array(z.string()),
  gold: z.array(z.number()),
  baseline: z.object({ margin: z.number(), choiceLogProbs: z.array(z.number()), choice: z.number().int() }),
  steered: z.object({ margin: z.number(), choiceLogProbs: z.array(z.number()), choice: z.number().int() }),
  delta: z.number(),
  /** `gain`: the choice under study was taken only when steered; `loss`: only without. */
  flip: z.enum(['gain', 'loss', 'none']),
  replies: z.object({ baseline: z.string(), steered: z.string() }).optional(),
});
export type ClaimItem = z.infer<typeof claimItemSchema>;

export const experimentSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  config: z.record(z.string(), z.unknown()),
  status: z.enum(['running', 'finished', 'failed', 'cancelled']),
  jobs: count,
  notes: z.string().nullable(),
  tags: z.array(z.string()),
  createdAt: time,
  finishedAt: time.nullable(),
});
export type Experiment = z.infer<typeof experimentSchema>;

/** What a failed job tells: never a stack. */
export const jobErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
export type JobError = z.infer<typeof jobErrorSchema>;

export const jobKindSchema = z.object(jobSpecs).keyof();

export const jobRecordSchema = z.object({
  id: z.string(),
  kind: jobKindSchema,
  status: jobStatusSchema,
  spec: z.record(z.string(), z.unknown()),
  specHash: digestSchema,
  progress: jobProgressSchema.nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: jobErrorSchema.nullable(),
  /** Times a worker took it up; above 1 after a crash or a restart. */
  attempts: count,
  cancelRequested: z.boolean(),
  experiment: z.string().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

export const metricPointSchema = z.object({ name: z.string(), step: z.number(), value: z.number() });
export type MetricPoint = z.infer<typeof metricPointSchema>;

export const logLineSchema = z.object({ at: time, line: z.string() });
export type LogLine = z.infer<typeof logLineSchema>;

/** Something that happened to a job; `seq` grows by one with every event of the lab, so a listener can resume after it. */
export const jobEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), payload: jobProgressSchema }),
  z.object({ type: z.literal('log'), payload: z.object({ line: z.string() }) }),
  z.object({
    type: z.literal('status'),
    payload: z.object({
      status: jobStatusSchema,
      attempts: count,
      error: jobErrorSchema.nullable(),
      result: z.record(z.string(), z.unknown()).nullable(),
      /** Why, when the status alone does not say: a restart, a lost worker. */
      reason: z.string().nullable(),
    }),
  }),
  z.object({ type: z.literal('metric'), payload: z.object({ points: z.array(metricPointSchema) }) }),
]);
export const labEventSchema = z
  .object({ seq: z.number().int(), job: z.string(), kind: jobKindSchema, experiment: z.string().nullable(), at: time })
  .and(jobEventSchema);
export type JobEventBody = z.infer<typeof jobEventSchema>;
export type LabEvent = z.infer<typeof labEventSchema>;
