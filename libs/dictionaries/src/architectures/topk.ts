import { encodeTopK } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';
import { kComplaint, topKOptions, type TopKOptions } from './topKOptions';

/**
 * TopK dictionary (Gao et al. 2024): the k largest pre-activations of each token, those above zero. With
 * `rescale_acts_by_decoder_norm` features compete by pre-activation · ‖W_dec_i‖, and that product is the code.
 */
export const topk = defineArchitecture<TopKOptions>({
  name: 'topk',
  tensors: { b_enc: ['n'] },
  options: topKOptions,
  complaint: kComplaint,
  unitRows: (options) => options.rescale_acts_by_decoder_norm,
  encode: ({ x, weights, options, center }) =>
    encodeTopK(
      {
        x,
        weights: weights.encoder,
        bias: tensorOf(weights, 'b_enc'),
        center,
        scale: options.rescale_acts_by_decoder_norm ? weights.decoderNorms : undefined,
      },
      { k: options.k, positive: true },
    ),
});
