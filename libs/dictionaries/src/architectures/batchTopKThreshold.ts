import { encodeThreshold, tf, type Codes } from '@sextant/compute';
import { tensorOf, type EncodeCall } from './architecture';

/**
 * How a batch-trained TopK dictionary encodes one token at a time: what exceeds the threshold that training averaged.
 * (The training class itself ranks over the batch it is given, so its codes change with the company a token keeps.)
 */
export function encodeByTrainedThreshold({ x, weights, options, center, subset }: EncodeCall<{ rescale_acts_by_decoder_norm: boolean }>): Codes {
  const n = weights.encoder.shape[0];
  const threshold = tf.mul(tf.ones([n]), tf.relu(tensorOf(weights, 'topk_threshold').asScalar())).as1D();
  const scale = options.rescale_acts_by_decoder_norm ? weights.decoderNorms : undefined;
  return encodeThreshold({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), center, scale, subset }, { threshold });
}
