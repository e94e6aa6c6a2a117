import { z } from 'zod';
import { digestSchema, featureRefSchema, hookNameSchema } from './refs';
import { interventionSchema } from './intervention';

const seed = z.number().int().nonnegative().default(0);

/**
 * Bring a model into the lab. `path` is a Hugging Face folder, a .gguf file, or a llama2.c .bin file on the API's host, or
 * `hf:owner/name[/file.gguf][@revision]` on the hub that HF_ENDPOINT names there.
 */
export const modelImportSpec = z.object({ path: z.string().min(1), name: z.string().min(1).optional() });

/** Text for harvesting: generated from the planted world, or read from a .txt/.jsonl file on the API's host. */
export const corpusCreateSpec = z.object({
  name: z.string().min(1),
  model: digestSchema,
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('world'), seed, tokens: z.number().int().positive(), dialogueShare: z.number().min(0).max(1).default(0.8) }),
    z.object({ kind: z.literal('file'), path: z.string().min(1), maxTokens: z.number().int().positive().optional() }),
    z.object({ kind: z.literal('prose'), tokens: z.number().int().positive() }),
  ]),
  contextLength: z.number().int().min(8).default(128),
});

export const harvestSpec = z.object({
  model: digestSchema,
  corpus: digestSchema,
  hook: hookNameSchema,
  dtype: z.enum(['f16', 'f32']).default('f16'),
  batchSize: z.number().int().positive().default(32),
  maxTokens: z.number().int().positive().optional(),
});

/**
 * Bring a dictionary into the lab: a folder or file of SAELens, dictionary_learning, sparsify, OpenAI or Gemma Scope on the API's host.
 * `hook` is where the model is read, for files that do not say; `model` is held against it.
 */
export const dictionaryImportSpec = z.object({
  path: z.string().min(1),
  name: z.string().min(1).optional(),
  model: digestSchema.optional(),
  hook: hookNameSchema.optional(),
});

export const dictionaryTrainSpec = z.object({
  name: z.string().min(1),
  activations: digestSchema,
  architecture: z.string().min(1).default('topk'),
  /** Dictionary size n (d_sae). */
  n: z.number().int().positive(),
  k: z.number().int().positive().optional(),
  /** Sparsity penalty λ of the L1 architecture, on normalised activations (papers.md 1.2). */
  l1: z.number().positive().optional(),
  steps: z.number().int().positive(),
  batchSize: z.number().int().positive().default(1024),
  learningRate: z.number().positive().default(1e-3),
  seed,
  checkpointEvery: z.number().int().positive().default(100),
});

export const featureIndexSpec = z.object({
  dictionary: digestSchema,
  activations: digestSchema,
  maxTokens: z.number().int().positive().optional(),
  seed,
});

export const vectorMakeSpec = z.object({
  name: z.string().min(1),
  model: digestSchema,
  hook: hookNameSchema,
  method: z.enum(['mean-difference', 'random', 'decoder']),
  positive: z.array(z.string()).optional(),
  negative: z.array(z.string()).optional(),
  feature: featureRefSchema.optional(),
  seed,
});

/** One eval of one model under one intervention (or none). `task` is `name` or `name:subset`. */
export const evalRunSpec = z.object({
  model: digestSchema,
  task: z.string().min(1),
  intervention: interventionSchema.optional(),
  scoring: z.enum(['sum', 'per-character', 'mutual-information']).default('sum'),
  /** Folder or file of an eval kept outside the lab (on the API's host), for the file-backed tasks. */
  path: z.string().optional(),
  limit: z.number().int().positive().optional(),
  split: z.enum(['A', 'B', 'all']).default('all'),
  seed,
});

/** The frozen plan of a study: hashed before anything is measured on the confirm split (links.md). */
export const studySpec = z.object({
  name: z.string().min(1),
  model: digestSchema,
  dictionary: digestSchema,
  featureIndex: digestSchema,
  task: z.string().min(1).default('world:sycophancy'),
  /** Folder or file of the task's eval, for the file-backed ones. */
  path: z.string().optional(),
  /** Other tasks on which side effects are measured; the planted world has its own five. */
  sideTasks: z.array(z.object({ task: z.string().min(1), path: z.string().optional() })).optional(),
  hypothesis: z.string().min(1),
  /** Direction in which the margin is predicted to move. */
  direction: z.enum(['lower', 'higher', 'either']).default('either'),
  propose: z.object({
    minDPrime: z.number().default(0.5),
    candidates: z.number().int().positive().default(24),
    screened: z.number().int().positive().default(6),
    maxPerplexityRatio: z.number().default(1.1),
    minScreenEffect: z.number().default(0.5),
    /** Random directions that each screened feature has to beat on split A, per dose. */
    screenControls: z.number().int().nonnegative().default(3),
    /** Features ablated exactly to see how far the attribution can be trusted. */
    ablationSample: z.number().int().nonnegative().default(16),
  }).prefault({}),
  doses: z.array(z.number()).default([-2, -1, 1, 2]),
  scope: interventionSchema.shape.scope,
  controls: z.object({
    randomDirections: z.number().int().nonnegative().default(20),
    densityMatched: z.number().int().nonnegative().default(20),
    /** Doses at which the controls are measured: the chosen one, or all of the plan's. */
    doses: z.enum(['chosen', 'all']).default('chosen'),
  }).prefault({}),
  items: z.object({
    screen: z.number().int().positive().default(100),
    confirm: z.number().int().positive().default(300),
    /** Items of each other task on which side effects are measured. */
    sideEffects: z.number().int().positive().default(100),
  }).prefault({}),
  minimumEffect: z.number().default(0.5),
  alpha: z.number().default(0.05),
  /** Negative controls of the study itself: each must confirm nothing. */
  sabotage: z.enum(['none', 'shuffled-labels', 'random-direction']).default('none'),
  seed,
});

/** Every long piece of work: the job kind names the executor, the spec is what it is asked to do. */
export const jobSpecs = {
  'model.import': modelImportSpec,
  'corpus.create': corpusCreateSpec,
  'activations.harvest': harvestSpec,
  'dictionary.import': dictionaryImportSpec,
  'dictionary.train': dictionaryTrainSpec,
  'features.index': featureIndexSpec,
  'vector.make': vectorMakeSpec,
  'eval.run': evalRunSpec,
  'study.run': studySpec,
} as const;
export type JobKind = keyof typeof jobSpecs;
export type JobSpec<K extends JobKind> = z.infer<(typeof jobSpecs)[K]>;
export type JobSpecInput<K extends JobKind> = z.input<(typeof jobSpecs)[K]>;
