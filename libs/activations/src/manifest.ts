import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hookNameSchema, SextantError } from '@sextant/schema';
import { sumsSchema } from './statistics';

export const MANIFEST_FILE = 'activations.json';

/** One file of the store: the tokens of a contiguous range of corpus rows. */
export const shardSchema = z.object({
  file: z.string().regex(/^shard-\d{5}\.safetensors$/),
  tokens: z.number().int().nonnegative(),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sums: sumsSchema,
});
export type Shard = z.infer<typeof shardSchema>;

/** What was harvested, and how: equal plans give equal bytes. */
export const planSchema = z.object({
  /** Digest of the model's and the corpus's artifact, where there is one. */
  model: z.string().nullable(),
  corpus: z.string().nullable(),
  hook: hookNameSchema,
  /** Width of one activation. */
  d: z.number().int().positive(),
  dtype: z.enum(['f16', 'f32']),
  /** Tokens in the finished store. */
  tokens: z.number().int().positive(),
  contextLength: z.number().int().positive(),
  batchSize: z.number().int().positive(),
  rowsPerShard: z.number().int().positive(),
  /** Stored value × 2^scaleExponent = activation in model units. Above 0 only where f16 would overflow. */
  scaleExponent: z.number().int().nonnegative(),
});
export type Plan = z.infer<typeof planSchema>;

export const statisticsSchema = z.object({
  meanNorm: z.number(),
  meanSquaredNorm: z.number(),
  maxAbsolute: z.number(),
  mean: z.array(z.number()),
});

export const manifestSchema = z.object({
  format: z.literal('sextant-activations'),
  version: z.literal(1),
  plan: planSchema,
  statistics: statisticsSchema,
  shards: z.array(shardSchema).min(1),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** @throws SextantError NOT_FOUND or INVALID_FILE naming file and field. */
export function readManifest(dir: string): Manifest {
  return readJson(join(dir, MANIFEST_FILE), manifestSchema);
}

/** Reads and validates a JSON file. @throws SextantError NOT_FOUND or INVALID_FILE naming file and field. */
export function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: cannot be read; an activation store holds this file once its harvest has finished`, { file }, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${file}: is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, { file }, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new SextantError('INVALID_FILE', `${file}: ${field}: ${issue?.message}`, { file, field });
}
