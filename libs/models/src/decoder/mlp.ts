import { gelu, linear, swiglu, tf } from '@sextant/compute';
import type { Activation, MlpSpec } from '../architecture';
import type { ForwardPass } from './forwardPass';
import type { Weights } from './weights';

/** The MLP of one block: x [batch, pos, dModel], already normalised, to the same shape. */
export function mlp(pass: ForwardPass, x: tf.Tensor, layer: number, { kind, activation }: MlpSpec, weights: Weights): tf.Tensor {
  const at = (name: string) => `blocks.${layer}.mlp.${name}`;
  const project = (name: string, input: tf.Tensor) => linear(input, weights.matrix(`${at(name)}.weight`), weights.optionalVector(`${at(name)}.bias`));
  let hidden: tf.Tensor;
  if (kind === 'gated') {
    const gate = pass.point(at('hook_pre'), project('gate', x));
    const up = pass.point(at('hook_pre_linear'), project('up', x));
    hidden = activation === 'silu' ? swiglu(gate, up) : tf.mul(activate(gate, activation), up);
  } else {
    hidden = activate(pass.point(at('hook_pre'), project('up', x)), activation);
  }
  return project('down', pass.point(at('hook_post'), hidden));
}

function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case 'gelu-tanh':
      return gelu(x, 'tanh');
    case 'gelu-erf':
      return gelu(x, 'erf');
    case 'relu':
      return tf.relu(x);
    case 'silu':
      return tf.mul(x, tf.sigmoid(x));
  }
}
