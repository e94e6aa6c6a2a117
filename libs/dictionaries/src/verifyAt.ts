import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';
import { readSettings } from './foreign/settings';
import { loadDictionary } from './formats';
import { verifyDictionary, type VerifyOptions, type VerifyReport } from './verify';

const beside = 'reference.safetensors';
/** Folders above a dictionary in which its references are looked for. */
const LEVELS = 4;

const noteSchema = z.looseObject({
  boundary_ties: z.array(z.object({ row: z.number().int(), tied_features: z.array(z.number().int()) })).optional(),
  note_active_groups: z.string().optional(),
});

export interface DictionaryVerification extends VerifyReport {
  references: string;
  n: number;
  d: number;
  notes: string[];
}

/**
 * Loads the dictionary at a path and compares it with reference values of the library that wrote it: codes, reconstructions,
 * and the forward pass where it is another thing.
 * @param references safetensors with `x`, `f`, `x_hat`, its reference.json, or their folder; by default `reference.safetensors`
 * beside the dictionary or in one of the folders above it
 * @throws SextantError NOT_FOUND without references, and whatever loading finds wrong
 */
export function verifyDictionaryAt(path: string, references: string | null = findReferences(path)): DictionaryVerification {
  // What cannot be loaded is refused first, references or not.
  const { d, n, notes, scale } = describe(path);
  if (references === null) {
    throw new SextantError('NOT_FOUND', `${path}: loads, but there is no ${beside} with it`, { file: path, hint: 'name them with --references FILE' });
  }
  const file = referenceFile(references);
  const report = verifyDictionary(path, file, { ...optionsOf(file), ...(scale === null ? {} : { scale }) });
  return { ...report, references: file, d, n, notes };
}

/** A file that does not hold the scale it was trained with is compared as its library computes: without one. */
function describe(path: string): { d: number; n: number; notes: string[]; scale: number | null } {
  const read = (scale: number | null) => {
    const dictionary = loadDictionary(path, scale === null ? {} : { scale });
    const { d, n, notes } = dictionary;
    dictionary.dispose();
    return { d, n, notes: [...notes, ...(scale === null ? [] : ['the file does not hold its normalisation; compared without, as its library computes'])], scale };
  };
  try {
    return read(null);
  } catch (error) {
    if (error instanceof SextantError && error.detail.value === 'expected_average_only_in') return read(1);
    throw error;
  }
}

function referenceFile(path: string): string {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: no reference values there`, { file: path, field: 'references' });
  if (statSync(path).isDirectory()) return join(path, beside);
  return extname(path) === '.json' ? `${path.slice(0, -'.json'.length)}.safetensors` : path;
}

function findReferences(path: string): string | null {
  let folder = existsSync(path) && statSync(path).isDirectory() ? path : dirname(path);
  for (let level = 0; level <= LEVELS; level++) {
    const file = join(folder, beside);
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  return null;
}

/** Which of a file's tensors to compare with, and what its note says about them. */
function optionsOf(path: string): VerifyOptions {
  const note = `${path.slice(0, -extname(path).length)}.json`;
  const said = existsSync(note) ? readSettings(note, noteSchema) : {};
  const file = openSafetensors(path);
  try {
    // bfloat16 files: the library's own arithmetic is not something to match; the same weights in float32 or float64 are.
    const suffix = ['_float32', '_float64_of_bf16_weights', '_threshold'].find((end) => file.has(`f${end}`)) ?? '';
    const reconstruction = file.has(`x_hat${suffix}`) ? `x_hat${suffix}` : 'x_hat';
    const forward = ['x_hat_forward', 'x_hat_with_skip'].find((name) => file.has(name));
    return {
      tensors: { codes: `f${suffix}`, reconstruction, ...(forward && { forward }) },
      ...(said.boundary_ties && { boundaryTies: said.boundary_ties }),
      skipRows: rowsNotNumbers(file, [`f${suffix}`, reconstruction]),
      bfloat16Input: suffix === '_float64_of_bf16_weights',
      onlyActiveFeatures: Boolean(said.note_active_groups),
    };
  } finally {
    file.close();
  }
}

/** Rows on which the library itself gives NaN. */
function rowsNotNumbers(file: SafetensorsFile, names: readonly string[]): number[] {
  const rows = new Set<number>();
  for (const name of names) {
    const width = file.info(name).shape[1] ?? 1;
    file.read(name, { allowNonFinite: true }).forEach((value, index) => {
      if (!Number.isFinite(value)) rows.add(Math.floor(index / width));
    });
  }
  return [...rows];
}
