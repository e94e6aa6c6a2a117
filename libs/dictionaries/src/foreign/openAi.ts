import { openTorch, type TorchFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import type { LoadedDictionary } from '../loadedDictionary';
import { filesNamed, isFileOf, oneFileNamed } from './findFile';
import { foreignDictionary } from './foreignDictionary';
import { TensorReader } from './tensorReader';

const usualName = 'autoencoder.pt';

/** A checkpoint of any name with `pre_bias` and `latent_bias`, or a folder with autoencoder.pt. */
export function isOpenAi(path: string): boolean {
  if (!isFileOf(path, '.pt', '.pth')) return filesNamed(path, [usualName]).length > 0;
  const file = openTorch(path);
  try {
    return file.has('pre_bias') && file.has('latent_bias');
  } finally {
    file.close();
  }
}

/**
 * Loads an autoencoder of OpenAI's sparse_autoencoder. TopK ones normalise each token (layer norm without gain), ReLU ones do not.
 * @throws SextantError INVALID_FILE naming file, tensor or field, and value
 */
export function readOpenAi(path: string): LoadedDictionary {
  const file = isFileOf(path, '.pt', '.pth') ? path : oneFileNamed(path, [usualName]);
  const tensors = openTorch(file);
  try {
    const reader = new TensorReader(tensors);
    const [n, d] = reader.matrixShape('encoder.weight');
    const arrays = {
      W_enc: reader.turned('encoder.weight', n, d),
      W_dec: reader.turned('decoder.weight', d, n),
      b_enc: reader.vector('latent_bias', n),
      b_dec: reader.vector('pre_bias', d),
    };
    reader.ignore('stats_last_nonzero', 'latents_activation_frequency', 'latents_mean_square');
    reader.finish('sparse_autoencoder');
    return foreignDictionary({ format: 'OpenAI', file, arrays, applyDecoderBiasToInput: true, ...activationOf(tensors) });
  } finally {
    tensors.close();
  }
}

function activationOf({ constants, path: file }: TorchFile): { architecture: string; normalisation: string; options: Record<string, unknown> } {
  const activation = constants.get('activation');
  const unknown = (field: string, value: unknown, expected: string) => {
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
    return new SextantError('INVALID_FILE', `${file}: ${field} ${found}; expected ${expected}`, { file, field, value });
  };
  if (activation === 'ReLU') return { architecture: 'standard', normalisation: 'none', options: {} };
  if (activation !== 'TopK') throw unknown('activation', activation, 'TopK or ReLU');
  const after = constants.get('activation_state_dict.postact_fn');
  const architecture = after === 'ReLU' ? 'topk' : after === 'Identity' ? 'signed_topk' : null;
  if (architecture === null) throw unknown('activation_state_dict.postact_fn', after, 'ReLU or Identity');
  const k = constants.get('activation_state_dict.k');
  return { architecture, normalisation: 'layer_norm', options: { k: typeof k === 'bigint' ? Number(k) : k } };
}
