import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SextantError } from '@sextant/schema';
import { openSafetensors, writeFileAtomic, writeSafetensors, type WritableTensor } from '@sextant/formats';

const stateFile = 'state.json';
const tensorsFile = 'tensors.safetensors';
const prefix = 'step-';

const stateSchema = z.object({
  version: z.literal(1),
  /** Steps done. */
  step: z.number().int().nonnegative(),
  /** Hash of everything that shapes the run: resuming under other settings would be another run. */
  run: z.string(),
  settings: z.record(z.string(), z.unknown()),
  backend: z.string(),
  optimiserStep: z.number().int().nonnegative(),
  /** Where the stream of activations stands. */
  batches: z.unknown(),
  training: z.record(z.string(), z.unknown()),
  /** Tokens counted into `fired`. */
  firedTokens: z.number().int().nonnegative(),
});
export type CheckpointState = z.infer<typeof stateSchema>;

export interface Checkpoint {
  state: CheckpointState;
  /** Variables by name, moments as `m.<name>` and `v.<name>`. */
  tensors: Record<string, Float32Array>;
  /** Units of silence of each feature. */
  silent: Float64Array;
  /** Tokens each feature fired on, of the last ones of the run. */
  fired: Float64Array;
}

const counters = ['silent', 'fired'] as const;

/**
 * Writes a checkpoint as a folder `step-<steps done>`, complete or not at all: everything goes to a folder of another
 * name, flushed, which is then renamed. Older checkpoints go afterwards.
 */
export function writeCheckpoint(dir: string, checkpoint: Checkpoint, shapes: Record<string, readonly number[]>): void {
  const name = `${prefix}${String(checkpoint.state.step).padStart(9, '0')}`;
  const partial = join(dir, `.${name}.${process.pid}.partial`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const tensors: Record<string, WritableTensor> = {};
  for (const counter of counters) tensors[counter] = { dtype: 'F64', shape: [checkpoint[counter].length], data: checkpoint[counter] };
  for (const [tensor, data] of Object.entries(checkpoint.tensors)) {
    tensors[tensor] = { dtype: 'F32', shape: shapes[tensor.replace(/^[mv]\./, '')] ?? [data.length], data };
  }
  writeSafetensors(join(partial, tensorsFile), tensors);
  writeFileAtomic(join(partial, stateFile), [Buffer.from(JSON.stringify(checkpoint.state))]);
  rmSync(join(dir, name), { recursive: true, force: true });
  renameSync(partial, join(dir, name));
  for (const entry of readdirSync(dir)) {
    const older = entry.startsWith(prefix) && entry < name;
    const abandoned = entry.startsWith(`.${prefix}`) && entry.endsWith('.partial');
    if (older || abandoned) rmSync(join(dir, entry), { recursive: true, force: true });
  }
}

/** The newest checkpoint in a folder, or null. @throws SextantError INVALID_FILE when it is damaged */
export function readCheckpoint(dir: string): Checkpoint | null {
  if (!existsSync(dir)) return null;
  const newest = readdirSync(dir).filter((entry) => entry.startsWith(prefix)).sort().at(-1);
  if (!newest) return null;
  const path = join(dir, newest, stateFile);
  let state: CheckpointState;
  try {
    state = stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${path}: is not a training checkpoint of this version; delete the folder to start afresh`, { file: path }, { cause });
  }
  const file = openSafetensors(join(dir, newest, tensorsFile));
  try {
    const float64 = (name: string) => new Float64Array(file.readRaw(name).slice().buffer);
    const names = file.names().filter((name) => file.info(name).dtype === 'F32');
    return { state, tensors: Object.fromEntries(names.map((name) => [name, file.read(name)])), silent: float64('silent'), fired: float64('fired') };
  } finally {
    file.close();
  }
}
