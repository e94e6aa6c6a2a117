import { z } from 'zod';
import { hookNameSchema } from '@sextant/schema';

/** Files of a feature index. Columns have one row per feature, so a page reads a few rows by position. */
export const FILES = {
  manifest: 'features.json',
  /** Fixed-width columns, [n] or [n, width]. */
  columns: 'columns.safetensors',
  /** Variable-length examples behind offset tables. */
  examples: 'examples.safetensors',
  /** Ids of the indexed tokens, which windows point into. */
  tokens: 'tokens.safetensors',
  /** Display text of every token id. */
  vocabulary: 'vocabulary.json',
} as const;

export const featureManifestSchema = z.object({
  format: z.literal('sextant-features'),
  version: z.literal(1),
  /** Digests of what it was built from, where they are artifacts. */
  dictionary: z.string().nullable(),
  activations: z.string().nullable(),
  model: z.string().nullable(),
  hook: hookNameSchema,
  n: z.number().int().positive(),
  d: z.number().int().positive(),
  tokens: z.number().int().positive(),
  seed: z.number().int(),
  /** Firing counts up to this have exact quantiles; above, the quantiles of a uniform sample of this size. */
  quantileSample: z.number().int().positive(),
  quantiles: z.array(z.number()),
  intervals: z.number().int().positive(),
  window: z.object({ before: z.number().int().nonnegative(), after: z.number().int().nonnegative() }),
});
export type FeatureManifest = z.infer<typeof featureManifestSchema>;
