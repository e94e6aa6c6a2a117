import { createHash } from 'node:crypto';
import { SextantError } from '@sextant/schema';
import type { TokenBatch } from '../batch';
import type { LanguageModel } from '../languageModel';
import type { TrainingSettings } from './trainingSettings';

/** Packed token rows of one length. */
export interface TrainingData {
  /** Token ids, row-major [rows, length]. */
  tokens: Int32Array;
  length: number;
  /** 1 for a real token, row-major; padding lies at the ends of rows. Default: all real. */
  mask?: Uint8Array | Int32Array;
}

/** Rows that run together, with what they are to predict. */
export interface TrainingBatch {
  input: TokenBatch;
  /** The next token of each token; −1 where there is none to learn: at the last column and at padding. */
  targets: Int32Array;
  /** Targets that count. */
  predictions: number;
  realTokens: number;
}

/** The rows of one step, cut into batches of at most `size`. */
export function trainingBatches(data: TrainingData, rows: Int32Array, size: number): TrainingBatch[] {
  const batches: TrainingBatch[] = [];
  for (let start = 0; start < rows.length; start += size) batches.push(trainingBatch(data, rows.subarray(start, start + size)));
  return batches;
}

function trainingBatch({ tokens, length, mask: dataMask }: TrainingData, rows: Int32Array): TrainingBatch {
  const ids = new Int32Array(rows.length * length);
  const mask = new Int32Array(rows.length * length).fill(1);
  const targets = new Int32Array(rows.length * length).fill(-1);
  rows.forEach((row, at) => {
    ids.set(tokens.subarray(row * length, (row + 1) * length), at * length);
    if (dataMask) mask.set(dataMask.subarray(row * length, (row + 1) * length), at * length);
  });
  let [predictions, realTokens] = [0, 0];
  for (let i = 0; i < ids.length; i++) {
    realTokens += mask[i]!;
    if ((i + 1) % length === 0 || !mask[i] || !mask[i + 1]) continue;
    targets[i] = ids[i + 1]!;
    predictions++;
  }
  return { input: { ids, mask, batch: rows.length, length }, targets, predictions, realTokens };
}

/** Identifies the data of a run, so that a checkpoint is not continued on other data. */
export function digestOf({ tokens, length, mask }: TrainingData): string {
  const hash = createHash('sha256').update(bytesOf(tokens)).update(String(length));
  if (mask) hash.update(bytesOf(mask));
  return hash.digest('hex');
}

/** @throws SextantError INVALID_INPUT naming the field and its value. */
export function checkTraining(model: LanguageModel, { tokens, length, mask }: TrainingData, settings: TrainingSettings): void {
  const refuse = (field: string, value: unknown, expected: string): never => {
    throw new SextantError('INVALID_INPUT', `${field} is ${String(value)}; expected ${expected}`, { field, value });
  };
  const { vocabSize, contextLength } = model.config;
  const count = (field: 'steps' | 'batchSize' | 'microBatchSize', lowest = 1) => {
    const value = settings[field];
    if (!Number.isInteger(value) || value < lowest) refuse(field, value, `a whole number from ${lowest} on`);
  };
  count('steps');
  count('batchSize');
  count('microBatchSize');
  for (const field of ['learningRate', 'clipNorm', 'eps'] as const) if (!(settings[field] > 0)) refuse(field, settings[field], 'a number above 0');
  if (!(length >= 2 && length <= contextLength)) refuse('data.length', length, `2 to ${contextLength} tokens a row, the model's context`);
  if (tokens.length === 0 || tokens.length % length !== 0) refuse('data.tokens', `${tokens.length} ids`, `whole rows of ${length}`);
  if (mask && mask.length !== tokens.length) refuse('data.mask', `${mask.length} values`, `one for each of ${tokens.length} tokens`);
  const stranger = tokens.findIndex((id) => id < 0 || id >= vocabSize);
  if (stranger >= 0) refuse(`data.tokens[${stranger}]`, tokens[stranger], `an id below the vocabulary size ${vocabSize}`);
  const gap = mask ? mask.findIndex((real, i) => i % length !== 0 && real === 1 && mask[i - 1] !== 1) : -1;
  if (gap >= 0) refuse('data.mask', `0 in front of a real token in row ${Math.floor(gap / length)}`, 'padding at the ends of rows only');
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
