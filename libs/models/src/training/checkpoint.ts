import { existsSync } from 'node:fs';
import type { AdamW } from '@sextant/compute';
import { openSafetensors, writeSafetensors, type WritableTensor } from '@sextant/formats';
import { hashJson, SextantError } from '@sextant/schema';
import type { LanguageModel } from '../languageModel';
import { sizeOf } from '../parameters';

/** Where a run stands: everything that is not a tensor. */
export interface TrainingProgress {
  /** Steps done. */
  step: number;
  tokens: number;
  cursor: { epoch: number; index: number };
}

const WEIGHTS = 'weights/';
const OPTIMISER = 'optimiser/';

/**
 * Writes weights, optimiser state and progress as one safetensors file, at once: a reader, or a process that was killed
 * half-way, finds either the last checkpoint or this one. `identity` says what run it belongs to.
 */
export function writeCheckpoint(file: string, model: LanguageModel, optimiser: AdamW, progress: TrainingProgress, identity: unknown): void {
  const tensors: Record<string, WritableTensor> = {};
  for (const [name, variable] of model.params) tensors[WEIGHTS + name] = { dtype: 'F32', shape: variable.shape, data: Float32Array.from(variable.dataSync()) };
  const state = optimiser.state();
  for (const [name, data] of Object.entries(state.tensors)) tensors[OPTIMISER + stableName(name)] = { dtype: 'F32', shape: [data.length], data };
  writeSafetensors(file, tensors, { run: hashJson(identity), progress: JSON.stringify(progress), optimiserStep: String(state.step) });
}

/**
 * Puts model and optimiser where the checkpoint was taken. Null when there is no checkpoint.
 * @throws SextantError CONFLICT when it belongs to a run with other settings, INVALID_FILE when it is damaged.
 */
export function readCheckpoint(file: string, model: LanguageModel, optimiser: AdamW, identity: unknown): TrainingProgress | null {
  if (!existsSync(file)) return null;
  const checkpoint = openSafetensors(file);
  try {
    const { run, progress, optimiserStep } = checkpoint.metadata;
    if (run !== hashJson(identity)) {
      throw new SextantError('CONFLICT', `${file}: was written by a run with other settings, model or data; delete it to start anew, or restore the settings`, { file });
    }
    const weights = new Map([...model.params].map(([name, variable]) => [name, read(WEIGHTS + name, sizeOf(variable.shape))]));
    const state = optimiser.state();
    const restored = Object.entries(state.tensors).map(([name, { length }]) => [name, read(OPTIMISER + stableName(name), length)] as const);
    const parsed = parseProgress(file, progress);
    optimiser.load({ step: Number(optimiserStep), tensors: Object.fromEntries(restored) });
    for (const [name, data] of weights) model.setParameter(name, data);
    return parsed;
  } finally {
    checkpoint.close();
  }

  function read(tensor: string, length: number): Float32Array {
    const found = sizeOf(checkpoint.info(tensor).shape);
    if (found !== length) throw new SextantError('INVALID_FILE', `${file}: tensor "${tensor}" has ${found} values; expected ${length}`, { file, tensor, value: found });
    return checkpoint.read(tensor);
  }
}

/** TF.js numbers the variables of each model; a checkpoint must not. */
function stableName(name: string): string {
  return name.replace(/model\d+\//, '');
}

function parseProgress(file: string, text: string | undefined): TrainingProgress {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (isProgress(value)) return value;
  } catch {
    // Told below, together with values of the wrong shape.
  }
  throw new SextantError('INVALID_FILE', `${file}: its metadata holds no training progress; delete it to start anew`, { file, field: 'progress', value: text });
}

function isProgress(value: unknown): value is TrainingProgress {
  if (value === null || typeof value !== 'object') return false;
  const { step, tokens, cursor } = value as Partial<TrainingProgress>;
  return Number.isInteger(step) && Number.isInteger(tokens) && typeof cursor === 'object' && Number.isInteger(cursor?.index);
}
