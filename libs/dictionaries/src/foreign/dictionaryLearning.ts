import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openTorch } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';
import type { WeightArrays } from '../config';
import type { LoadedDictionary } from '../loadedDictionary';
import { filesNamed, isFileOf, oneFileNamed } from './findFile';
import { foreignDictionary, type ForeignDictionary } from './foreignDictionary';
import { isOpenAi } from './openAi';
import { readSettings } from './settings';
import { TensorReader } from './tensorReader';

const weightsFile = 'ae.pt';

const settingsSchema = z.looseObject({
  trainer: z.looseObject({
    dict_class: z.string().optional(),
    activation_dim: z.number().int().positive().optional(),
    dict_size: z.number().int().positive().optional(),
    k: z.number().positive().optional(),
    layer: z.number().int().nonnegative().nullish(),
    lm_name: z.string().nullish(),
    submodule_name: z.string().nullish(),
  }),
});
type Trainer = z.infer<typeof settingsSchema>['trainer'];

/** ae.pt at or below the path, or a checkpoint of any name that is not one of OpenAI's. */
export const isDictionaryLearning = (path: string): boolean =>
  filesNamed(path, [weightsFile]).length > 0 || (isFileOf(path, '.pt', '.pth') && !isOpenAi(path));

/**
 * Loads a dictionary of dictionary_learning: `ae.pt`, with `config.json` beside it. Which class it is shows in the tensors;
 * TopK and BatchTopK have the same ones, so those need the config.
 * @throws SextantError INVALID_FILE naming file, tensor or field, and value
 */
export function readDictionaryLearning(path: string): LoadedDictionary {
  const file = isFileOf(path, '.pt', '.pth') ? path : oneFileNamed(path, [weightsFile]);
  const settings = join(dirname(file), 'config.json');
  const trainer = existsSync(settings) ? readSettings(settings, settingsSchema).trainer : {};
  const tensors = openTorch(file);
  try {
    const reader = new TensorReader(tensors);
    const kind = kinds.find(({ marks }) => marks.every((name) => reader.has(name)));
    if (!kind) {
      const message = `${file}: has the tensors of no dictionary_learning class (${tensors.names().slice(0, 8).join(', ') || 'none'})`;
      throw new SextantError('INVALID_FILE', message, { file, value: tensors.names() });
    }
    const found = kind.read(reader, trainer);
    reader.finish(`dictionary_learning ${found.metadata?.dict_class ?? trainer.dict_class ?? 'dictionary'}`);
    checkSizes(settings, trainer, found.arrays);
    const metadata = { ...hookOf(trainer), model_name: trainer.lm_name ?? undefined, dict_class: trainer.dict_class, ...found.metadata };
    return foreignDictionary({ ...found, format: 'dictionary_learning', file, metadata });
  } finally {
    tensors.close();
  }
}

type Found = Omit<ForeignDictionary, 'format' | 'file'>;

/** Linear layers are stored as [out, in]; `W_enc` and `W_dec` as in SAELens. The first whose marks are all there reads. */
const kinds: readonly { marks: string[]; read(reader: TensorReader, trainer: Trainer): Found }[] = [
  { marks: ['gate_bias', 'r_mag'], read: gated },
  { marks: ['group_sizes'], read: matryoshka },
  { marks: ['W_enc', 'threshold'], read: jumpRelu },
  { marks: ['k', 'b_dec'], read: topK },
  { marks: ['bias', 'encoder.weight'], read: relu },
  { marks: ['decoder.bias', 'encoder.weight'], read: reluNew },
];

/** `AutoEncoder`: f = ReLU(W (x − bias) + b). */
function relu(reader: TensorReader): Found {
  const { n, arrays } = linear(reader, 'bias');
  return { architecture: 'standard', applyDecoderBiasToInput: true, arrays: { ...arrays, b_enc: reader.vector('encoder.bias', n) } };
}

/** `AutoEncoderNew`: the decoder's bias is not subtracted from the input. */
function reluNew(reader: TensorReader): Found {
  const { n, arrays } = linear(reader, 'decoder.bias');
  return { architecture: 'standard', applyDecoderBiasToInput: false, arrays: { ...arrays, b_enc: reader.vector('encoder.bias', n) } };
}

function gated(reader: TensorReader): Found {
  const { n, arrays } = linear(reader, 'decoder_bias');
  const own = { b_gate: reader.vector('gate_bias', n), b_mag: reader.vector('mag_bias', n), r_mag: reader.vector('r_mag', n) };
  return { architecture: 'gated', applyDecoderBiasToInput: true, arrays: { ...arrays, ...own } };
}

/** TopK keeps k per token, whatever threshold is stored; BatchTopK what exceeds the threshold, −1 meaning above zero. */
function topK(reader: TensorReader, trainer: Trainer): Found {
  const name = trainer.dict_class;
  const { n, arrays } = linear(reader, 'b_dec');
  const weights = { ...arrays, b_enc: reader.vector('encoder.bias', n) };
  const k = kOf(reader, trainer);
  const threshold = reader.has('threshold') ? reader.scalar('threshold') : -1;
  if (name === 'BatchTopKSAE') return byThreshold('batchtopk', weights, { k }, threshold);
  if (name === 'AutoEncoderTopK') return { architecture: 'topk', applyDecoderBiasToInput: true, arrays: weights, options: { k } };
  const said = name === undefined ? 'there is no config.json beside it to say' : `config.json says dict_class ${JSON.stringify(name)}`;
  const message = `${reader.path}: AutoEncoderTopK and BatchTopKSAE have the same tensors and encode differently, and ${said}`;
  throw new SextantError('INVALID_FILE', message, { file: reader.path, field: 'trainer.dict_class', value: name });
}

/** Encoded like BatchTopK; the groups only matter in training. */
function matryoshka(reader: TensorReader, trainer: Trainer): Found {
  const [d, n] = reader.matrixShape('W_enc');
  const arrays = { ...square(reader, d, n), b_enc: reader.vector('b_enc', n) };
  const groups = reader.integers('group_sizes');
  const widths = groups.map((_, index) => groups.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
  return byThreshold('matryoshka_batchtopk', arrays, { k: kOf(reader, trainer), matryoshka_widths: widths }, reader.scalar('threshold'));
}

function jumpRelu(reader: TensorReader): Found {
  const [d, n] = reader.matrixShape('W_enc');
  const arrays = { ...square(reader, d, n), b_enc: reader.vector('b_enc', n), threshold: reader.vector('threshold', n) };
  return { architecture: 'jumprelu', applyDecoderBiasToInput: false, arrays };
}

/** @throws SextantError INVALID_FILE when tensor and config disagree: one of the two belongs to another dictionary */
function kOf(reader: TensorReader, { k: stated }: Trainer): number {
  const k = reader.scalar('k');
  if (stated === undefined || stated === k) return k;
  throw new SextantError('INVALID_FILE', `${reader.path}: tensor "k" is ${k}, but config.json says trainer.k ${stated}`, { file: reader.path, tensor: 'k', value: k });
}

function byThreshold(architecture: string, arrays: WeightArrays, options: Record<string, unknown>, threshold: number): Found {
  const stored = { shape: [], data: Float64Array.of(Math.max(threshold, 0)) };
  const notes = threshold < 0 ? ['its threshold was never set: what is above zero is kept'] : [];
  return { architecture, applyDecoderBiasToInput: true, arrays: { ...arrays, topk_threshold: stored }, options, notes };
}

function linear(reader: TensorReader, bias: string): { n: number; arrays: WeightArrays } {
  const [n, d] = reader.matrixShape('encoder.weight');
  return { n, arrays: { W_enc: reader.turned('encoder.weight', n, d), W_dec: reader.turned('decoder.weight', d, n), b_dec: reader.vector(bias, d) } };
}

function square(reader: TensorReader, d: number, n: number): WeightArrays {
  return { W_enc: reader.matrix('W_enc', d, n), W_dec: reader.matrix('W_dec', n, d), b_dec: reader.vector('b_dec', d) };
}

function checkSizes(file: string, { activation_dim: d, dict_size: n }: Trainer, { W_enc: encoder }: WeightArrays): void {
  for (const [field, stated, size] of [['activation_dim', d, encoder!.shape[0]], ['dict_size', n, encoder!.shape[1]]] as const) {
    if (stated === undefined || stated === size) continue;
    throw new SextantError('INVALID_FILE', `${file}: trainer.${field} is ${stated}, but the encoder's is ${size}`, { file, field: `trainer.${field}`, value: stated });
  }
}

/** The library names the submodule freely; only its own name for the residual stream is taken for a hook. */
function hookOf({ layer, submodule_name: name }: Trainer): Record<string, unknown> {
  if (layer === null || layer === undefined) return {};
  return name?.startsWith('resid_post') ? { hook_name: `blocks.${layer}.hook_resid_post`, layer } : { layer };
}
