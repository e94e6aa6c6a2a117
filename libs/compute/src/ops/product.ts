import * as tf from '@tensorflow/tfjs';

/** The last two axes exchanged. */
export function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = [...x.shape.keys()];
  const last = axes.length - 1;
  return tf.transpose(x, [...axes.slice(0, -2), last, last - 1]);
}

/**
 * a·b over the last two axes, with gradients that transpose explicitly first: tfjs-wasm multiplies transposed
 * operands 13 to 30 times slower than plain ones, and the gradients TF.js registers for matMul use them.
 */
export function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const multiply = tf.customGrad((...args) => {
    const [left, right, save] = args;
    if (!(left instanceof tf.Tensor) || !(right instanceof tf.Tensor) || typeof save !== 'function') {
      throw new TypeError('product takes two tensors');
    }
    save([left, right]);
    return {
      value: tf.matMul(left, right),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, y] = saved;
        if (!x || !y) throw new TypeError('product saved no inputs');
        return [tf.matMul(dy, swapLast(y)), tf.matMul(swapLast(x), dy)];
      },
    };
  });
  return multiply(a, b);
}
