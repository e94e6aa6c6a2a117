import { layerNorm, rmsNorm, tf } from '@sextant/compute';
import type { NormSpec } from '../architecture';
import type { ForwardPass } from './forwardPass';
import type { Weights } from './weights';

/** The norm `name`, such as `blocks.2.ln1`, over the last dimension. */
export function norm(x: tf.Tensor, name: string, { kind, eps, gainOffset }: NormSpec, weights: Weights): tf.Tensor {
  const stored = weights.vector(`${name}.weight`);
  const gain = gainOffset === 0 ? stored : tf.add<tf.Tensor1D>(stored, gainOffset);
  return kind === 'rms' ? rmsNorm(x, gain, eps) : layerNorm(x, gain, weights.vector(`${name}.bias`), eps);
}

/** A norm with TransformerLens's `hook_normalized`: before the gain for RMSNorm, after gain and bias for LayerNorm. */
export function hookedNorm(pass: ForwardPass, x: tf.Tensor, name: string, spec: NormSpec, weights: Weights): tf.Tensor {
  const point = `${name}.hook_normalized`;
  if (!pass.isHooked(point)) return norm(x, name, spec, weights);
  if (spec.kind === 'layer') return pass.point(point, norm(x, name, spec, weights));
  const stored = weights.vector(`${name}.weight`);
  const normalized = pass.point(point, rmsNorm(x, tf.onesLike(stored), spec.eps));
  return tf.mul(normalized, spec.gainOffset === 0 ? stored : tf.add(stored, spec.gainOffset));
}
