import { performance } from 'node:perf_hooks';
import { captureHook, type HarvestModel } from './capture';
import { keptTokens, type TokenRows } from './corpus';

export interface HarvestEstimate {
  tokens: number;
  /** Bytes on disk, to within the headers. */
  bytes: number;
  /** Wall time on this machine, from one timed batch; disk writing is not in it. */
  seconds: number;
  /** Width of one activation. */
  d: number;
}

export interface EstimateOptions {
  model: HarvestModel;
  corpus: TokenRows;
  hook: string;
  dtype?: 'f16' | 'f32';
  batchSize?: number;
  maxTokens?: number;
}

/** Bytes of token id, document, position and row beside each activation. */
const COLUMN_BYTES = 16;

/** What a harvest would cost, before it starts: runs one small batch to warm up and times the same again. */
export async function estimateHarvest({ model, corpus, hook, dtype = 'f16', batchSize = 32, maxTokens }: EstimateOptions): Promise<HarvestEstimate> {
  const kept = keptTokens(corpus, model.tokenizer.specialIds, maxTokens);
  const batch = Math.min(batchSize, kept.rowCount, 8);
  const { contextLength } = corpus.meta;
  const end = batch * contextLength;
  const input = { ids: corpus.tokens.slice(0, end), mask: corpus.mask.slice(0, end), batch, length: contextLength };
  const { d } = await captureHook(model, hook, input);
  const start = performance.now();
  await captureHook(model, hook, input);
  const secondsPerRow = (performance.now() - start) / 1000 / batch;
  return {
    tokens: kept.tokens,
    bytes: kept.tokens * (d * (dtype === 'f16' ? 2 : 4) + COLUMN_BYTES),
    seconds: kept.rowCount * secondsPerRow,
    d,
  };
}
