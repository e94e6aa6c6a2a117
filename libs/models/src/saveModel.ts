import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { tf } from '@sextant/compute';
import { writeSafetensors, type WritableTensor } from '@sextant/formats';
import { ConfigReader } from './configReader';
import { familyOf } from './families/registry';
import type { LanguageModel } from './languageModel';
import { saveTokenizer } from './tokenizer/tokenizerFolder';

const dtypes = { f32: { tag: 'F32', torch: 'float32' }, f16: { tag: 'F16', torch: 'float16' }, bf16: { tag: 'BF16', torch: 'bfloat16' } } as const;

export interface SaveOptions {
  /** Storage type of the weights; f16 and bf16 round to nearest even. Default f32. */
  dtype?: keyof typeof dtypes;
}

/**
 * Writes a Hugging Face folder: config.json, generation_config.json, model.safetensors and the tokenizer's files.
 * The weights file appears last and at once, so a folder that has it is complete.
 * @throws SextantError INVALID_INPUT naming the tensor for NaN, infinities, and numbers beyond f16's range.
 */
export function saveModel(model: LanguageModel, dir: string, { dtype = 'f32' }: SaveOptions = {}): void {
  const { config, generation, tokenizer } = model.files;
  mkdirSync(dir, { recursive: true });
  // Both spellings, so that Transformers 4 and 5 read the storage type.
  const { tag, torch } = dtypes[dtype];
  writeJson(join(dir, 'config.json'), { ...config, torch_dtype: torch, dtype: torch });
  if (Object.keys(generation).length > 0) writeJson(join(dir, 'generation_config.json'), generation);
  if (tokenizer) saveTokenizer(tokenizer, dir);
  writeSafetensors(join(dir, 'model.safetensors'), checkpointTensors(model, tag), { format: 'pt' });
}

/** The weights under the names and in the shapes of the family's published checkpoints. */
export function checkpointTensors(model: LanguageModel, dtype: WritableTensor['dtype'] & ('F32' | 'F16' | 'BF16')): Record<string, WritableTensor> {
  const family = familyOf(new ConfigReader(model.files.config, join(model.files.path, 'config.json')));
  const parameters = [...model.params].map(([name, { shape }]) => ({ name, shape, init: 'zero' as const }));
  const tensors: Record<string, WritableTensor> = {};
  for (const { tensor, shape, parameters: parts, layout } of family.tensors(parameters, model.architecture)) {
    const data = parts.map(({ name }) => valuesOf(model.params.get(name)!));
    tensors[tensor] = { dtype, shape, data: layout.join(data, parts.map((part) => part.shape)) };
  }
  return tensors;
}

function valuesOf(variable: tf.Variable): Float32Array {
  return Float32Array.from(variable.dataSync<'float32'>());
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
