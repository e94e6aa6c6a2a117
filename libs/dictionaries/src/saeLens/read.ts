import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { openSafetensors, type SafetensorsDtype, type SafetensorsFile } from '@sextant/formats';
import type { ShapeLetter } from '../architectures/architecture';
import { architectureOf } from '../architectures/registry';
import type { DictionaryConfig, WeightArrays, WeightDtype } from '../config';
import { filesNamed, oneFileNamed } from '../foreign/findFile';
import { LoadedDictionary } from '../loadedDictionary';
import { readCfg } from './cfg';

export const cfgFile = 'cfg.json';
export const weightsFile = 'sae_weights.safetensors';
export const sparsityFile = 'sparsity.safetensors';

const dtypeNames: Record<string, WeightDtype> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } satisfies Partial<Record<SafetensorsDtype, WeightDtype>>;

export interface LoadOptions {
  /**
   * The scalar to multiply activations with before encoding, for a file whose cfg.json says
   * `expected_average_only_in`: SAELens applies none there, silently. 1 when it was folded all the same.
   */
  scale?: number;
}

/** Whether a path is a SAELens folder, its weights, or a folder above them. */
export function isSaeLens(path: string): boolean {
  return filesNamed(path, [weightsFile]).length > 0 || (existsSync(path) && statSync(path).isDirectory() && existsSync(join(path, cfgFile)));
}

/**
 * Loads a SAELens folder: version 6, and the flat layout from before.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming file, tensor or field, and value
 */
export function readSaeLens(given: string, { scale }: LoadOptions = {}): LoadedDictionary {
  const dir = filesNamed(given, [weightsFile]).length > 0 ? dirname(oneFileNamed(given, [weightsFile])) : given;
  const { config, notes } = readCfg(join(dir, cfgFile));
  const applied = appliedScale(config, join(dir, cfgFile), scale);
  const path = join(dir, weightsFile);
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: is missing; the folder has no weights`, { file: path });
  const file = openSafetensors(path);
  try {
    const arrays = readTensors(file, config, notes);
    return new LoadedDictionary(config, arrays, applied, trainedScale(config) ?? applied, notes);
  } finally {
    file.close();
  }
}

/** log10(firing frequency + 1e-10) of each feature, [n], where the folder has it; -10 marks a feature that never fired. */
export function readSparsity(dir: string): Float32Array | null {
  const path = join(dir, sparsityFile);
  if (!existsSync(path)) return null;
  const file = openSafetensors(path);
  try {
    return file.read('sparsity');
  } finally {
    file.close();
  }
}

function appliedScale(config: DictionaryConfig, file: string, scale: number | undefined): number {
  if (scale !== undefined && !(Number.isFinite(scale) && scale > 0)) {
    throw new SextantError('INVALID_INPUT', `scale is ${scale}; expected a positive number`, { field: 'scale', value: scale });
  }
  if (config.normalisation !== 'expected_average_only_in') {
    if (scale === undefined || scale === 1) return 1;
    throw new SextantError('INVALID_INPUT', `${file}: normalize_activations is ${config.normalisation}; a scale of ${scale} has no place in it`, { file, field: 'scale', value: scale });
  }
  if (scale !== undefined) return scale;
  throw new SextantError(
    'INVALID_FILE',
    `${file}: normalize_activations is expected_average_only_in, but the file does not hold the scale (SAELens applies none, silently). ` +
      'Load it with { scale: sqrt(d) / mean ‖x‖ }, or with { scale: 1 } if it was folded into the weights',
    { file, field: 'normalize_activations', value: config.normalisation, hint: 'pass scale' },
  );
}

/** The scalar our own trainer folded in, as it wrote it down. */
function trainedScale({ metadata }: DictionaryConfig): number | null {
  const { sextant } = metadata;
  const scale = typeof sextant === 'object' && sextant !== null && 'scale' in sextant ? sextant.scale : null;
  return typeof scale === 'number' && scale > 0 ? scale : null;
}

function readTensors(file: SafetensorsFile, config: DictionaryConfig, notes: string[]): WeightArrays {
  const { d, n, dOut } = config;
  const sizes: Record<ShapeLetter, number> = { d, n, dOut };
  const expected: Record<string, ShapeLetter[]> = { W_enc: ['d', 'n'], W_dec: ['n', 'dOut'], b_dec: ['dOut'], ...architectureOf(config.architecture).tensors };
  for (const name of file.names()) {
    if (!Object.hasOwn(expected, name)) acceptExtra(file, name, config);
  }
  const arrays: WeightArrays = {};
  const others = new Set<string>();
  for (const [name, letters] of Object.entries(expected)) {
    const shape = letters.map((letter) => sizes[letter]);
    const info = file.info(name);
    if (info.shape.length !== shape.length || shape.some((size, axis) => size !== info.shape[axis])) {
      throw new SextantError('INVALID_FILE', `${file.path}: tensor ${name} has shape [${info.shape}]; cfg.json (d_in ${d}, d_sae ${n}) needs [${shape}]`, {
        file: file.path,
        tensor: name,
        value: info.shape,
      });
    }
    const dtype = dtypeNames[info.dtype];
    if (info.dtype === 'F64' && shape.length === 0) arrays[name] = { shape, data: new Float64Array(file.readRaw(name).slice().buffer) };
    else arrays[name] = { shape, data: file.read(name), ...(dtype && dtype !== config.dtype ? { dtype } : {}) };
    // The library itself keeps a threshold in float32 beside bfloat16 weights.
    if (dtype !== config.dtype && shape.length > 1) others.add(info.dtype);
  }
  for (const dtype of others) notes.push(`weights are stored as ${dtype}, cfg.json says ${config.dtype}`);
  return arrays;
}

/** Tensors nobody asked for are refused, because ignoring one may change every activation. */
function acceptExtra(file: SafetensorsFile, name: string, { architecture }: DictionaryConfig): void {
  if (name === 'scaling_factor') {
    const other = file.read(name).find((value) => value !== 1);
    if (other === undefined) return;
    throw new SextantError('INVALID_FILE', `${file.path}: tensor scaling_factor holds ${other}; only ones can be ignored, fold it into the weights first`, {
      file: file.path,
      tensor: name,
      value: other,
    });
  }
  throw new SextantError('INVALID_FILE', `${file.path}: tensor ${JSON.stringify(name)} does not belong to a ${architecture} dictionary; the architecture in cfg.json may be wrong`, {
    file: file.path,
    tensor: name,
    value: file.info(name).shape,
  });
}
