import { preActivations, tf, topKMask } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';
import { kComplaint, topKOptions, type TopKOptions } from './topKOptions';

/** The k pre-activations of largest size, sign kept (SAELens `abstopk`). */
export const abstopk = defineArchitecture<TopKOptions>({
  name: 'abstopk',
  tensors: { b_enc: ['n'] },
  options: topKOptions,
  complaint: kComplaint,
  unitRows: (options) => options.rescale_acts_by_decoder_norm,
  encode({ x, weights, options, center }) {
    const scale = options.rescale_acts_by_decoder_norm ? weights.decoderNorms : undefined;
    const pre = preActivations({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), center, scale });
    const dense = tf.mul(pre, topKMask(tf.abs(pre), options.k)).as2D(...pre.shape);
    return { layout: 'dense', rows: pre.shape[0], n: pre.shape[1], dense };
  },
});
