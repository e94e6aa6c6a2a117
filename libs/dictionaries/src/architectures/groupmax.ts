import { preActivations, tf } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';
import { kComplaint, topKOptions, type TopKOptions } from './topKOptions';

/** sparsify's `groupmax`: of k groups of neighbouring features, each keeps its largest pre-activation, if that is above zero. */
export const groupmax = defineArchitecture<TopKOptions>({
  name: 'groupmax',
  tensors: { b_enc: ['n'] },
  options: topKOptions,
  complaint(options, config) {
    const { k } = options;
    return kComplaint(options, config) ?? (config.n % k === 0 ? null : { field: 'k', value: k, message: `k is ${k}, which does not divide the ${config.n} features` });
  },
  encode({ x, weights, options, center }) {
    const pre = tf.relu(preActivations({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), center })).as2D(x.shape[0], weights.encoder.shape[0]);
    const [rows, n] = pre.shape;
    const groups = pre.as3D(rows, options.k, n / options.k);
    // The first of equal ones, as in argmax.
    const first = tf.oneHot(tf.argMax(groups, 2).as1D().toInt(), n / options.k).as3D(rows, options.k, n / options.k);
    return { layout: 'dense', rows, n, dense: tf.mul(groups, first).as2D(rows, n) };
  },
});
