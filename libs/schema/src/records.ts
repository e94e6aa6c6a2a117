import { z } from 'zod';
import { digestSchema, hookNameSchema, intervalSchema } from './refs';
import { interventionSchema } from './intervention';

export const artifactKindSchema = z.enum(['model', 'corpus', 'activations', 'dictionary', 'features', 'vector', 'outputs', 'checkpoint']);
export type ArtifactKind = z.infer<typeof artifactKindSchema>;

/** How an artifact came to be: enough to make it again. */
export const provenanceSchema = z.object({
  kind: z.string(),
  config: z.unknown(),
  parents: z.array(digestSchema),
  seed: z.number().int().nullable(),
  backend: z.string().nullable(),
  codeVersion: z.string(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

export const jobStatusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const jobProgressSchema = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  /** Units a second over the last few seconds; null until known. */
  rate: z.number().nullable(),
  /** Seconds left; null until known. */
  etaSeconds: z.number().nullable(),
  message: z.string().optional(),
  metrics: z.record(z.string(), z.number()).optional(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** What a token view needs: the text pieces of a window, their activations, and where the peak is. */
export const tokenWindowSchema = z.object({
  tokens: z.array(z.string()),
  activations: z.array(z.number()),
  peak: z.number().int(),
  document: z.number().int(),
  position: z.number().int(),
});
export type TokenWindow = z.infer<typeof tokenWindowSchema>;

export const tokenEffectSchema = z.object({ token: z.string(), value: z.number() });

export const featureRowSchema = z.object({
  index: z.number().int(),
  label: z.string().nullable(),
  density: z.number(),
  maxActivation: z.number(),
  meanActivation: z.number(),
  decoderNorm: z.number(),
  /** Distinctive tokens of the top examples, for a table row. */
  topTokens: z.array(z.string()),
});
export type FeatureRow = z.infer<typeof featureRowSchema>;

export const featurePageSchema = featureRowSchema.extend({
  firedTokens: z.number().int(),
  totalTokens: z.number().int(),
  /** Type-7 quantiles of the non-zero activations. */
  quantiles: z.array(z.object({ p: z.number(), value: z.number() })),
  /** Counts of non-zero activations in equal bins from 0 to the max. */
  histogram: z.array(z.number().int()),
  encoderCosine: z.number(),
  topExamples: z.array(tokenWindowSchema),
  intervals: z.array(z.object({ lo: z.number(), hi: z.number(), samples: z.array(tokenWindowSchema) })),
  positiveLogits: z.array(tokenEffectSchema),
  negativeLogits: z.array(tokenEffectSchema),
  neighbours: z.array(z.object({ index: z.number().int(), cosine: z.number(), density: z.number(), label: z.string().nullable() })),
});
export type FeaturePage = z.infer<typeof featurePageSchema>;

export const dictionaryScoresSchema = z.object({
  l0: z.number(),
  explainedVariance: z.number(),
  mse: z.number(),
  cosine: z.number(),
  l2Ratio: z.number(),
  deadShare: z.number(),
  deadWindowTokens: z.number().int(),
  ceClean: z.number().nullable(),
  ceSpliced: z.number().nullable(),
  ceZero: z.number().nullable(),
  ceRecovered: z.number().nullable(),
  evalTokens: z.number().int(),
});
export type DictionaryScores = z.infer<typeof dictionaryScoresSchema>;

/** One item of an eval as it was scored: choices with their summed log-probabilities in nats. */
export const itemResultSchema = z.object({
  item: z.string(),
  cluster: z.string(),
  split: z.enum(['A', 'B']),
  prompt: z.string(),
  choices: z.array(z.string()),
  gold: z.array(z.number()),
  choiceLogProbs: z.array(z.number()),
  /** Log-probability margin of the choice under study over the best other, in nats. */
  margin: z.number(),
  correct: z.number(),
});
export type ItemResult = z.infer<typeof itemResultSchema>;

export const claimStatusSchema = z.enum(['proposed', 'screened', 'confirmed', 'null', 'refuted', 'inconclusive']);
export type ClaimStatus = z.infer<typeof claimStatusSchema>;

export const controlKindSchema = z.enum(['random-direction', 'density-matched', 'sign-reversed', 'reconstruction']);
export type ControlKind = z.infer<typeof controlKindSchema>;

/** Mean paired difference of a condition against the baseline on the same items, with its inference. */
export const effectSchema = z.object({
  condition: z.string(),
  kind: z.enum(['feature', 'vector', ...controlKindSchema.options]),
  feature: z.number().int().nullable(),
  dose: z.number(),
  intervention: z.string(),
  n: z.number().int(),
  clusters: z.number().int(),
  estimate: z.number(),
  se: z.number(),
  lo: z.number(),
  hi: z.number(),
  p: z.number(),
  q: z.number().nullable(),
  rateBaseline: z.number(),
  rateSteered: z.number(),
  perplexityRatio: z.number().nullable(),
  normRatio: z.number().nullable(),
  kl: z.number().nullable(),
  method: z.string(),
});
export type Effect = z.infer<typeof effectSchema>;

export const claimSchema = z.object({
  id: z.string(),
  study: z.string(),
  statement: z.string(),
  status: claimStatusSchema,
  feature: z.object({ dictionary: digestSchema, index: z.number().int(), label: z.string().nullable() }),
  intervention: interventionSchema,
  interventionHash: z.string(),
  task: z.string(),
  metric: z.string(),
  dose: z.number(),
  estimate: z.number(),
  lo: z.number(),
  hi: z.number(),
  p: z.number(),
  q: z.number(),
  n: z.number().int(),
  clusters: z.number().int(),
  familySize: z.number().int(),
  normRatio: z.number(),
  perplexityRatio: z.number(),
  kl: z.number(),
  rateBaseline: intervalSchema,
  rateSteered: intervalSchema,
  /** Share of items that moved against the mean effect. */
  antiSteerable: intervalSchema,
  standardised: z.number(),
  minimumDetectable: z.number(),
  specificity: intervalSchema,
  controls: z.array(
    z.object({
      kind: controlKindSchema,
      count: z.number().int(),
      /** Mean over the controls of this kind; [lo, hi] is the range over them, not an interval of the mean. */
      estimate: z.number(),
      lo: z.number(),
      hi: z.number(),
    }),
  ),
  reasons: z.array(z.string()),
  sideEffects: z.array(z.object({ task: z.string(), dose: z.number(), effect: intervalSchema, q: z.number().nullable(), n: z.number().int() })),
  hook: hookNameSchema,
  estimatorVersion: z.string(),
  createdAt: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;
