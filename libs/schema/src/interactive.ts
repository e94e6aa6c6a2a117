import { z } from 'zod';
import { digestSchema } from './refs';
import { interventionSchema } from './intervention';
import { hookPointSchema } from './lab';
import { featurePageSchema, featureRowSchema } from './records';
import { jobSpecs } from './specs';

/** One turn of a dialogue, as chat templates take it. */
export const messageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
export type Message = z.infer<typeof messageSchema>;

const text = z.string().max(100_000);

/** What to continue: plain text, or a dialogue that the model's chat template renders. Exactly one of the two. */
const generationShape = {
  model: digestSchema,
  prompt: text.optional(),
  messages: z.array(messageSchema).min(1).max(64).optional(),
  maxNewTokens: z.number().int().min(1).max(4096).default(64),
  /** 0 is greedy. */
  temperature: z.number().min(0).max(10).default(0.8),
  topP: z.number().gt(0).max(1).default(1),
  seed: z.number().int().nonnegative().default(0),
};
const onePrompt = (input: { prompt?: string | undefined; messages?: unknown[] | undefined }) =>
  (input.prompt === undefined) !== (input.messages === undefined);
const onePromptMessage = { message: 'give exactly one of prompt and messages', path: ['prompt'] };

export const generateParams = z.object(generationShape).refine(onePrompt, onePromptMessage);
export const generateEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('token'), text: z.string(), id: z.number().int() }),
  z.object({ type: z.literal('done'), text: z.string(), tokens: z.number().int(), tokensPerSecond: z.number() }),
]);

export const steerParams = z
  .object({ ...generationShape, intervention: interventionSchema })
  .refine(onePrompt, onePromptMessage);
/**
 * One token of either side. `logProb` is the side's own log-probability of its token in nats; `delta` is
 * log p_steered − log p_baseline of that token, `kl` is KL(steered ‖ baseline) at that position in nats,
 * `normRatio` the realised ‖Δh‖/‖h‖ (null where nothing was touched).
 */
export const steerEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('token'),
    side: z.enum(['baseline', 'steered']),
    index: z.number().int(),
    token: z.string(),
    logProb: z.number(),
    delta: z.number().nullable(),
    kl: z.number().nullable(),
    normRatio: z.number().nullable(),
  }),
  z.object({
    type: z.literal('done'),
    summary: z.object({
      normRatio: z.number().nullable(),
      kl: z.number().nullable(),
      /** exp of the mean per-token loss of the steered text under the baseline, over that of the baseline text. */
      perplexityRatio: z.number().nullable(),
      tokensPerSecond: z.number(),
    }),
  }),
]);

export const dosesParams = z
  .object({ ...generationShape, intervention: interventionSchema, doses: z.array(z.number()).min(1).max(32) })
  .refine(onePrompt, onePromptMessage);
export const dosesResult = z.object({
  baseline: z.string(),
  doses: z.array(
    z.object({ dose: z.number(), text: z.string(), perplexityRatio: z.number().nullable(), normRatio: z.number().nullable(), kl: z.number().nullable() }),
  ),
});

const featureIn = z.object({ featureIndex: digestSchema, index: z.number().int().nonnegative() });

export const featureSearchParams = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('text'), featureIndex: digestSchema, text: text.min(1), limit: z.number().int().min(1).max(200).default(50) }),
  z.object({
    mode: z.literal('contrast'),
    featureIndex: digestSchema,
    positive: z.array(text).min(1).max(256),
    negative: z.array(text).min(1).max(256),
    limit: z.number().int().min(1).max(200).default(50),
  }),
  z.object({ mode: z.literal('token'), featureIndex: digestSchema, token: z.string().min(1), limit: z.number().int().min(1).max(200).default(50) }),
  z.object({
    mode: z.literal('similar'),
    featureIndex: digestSchema,
    index: z.number().int().nonnegative(),
    limit: z.number().int().min(1).max(200).default(50),
  }),
]);
export const featureSearchResult = z.object({ results: z.array(z.object({ row: featureRowSchema, score: z.number(), reason: z.string() })) });

export const testTextParams = featureIn.extend({ text: text.min(1) });
export const testTextResult = z.object({ tokens: z.array(z.string()), activations: z.array(z.number()), peak: z.number().int(), ms: z.number() });

/** Counts between consecutive edges: `edges` has one more entry than `counts`. */
export const histogramSchema = z.object({ edges: z.array(z.number()), counts: z.array(z.number().int()) });
export type Histogram = z.infer<typeof histogramSchema>;

export const backendReportSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  reason: z.string(),
  gflops: z.number().nullable(),
  gbytes: z.number().nullable(),
  hint: z.string().nullable(),
  /** How the backend does each kernel of the engine; null where it is absent. */
  kernels: z.record(z.string(), z.enum(['fused', 'composite', 'missing'])).nullable(),
});

/** Distances of one reference tensor; null stands for infinite (NaN, or another size). */
const referenceCheckSchema = z.object({
  tensor: z.string(),
  compared: z.number().int(),
  maxAbs: z.number().nullable(),
  maxRel: z.number().nullable(),
  tolerance: z.number(),
  passed: z.boolean(),
});

/** A model or dictionary held against values that the original library computed from the same files. */
const verificationSchema = z.object({
  path: z.string(),
  references: z.string(),
  /** What was loaded, in words. */
  subject: z.string(),
  checks: z.array(referenceCheckSchema),
  passed: z.boolean(),
});
export type Verification = z.infer<typeof verificationSchema>;
/** Paths on the API's host; the references are looked for beside the files where they are not named. */
const verifyParams = z.object({ path: z.string().min(1), references: z.string().min(1).optional() });
const verifyModelParams = verifyParams.extend({ tolerance: z.number().nonnegative().optional() });

const tokenId = z.number().int().nullable();
/** What a stored model is; its weights were not loaded. */
const storedModelSchema = z.object({
  path: z.string(),
  /** How it is stored: `hugging-face`, `gguf`, `llama2.c`. */
  format: z.string(),
  config: z.record(z.string(), z.unknown()),
  parameters: z.number().int(),
  /** Bytes of its files. */
  storedBytes: z.number().int(),
  /** Bytes of its weights once loaded as float32. */
  loadedBytes: z.number().int(),
  tokenizer: z
    .object({
      vocabSize: z.number().int(),
      bosId: tokenId,
      eosId: tokenId,
      padId: tokenId,
      unkId: tokenId,
      /** Ids that carry structure rather than text. */
      specialTokens: z.number().int(),
      chatTemplate: z.boolean(),
    })
    .nullable(),
  hookPoints: z.array(hookPointSchema),
});
export type StoredModelDescription = z.infer<typeof storedModelSchema>;

/** What a stored dictionary is, and what was decided in reading it. */
const storedDictionarySchema = z.object({
  path: z.string(),
  /** Whose layout it has, such as `SAELens`. */
  format: z.string(),
  architecture: z.string(),
  d: z.number().int(),
  dOut: z.number().int(),
  n: z.number().int(),
  dtype: z.string(),
  hook: z.string().nullable(),
  normalisation: z.string(),
  /** The scalar of its training, folded or not; 1 when unknown. */
  scale: z.number(),
  /** Whether the decoder bias is subtracted from the input. */
  centred: z.boolean(),
  /** Shortest and longest stored decoder row, before they are brought to length 1. */
  decoderNorms: z.tuple([z.number(), z.number()]),
  options: z.record(z.string(), z.unknown()),
  metadata: z.record(z.string(), z.unknown()),
  notes: z.array(z.string()),
  files: z.array(z.string()),
});
export type StoredDictionaryDescription = z.infer<typeof storedDictionarySchema>;

export const checkCountSchema = z.object({ checked: z.number().int(), differing: z.number().int() });

/** A job that has not been started: its kind with its spec. */
const notStarted = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model.import'), spec: jobSpecs['model.import'] }),
  z.object({ kind: z.literal('corpus.create'), spec: jobSpecs['corpus.create'] }),
  z.object({ kind: z.literal('activations.harvest'), spec: jobSpecs['activations.harvest'] }),
  z.object({ kind: z.literal('dictionary.import'), spec: jobSpecs['dictionary.import'] }),
  z.object({ kind: z.literal('dictionary.train'), spec: jobSpecs['dictionary.train'] }),
  z.object({ kind: z.literal('features.index'), spec: jobSpecs['features.index'] }),
  z.object({ kind: z.literal('vector.make'), spec: jobSpecs['vector.make'] }),
  z.object({ kind: z.literal('eval.run'), spec: jobSpecs['eval.run'] }),
  z.object({ kind: z.literal('study.run'), spec: jobSpecs['study.run'] }),
]);

/** What a job would cost: how much work, bytes it would store, wall seconds on this machine, and what these are taken from. */
export const jobEstimateSchema = z.object({
  amount: z.number(),
  unit: z.string(),
  bytes: z.number().int().nullable(),
  seconds: z.number().nullable(),
  basis: z.string(),
});
export type JobEstimate = z.infer<typeof jobEstimateSchema>;

/**
 * What the interactive worker answers, by method. A method yields `event`s; a unary one yields exactly one.
 * The API sends `params` over the child-process channel; handlers live in apps/worker/src/interactive.
 */
export const interactiveMethods = {
  'system.doctor': { params: z.object({}), event: z.object({ backends: z.array(backendReportSchema), recommended: z.string() }) },
  'models.tokenize': {
    params: z.object({ model: digestSchema, text }),
    event: z.object({ ids: z.array(z.number().int()), pieces: z.array(z.string()) }),
  },
  'models.verify': { params: verifyModelParams, event: verificationSchema },
  'models.describe': { params: z.union([z.object({ path: z.string().min(1) }), z.object({ model: digestSchema })]), event: storedModelSchema },
  'models.generate': { params: generateParams, event: generateEvent },
  'jobs.estimate': { params: notStarted, event: jobEstimateSchema },
  'dictionaries.describe': { params: z.union([z.object({ path: z.string().min(1) }), z.object({ dictionary: digestSchema })]), event: storedDictionarySchema },
  'dictionaries.verify': { params: verifyParams, event: verificationSchema },
  'dictionaries.histograms': {
    params: z.object({ dictionary: digestSchema }),
    event: z.object({
      logDensity: histogramSchema,
      maxActivation: histogramSchema,
      decoderNorm: histogramSchema,
      encoderCosine: histogramSchema,
    }),
  },
  'features.page': { params: featureIn, event: featurePageSchema },
  'features.search': { params: featureSearchParams, event: featureSearchResult },
  'features.testText': { params: testTextParams, event: testTextResult },
  'steering.run': { params: steerParams, event: steerEvent },
  'steering.doses': { params: dosesParams, event: dosesResult },
  'evals.tasks': {
    params: z.object({}),
    event: z.object({
      tasks: z.array(
        z.object({ name: z.string(), description: z.string(), version: z.string(), items: z.number().int().nullable(), needsPath: z.boolean() }),
      ),
    }),
  },
  'claims.recompute': {
    params: z.object({ claim: z.string() }),
    event: z.object({ checked: z.number().int(), differing: z.number().int(), maxDifference: z.number() }),
  },
  'artifacts.verify': { params: z.object({ digest: digestSchema.optional() }), event: checkCountSchema.extend({ problems: z.array(z.string()) }) },
  'lab.verify': {
    params: z.object({}),
    event: z.object({ artifacts: checkCountSchema, effects: checkCountSchema, claims: checkCountSchema, problems: z.array(z.string()) }),
  },
} as const;
export type InteractiveMethod = keyof typeof interactiveMethods;
export type InteractiveParams<M extends InteractiveMethod> = z.infer<(typeof interactiveMethods)[M]['params']>;
export type InteractiveParamsInput<M extends InteractiveMethod> = z.input<(typeof interactiveMethods)[M]['params']>;
export type InteractiveEvent<M extends InteractiveMethod> = z.infer<(typeof interactiveMethods)[M]['event']>;
