import { tf } from '@sextant/compute';

interface Kernel {
  /** Width of the rectangle around the threshold inside which a gradient passes. */
  bandwidth: number;
  /** Whether x receives it too. */
  gradientToInput: boolean;
}

/** 1 where |x − threshold| < bandwidth / 2. */
function rectangle(x: tf.Tensor, threshold: tf.Tensor, bandwidth: number): tf.Tensor {
  return tf.step(tf.sub(0.5, tf.abs(tf.div(tf.sub(x, threshold), bandwidth))));
}

/**
 * x · (x > threshold), with the straight-through gradient of the threshold (Rajamanoharan et al. 2024):
 * −threshold / bandwidth inside the rectangle.
 * @param x [rows, n] @param threshold [n]
 */
export function jump(x: tf.Tensor2D, threshold: tf.Tensor1D, { bandwidth, gradientToInput }: Kernel): tf.Tensor2D {
  const operation = tf.customGrad((...args) => {
    const [value, limit, save] = args;
    if (!(value instanceof tf.Tensor) || !(limit instanceof tf.Tensor) || typeof save !== 'function') throw new TypeError('jump takes two tensors');
    save([value, limit]);
    return {
      value: tf.mul(value, tf.step(tf.sub(value, limit))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, edge] = [saved[0]!, saved[1]!];
        const kernel = tf.mul(tf.mul(tf.div(edge, bandwidth), rectangle(before, edge, bandwidth)), dy);
        const passed = tf.mul(dy, tf.step(tf.sub(before, edge)));
        return [gradientToInput ? tf.add(passed, kernel) : passed, tf.neg(tf.sum(kernel, 0))];
      },
    };
  });
  return operation(x, threshold).as2D(...x.shape);
}

/** (x > threshold) as numbers; the gradient of the threshold is −1 / bandwidth inside the rectangle. */
export function countAbove(x: tf.Tensor2D, threshold: tf.Tensor1D, { bandwidth, gradientToInput }: Kernel): tf.Tensor2D {
  const operation = tf.customGrad((...args) => {
    const [value, limit, save] = args;
    if (!(value instanceof tf.Tensor) || !(limit instanceof tf.Tensor) || typeof save !== 'function') throw new TypeError('countAbove takes two tensors');
    save([value, limit]);
    return {
      value: tf.step(tf.sub(value, limit)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const kernel = tf.mul(tf.div(rectangle(saved[0]!, saved[1]!, bandwidth), bandwidth), dy);
        return [gradientToInput ? kernel : tf.zerosLike(kernel), tf.neg(tf.sum(kernel, 0))];
      },
    };
  });
  return operation(x, threshold).as2D(...x.shape);
}
