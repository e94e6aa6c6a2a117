import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSafetensors } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';
import type { LoadedDictionary } from '../loadedDictionary';
import { filesNamed, oneFileNamed } from './findFile';
import { foreignDictionary } from './foreignDictionary';
import { readSettings } from './settings';
import { TensorReader } from './tensorReader';

const weightsFile = 'sae.safetensors';

const settingsSchema = z.looseObject({
  activation: z.enum(['topk', 'groupmax']).default('topk'),
  expansion_factor: z.number().int().positive().optional(),
  num_latents: z.number().int().nonnegative().default(0),
  k: z.number().int().positive(),
  multi_topk: z.boolean().default(false),
  skip_connection: z.boolean().default(false),
  transcode: z.boolean().default(false),
  d_in: z.number().int().positive(),
});

export const isSparsify = (path: string): boolean => filesNamed(path, [weightsFile]).length > 0;

/**
 * Loads a dictionary of EleutherAI's sparsify: `sae.safetensors` and `cfg.json` in the folder of its hookpoint.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming file, tensor or field, and value
 */
export function readSparsify(path: string): LoadedDictionary {
  const file = oneFileNamed(path, [weightsFile]);
  const settings = join(dirname(file), 'cfg.json');
  if (!existsSync(settings)) throw new SextantError('NOT_FOUND', `${settings}: is missing; without it k is unknown`, { file: settings });
  const cfg = readSettings(settings, settingsSchema);
  const tensors = openSafetensors(file);
  try {
    const reader = new TensorReader(tensors);
    const [n, d] = reader.matrixShape('encoder.weight');
    const stated = cfg.num_latents || cfg.d_in * (cfg.expansion_factor ?? 0);
    for (const [field, value, size] of [['d_in', cfg.d_in, d], ['num_latents', stated, n]] as const) {
      if (value !== size) throw new SextantError('INVALID_FILE', `${settings}: ${field} is ${value}, but the encoder's is ${size}`, { file: settings, field, value });
    }
    const [, dOut] = reader.matrixShape('W_dec');
    const arrays = {
      W_enc: reader.turned('encoder.weight', n, d),
      W_dec: reader.matrix('W_dec', n, dOut),
      b_enc: reader.vector('encoder.bias', n),
      b_dec: reader.vector('b_dec', dOut),
      ...(cfg.skip_connection ? { W_skip: reader.matrix('W_skip', dOut, d) } : {}),
    };
    reader.finish('sparsify dictionary');
    const notes = cfg.multi_topk ? [`trained with multi_topk; encoded with k ${cfg.k}, as the library's encode does`] : [];
    const metadata = { multi_topk: cfg.multi_topk };
    const architecture = architectureOf(cfg, settings);
    return foreignDictionary({ format: 'sparsify', file, architecture, arrays, applyDecoderBiasToInput: !cfg.transcode, options: { k: cfg.k }, metadata, notes });
  } finally {
    tensors.close();
  }
}

function architectureOf({ activation, transcode, skip_connection: skip }: z.infer<typeof settingsSchema>, file: string): string {
  const beside = `${transcode ? 'transcode' : ''}${skip ? 'skip' : ''}`;
  if (activation === 'topk') return { '': 'topk', transcode: 'topk_transcoder', transcodeskip: 'topk_skip_transcoder', skip: 'topk_skip' }[beside] ?? 'topk';
  if (beside === '') return activation;
  throw new SextantError('INVALID_FILE', `${file}: activation ${activation} with transcode ${transcode} and skip_connection ${skip} is not read`, { file, field: 'activation', value: activation });
}
