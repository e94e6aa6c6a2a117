import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic, writeSafetensors, type WritableTensor } from '@sextant/formats';
import { architectureOf } from '../architectures/registry';
import type { DictionaryConfig, WeightArrays, WeightDtype } from '../config';
import { cfgFile, sparsityFile, weightsFile } from './read';

const dtypeCodes = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const satisfies Record<WeightDtype, string>;

/** Our own version of the layout, which SAELens 6 reads. */
const layoutVersion = '6.0.0';

export interface WriteOptions {
  /** Added to what the dictionary already says of its making. */
  metadata?: Record<string, unknown>;
  /** Firing frequency of each feature over the training's last tokens, [n]; written as sparsity.safetensors. */
  frequencies?: ArrayLike<number>;
}

/** Writes a SAELens 6 folder. Loading it again gives the same weights bit for bit. */
export function writeSaeLens(dir: string, config: DictionaryConfig, arrays: WeightArrays, { metadata = {}, frequencies }: WriteOptions = {}): void {
  mkdirSync(dir, { recursive: true });
  const tensors: Record<string, WritableTensor> = {};
  for (const [name, { shape, data, dtype = config.dtype }] of Object.entries(arrays)) {
    tensors[name] = { dtype: data instanceof Float64Array ? 'F64' : dtypeCodes[dtype], shape, data };
  }
  writeSafetensors(join(dir, weightsFile), tensors);
  if (frequencies) {
    const sparsity = Float32Array.from(frequencies, (frequency) => Math.log10(frequency + 1e-10));
    writeSafetensors(join(dir, sparsityFile), { sparsity: { dtype: 'F32', shape: [sparsity.length], data: sparsity } });
  }
  writeFileAtomic(join(dir, cfgFile), [Buffer.from(`${JSON.stringify(cfgOf(config, metadata), null, 2)}\n`)]);
}

function cfgOf(config: DictionaryConfig, metadata: Record<string, unknown>): Record<string, unknown> {
  return {
    architecture: config.architecture,
    d_in: config.d,
    d_sae: config.n,
    ...(architectureOf(config.architecture).transcoder ? { d_out: config.dOut } : {}),
    dtype: config.dtype,
    device: 'cpu',
    apply_b_dec_to_input: config.applyDecoderBiasToInput,
    normalize_activations: config.normalisation,
    reshape_activations: config.reshape,
    ...config.options,
    metadata: { sae_lens_version: layoutVersion, ...config.metadata, ...metadata },
  };
}
