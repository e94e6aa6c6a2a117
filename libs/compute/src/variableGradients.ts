import * as tf from '@tensorflow/tfjs';

/**
 * tf.variableGrads that leaves nothing behind when `f` throws: TF.js keeps what operations saved for the backward pass
 * until that pass has run, and forgets it when there is none.
 */
export function variableGradients(f: () => tf.Scalar, variables: tf.Variable[]): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  const { state } = tf.engine();
  const outermost = state.gradientDepth === 0;
  try {
    return tf.variableGrads(f, variables);
  } catch (error) {
    if (outermost) {
      for (const node of state.activeTape ?? []) tf.dispose(node.saved ?? []);
      state.activeTape = [];
    }
    throw error;
  }
}
