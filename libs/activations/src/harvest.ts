import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, SextantError } from '@sextant/schema';
import { fromHalf, HALF_MAX, PARTIAL_SUFFIX, toHalf, writeFileAtomic, writeSafetensors, type WritableTensor } from '@sextant/formats';
import type { HarvestModel } from './capture';
import { sha256File } from './checksum';
import { keptTokens, type KeptTokens, type TokenRows } from './corpus';
import { harvestStream, type ActivationBatch } from './harvestStream';
import { MANIFEST_FILE, planSchema, readJson, readManifest, shardSchema, type Manifest, type Plan, type Shard } from './manifest';
import { combineSums, sumActivations } from './statistics';

export interface HarvestOptions {
  model: HarvestModel;
  corpus: TokenRows;
  hook: string;
  outDir: string;
  /** f16 halves the disk; values are rounded to 11 bits and scaled where they would overflow. Default f16. */
  dtype?: 'f16' | 'f32';
  /** Corpus rows run at a time. Default 32. */
  batchSize?: number;
  maxTokens?: number;
  /** Tokens a shard may hold before dropping, rounded up to whole batches. Default 32768. */
  shardTokens?: number;
  /** Artifact digests, recorded in the store. */
  modelDigest?: string;
  corpusDigest?: string;
  /** Keep finished shards of an interrupted harvest of the same plan (default), or start again. */
  resume?: boolean;
  onProgress?: (progress: { stage: 'harvest'; done: number; total: number; unit: 'tokens' }) => void;
  signal?: AbortSignal;
}

const PROGRESS_FILE = 'harvest.json';
const progressSchema = z.object({ plan: planSchema, shards: z.array(shardSchema) });

/** Room between the largest value of the first batch and the end of the f16 range. */
const HEADROOM = 4;

/**
 * Harvests a hook point into a store of checksummed shards (see docs/activations.md). Shards hold fixed ranges
 * of corpus rows and are kept when the process dies: started again on the same folder it verifies them by
 * checksum, continues, and ends with the same bytes as an uninterrupted run.
 * @throws SextantError CANCELLED, CONFLICT when the folder holds another harvest, INTEGRITY for NaN,
 * INVALID_INPUT for a hook that holds no vector per token or values that f16 cannot hold.
 */
export async function harvest(options: HarvestOptions): Promise<Manifest> {
  const { model, corpus, hook, outDir, onProgress, signal } = options;
  const kept = keptTokens(corpus, model.tokenizer.specialIds, options.maxTokens);
  const asked = askedPlan(options, kept);
  mkdirSync(outDir, { recursive: true });
  if (options.resume === false) clear(outDir);
  for (const name of readdirSync(outDir)) if (name.endsWith(PARTIAL_SUFFIX)) rmSync(join(outDir, name));

  const found = earlierWork(outDir, asked);
  const plan = found?.plan ?? { ...asked, ...(await probe(options, kept, asked)) };
  const shards = verifiedPrefix(outDir, found?.shards ?? []);
  let done = shards.reduce((sum, shard) => sum + shard.tokens, 0);
  onProgress?.({ stage: 'harvest', done, total: plan.tokens, unit: 'tokens' });

  const shardCount = Math.ceil(kept.rowCount / plan.rowsPerShard);
  for (let index = shards.length; index < shardCount; index++) {
    const from = index * plan.rowsPerShard;
    const to = Math.min(from + plan.rowsPerShard, kept.rowCount);
    const batches: ActivationBatch[] = [];
    for await (const batch of harvestStream({ model, kept, hook, batchSize: plan.batchSize, from, to, signal })) {
      batches.push(batch);
      done += batch.tokens.length;
      onProgress?.({ stage: 'harvest', done, total: plan.tokens, unit: 'tokens' });
    }
    shards.push(writeShard(outDir, index, plan, batches));
    writeJson(join(outDir, PROGRESS_FILE), { plan, shards });
  }

  const statistics = combineSums(shards.map((shard) => shard.sums));
  const manifest: Manifest = { format: 'sextant-activations', version: 1, plan, statistics, shards };
  writeJson(join(outDir, MANIFEST_FILE), manifest);
  rmSync(join(outDir, PROGRESS_FILE), { force: true });
  return manifest;
}

type AskedPlan = Omit<Plan, 'd' | 'scaleExponent'>;

function askedPlan({ hook, dtype = 'f16', batchSize = 32, shardTokens = 32768, modelDigest, corpusDigest }: HarvestOptions, kept: KeptTokens): AskedPlan {
  const { contextLength } = kept.corpus.meta;
  return {
    model: modelDigest ?? null,
    corpus: corpusDigest ?? null,
    hook,
    dtype,
    tokens: kept.tokens,
    contextLength,
    batchSize,
    rowsPerShard: Math.max(1, Math.ceil(shardTokens / contextLength / batchSize)) * batchSize,
  };
}

/** Width of the hook and the f16 scale its values need, from the first batch of rows. */
async function probe({ model, hook }: HarvestOptions, kept: KeptTokens, { batchSize, dtype }: AskedPlan): Promise<Pick<Plan, 'd' | 'scaleExponent'>> {
  for await (const batch of harvestStream({ model, kept, hook, batchSize })) {
    const { maxAbsolute } = sumActivations(batch.activations, batch.d);
    const exponent = Math.ceil(Math.log2((maxAbsolute * HEADROOM) / HALF_MAX));
    return { d: batch.d, scaleExponent: dtype === 'f16' ? Math.max(0, exponent) : 0 };
  }
  throw new SextantError('INTERNAL', 'the harvest stream ended before its first batch');
}

function earlierWork(outDir: string, asked: AskedPlan): { plan: Plan; shards: Shard[] } | null {
  const finished = existsSync(join(outDir, MANIFEST_FILE));
  if (!finished && !existsSync(join(outDir, PROGRESS_FILE))) return null;
  const found = finished ? readManifest(outDir) : readJson(join(outDir, PROGRESS_FILE), progressSchema);
  const { d: _, scaleExponent: __, ...plan } = found.plan;
  const differs = Object.keys(asked).find((key) => canonicalJson({ ...asked }[key]) !== canonicalJson({ ...plan }[key]));
  if (differs === undefined) return { plan: found.plan, shards: found.shards };
  throw new SextantError('CONFLICT', `${outDir}: holds a harvest with another ${differs}; choose another folder, or start again without resuming`, {
    file: outDir,
    field: differs,
  });
}

/** The shards up to the first that is missing or does not have the bytes it had. */
function verifiedPrefix(outDir: string, shards: Shard[]): Shard[] {
  const bad = shards.findIndex((shard) => {
    const path = join(outDir, shard.file);
    return !existsSync(path) || sha256File(path) !== shard.sha256;
  });
  return bad < 0 ? [...shards] : shards.slice(0, bad);
}

function writeShard(outDir: string, index: number, plan: Plan, batches: ActivationBatch[]): Shard {
  const { d, dtype, hook, scaleExponent } = plan;
  const values = concatenate(Float32Array, batches.map((batch) => batch.activations));
  const count = values.length / d;
  if (batches.some((batch) => batch.d !== d)) {
    throw new SextantError('CONFLICT', `${hook} gave ${batches[0]?.d} values a token, the store was begun with ${d}`, { field: 'd' });
  }
  const scale = 2 ** scaleExponent;
  let stored: Float32Array | Uint16Array = values;
  if (dtype === 'f16') {
    if (scale !== 1) for (let i = 0; i < values.length; i++) values[i]! /= scale;
    const bits = toHalf(values);
    const overflow = bits.findIndex((pattern) => (pattern & 0x7fff) === 0x7c00);
    if (overflow >= 0) {
      const value = values[overflow]! * scale;
      throw new SextantError('INVALID_INPUT', `${hook} reaches ${value}, beyond float16 scaled by ${scale}; harvest with dtype f32`, { field: 'dtype', value });
    }
    values.set(fromHalf(bits));
    if (scale !== 1) for (let i = 0; i < values.length; i++) values[i]! *= scale;
    stored = bits;
  }
  const file = `shard-${String(index).padStart(5, '0')}.safetensors`;
  const column = (name: 'tokens' | 'documents' | 'positions' | 'rows'): WritableTensor => ({
    dtype: 'I32',
    shape: [count],
    data: concatenate(Int32Array, batches.map((batch) => batch[name])),
  });
  writeSafetensors(
    join(outDir, file),
    {
      activations: { dtype: dtype === 'f16' ? 'F16' : 'F32', shape: [count, d], data: stored },
      tokens: column('tokens'),
      documents: column('documents'),
      positions: column('positions'),
      rows: column('rows'),
    },
    { hook, scale: String(scale) },
  );
  const path = join(outDir, file);
  return { file, tokens: count, bytes: statSync(path).size, sha256: sha256File(path), sums: sumActivations(values, d) };
}

function concatenate<T extends Float32Array | Int32Array>(make: new (length: number) => T, parts: T[]): T {
  const whole = new make(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, [Buffer.from(`${canonicalJson(value)}\n`)]);
}

function clear(outDir: string): void {
  for (const name of readdirSync(outDir)) {
    if (name === MANIFEST_FILE || name === PROGRESS_FILE || /^shard-\d{5}\.safetensors$/.test(name)) rmSync(join(outDir, name));
  }
}
