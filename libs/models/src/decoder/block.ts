import { tf } from '@sextant/compute';
import type { BlockSpec } from '../architecture';
import { attention } from './attention';
import type { ForwardPass } from './forwardPass';
import { mlp } from './mlp';
import { hookedNorm, norm } from './norm';
import type { Weights } from './weights';

/** One block on the residual stream [batch, pos, dModel]. */
export function block(pass: ForwardPass, residual: tf.Tensor, layer: number, spec: BlockSpec, weights: Weights): tf.Tensor {
  const at = (name: string) => `blocks.${layer}.${name}`;
  const after = (x: tf.Tensor, name: string) => (spec.postNorm ? norm(x, at(name), spec.postNorm, weights) : x);

  const pre = pass.point(at('hook_resid_pre'), residual);
  const mixed = attention(pass, hookedNorm(pass, pre, at('ln1'), spec.norm, weights), layer, spec.attention, weights);
  const attnOut = pass.point(at('hook_attn_out'), after(mixed, 'ln1_post'));
  const withAttention = tf.add(pre, attnOut);
  const serial = spec.residual === 'serial';
  const mid = serial ? pass.point(at('hook_resid_mid'), withAttention) : withAttention;
  const transformed = mlp(pass, hookedNorm(pass, serial ? mid : pre, at('ln2'), spec.norm, weights), layer, spec.mlp, weights);
  const mlpOut = pass.point(at('hook_mlp_out'), after(transformed, 'ln2_post'));
  return pass.point(at('hook_resid_post'), tf.add(mid, mlpOut));
}
