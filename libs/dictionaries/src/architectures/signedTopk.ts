import { encodeTopK } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';
import { kComplaint, topKOptions, type TopKOptions } from './topKOptions';

/** The k largest pre-activations with their sign, not only those above zero (OpenAI's TopK with `postact_fn: Identity`). */
export const signedTopk = defineArchitecture<TopKOptions>({
  name: 'signed_topk',
  tensors: { b_enc: ['n'] },
  options: topKOptions,
  complaint: kComplaint,
  encode: ({ x, weights, options, center }) => encodeTopK({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), center }, { k: options.k, positive: false }),
});
