import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SextantError } from '@sextant/schema';
import { parseStrictJson, type StrictJson } from '@sextant/formats';
import { architectureOf } from '../architectures/registry';
import type { DictionaryConfig, WeightDtype } from '../config';
import { normalisations } from '../normalisation/registry';
import { isRecord, refuse, type Cfg } from './fields';
import { modernCfg } from './flatCfg';

/** How the weights are kept here; float64 ones are rounded to float32, which computes them. */
const dtypes: Record<string, WeightDtype> = { float32: 'float32', float16: 'float16', bfloat16: 'bfloat16', float: 'float32', half: 'float16', float64: 'float32', double: 'float32' };

/** cfg.json as SAELens 6 writes it; flat ones from before are converted to this first. */
const cfgSchema = z.looseObject({
  architecture: z.string(),
  d_in: z.number().int().positive(),
  d_sae: z.number().int().positive(),
  d_out: z.number().int().positive().optional(),
  dtype: z.string().default('float32'),
  apply_b_dec_to_input: z.boolean(),
  normalize_activations: z.string().default('none'),
  reshape_activations: z.enum(['none', 'hook_z']).default('none'),
  metadata: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Reads cfg.json into a DictionaryConfig. Nothing falls back: an unknown architecture or normalisation, a missing or
 * impossible k is refused.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming the file, the field and its value
 */
export function readCfg(file: string): { config: DictionaryConfig; notes: string[] } {
  const { cfg, notes } = modernCfg(parseCfg(file), file);
  const parsed = cfgSchema.safeParse(cfg);
  if (!parsed.success) throw badField(file, cfg, parsed.error);
  const { architecture, d_in: d, d_sae: n, dtype, normalize_activations: normalisation } = parsed.data;
  const kind = inFile(file, () => architectureOf(architecture));
  if (!normalisations.has(normalisation)) {
    throw refuse(file, 'normalize_activations', normalisation, `is ${JSON.stringify(normalisation)}; known are ${[...normalisations.keys()].join(', ')}`);
  }
  const weightDtype = dtypes[dtype.replace(/^torch\./, '')];
  if (!weightDtype) throw refuse(file, 'dtype', dtype, `is ${JSON.stringify(dtype)}; expected float32, float16, bfloat16 or float64`);
  const options = kind.options.safeParse(cfg);
  if (!options.success) throw badField(file, cfg, options.error);
  const config: DictionaryConfig = {
    architecture,
    d,
    n,
    dOut: parsed.data.d_out ?? d,
    dtype: weightDtype,
    applyDecoderBiasToInput: parsed.data.apply_b_dec_to_input,
    normalisation,
    reshape: parsed.data.reshape_activations,
    options: z.record(z.string(), z.unknown()).parse(options.data),
    metadata: parsed.data.metadata,
  };
  if (!kind.transcoder && config.dOut !== d) throw refuse(file, 'd_out', config.dOut, `is ${config.dOut}, but a ${architecture} dictionary reconstructs its input of width ${d}`);
  const complaint = kind.complaint?.(config.options, config);
  if (complaint) throw refuse(file, complaint.field, complaint.value, complaint.message.replace(`${complaint.field} `, ''));
  return { config, notes };
}

function parseCfg(file: string): Cfg {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: cannot be read; a SAELens dictionary is a folder with cfg.json and sae_weights.safetensors`, { file }, { cause });
  }
  let json: StrictJson;
  try {
    json = parseStrictJson(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SextantError('INVALID_FILE', `${file}: is not JSON: ${why}`, { file }, { cause });
  }
  const plain = plainJson(json);
  if (isRecord(plain)) return plain;
  throw new SextantError('INVALID_FILE', `${file}: holds ${Array.isArray(plain) ? 'an array' : JSON.stringify(plain)}; expected an object of settings`, { file });
}

/** Maps as objects without a prototype, so that no key means anything but itself. */
function plainJson(value: StrictJson): unknown {
  if (Array.isArray(value)) return value.map(plainJson);
  if (!(value instanceof Map)) return value;
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, member] of value) object[key] = plainJson(member);
  return { ...object };
}

function badField(file: string, cfg: Cfg, error: z.ZodError): SextantError {
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  const value = issue?.path.reduce<unknown>((object, key) => (isRecord(object) ? object[String(key)] : undefined), cfg);
  const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
  return refuse(file, field, value, `${found}; ${issue?.message ?? 'invalid'}`);
}

function inFile<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SextantError) throw new SextantError('INVALID_FILE', `${file}: ${error.message}`, { ...error.detail, file }, { cause: error });
    throw error;
  }
}
