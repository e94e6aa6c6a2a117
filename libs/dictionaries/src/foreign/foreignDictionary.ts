import { SextantError } from '@sextant/schema';
import { architectureOf } from '../architectures/registry';
import type { DictionaryConfig, WeightArrays } from '../config';
import { LoadedDictionary } from '../loadedDictionary';

export interface ForeignDictionary {
  /** Checkpoint layout, for the metadata. */
  format: string;
  file: string;
  architecture: string;
  /** By SAELens names and in its layouts. */
  arrays: WeightArrays;
  applyDecoderBiasToInput: boolean;
  normalisation?: string;
  options?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  notes?: string[];
}

/**
 * The dictionary of another library's tensors.
 * @throws SextantError INVALID_FILE when its settings are impossible
 */
export function foreignDictionary(source: ForeignDictionary): LoadedDictionary {
  const { format, file, architecture, arrays, applyDecoderBiasToInput, normalisation = 'none', options = {}, metadata = {}, notes = [] } = source;
  const kind = architectureOf(architecture);
  const [d = 0, n = 0] = arrays.W_enc?.shape ?? [];
  const parsed = kind.options.safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? 'options';
    throw new SextantError('INVALID_FILE', `${file}: ${field}: ${issue?.message}`, { file, field, value: options[field] });
  }
  const config: DictionaryConfig = {
    architecture,
    d,
    n,
    dOut: arrays.W_dec?.shape[1] ?? d,
    dtype: arrays.W_enc?.dtype ?? 'float32',
    applyDecoderBiasToInput,
    normalisation,
    reshape: 'none',
    options,
    metadata: { ...metadata, source_format: format },
  };
  const complaint = kind.complaint?.(options, config);
  if (complaint) throw new SextantError('INVALID_FILE', `${file}: ${complaint.message}`, { file, field: complaint.field, value: complaint.value });
  return new LoadedDictionary(config, arrays, 1, 1, notes);
}
