import { tf } from '@sextant/compute';

/**
 * Σ (reconstruction − x)² over all numbers, divided by the rows. The gradient, 2 (reconstruction − x) / rows, is taken
 * of the reconstruction alone and needs one pass, where that of the composed operations needs five.
 * @param reconstruction and @param x [rows, d]
 */
export function squaredError(reconstruction: tf.Tensor2D, x: tf.Tensor2D): tf.Scalar {
  const rows = x.shape[0];
  const error = tf.customGrad((...args) => {
    const [made, save] = args;
    if (!(made instanceof tf.Tensor) || typeof save !== 'function') throw new TypeError('squaredError takes a reconstruction');
    const difference = tf.sub(made, x);
    save([difference]);
    return {
      value: tf.div(tf.sum(tf.square(difference)), rows),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0]!, tf.mul(dy, 2 / rows)),
    };
  });
  return error(reconstruction).asScalar();
}
