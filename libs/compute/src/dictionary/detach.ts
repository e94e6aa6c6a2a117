import * as tf from '@tensorflow/tfjs';

/** The same values as a tensor of their own, through which no gradient flows back (PyTorch's `detach`). */
export function detach(tensor: tf.Tensor): tf.Tensor {
  return tf.tensor(tensor.dataSync().slice(), tensor.shape, tensor.dtype);
}
