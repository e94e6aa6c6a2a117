import { attention as fusedAttention, attentionPattern, linear, rope, tf } from '@sextant/compute';
import type { AttentionSpec } from '../architecture';
import type { ForwardPass } from './forwardPass';
import { norm } from './norm';
import type { Weights } from './weights';

/** Causal grouped-query attention of one block: x [batch, pos, dModel], already normalised, to the same shape. */
export function attention(pass: ForwardPass, x: tf.Tensor, layer: number, spec: AttentionSpec, weights: Weights): tf.Tensor {
  const at = (name: string) => `blocks.${layer}.attn.${name}`;
  const { batch, length } = pass.input;
  const project = (name: string, heads: number): tf.Tensor4D => {
    const projected = linear(x, weights.matrix(`${at(name)}.weight`), weights.optionalVector(`${at(name)}.bias`));
    return pass.point(at(`hook_${name}`), tf.reshape(projected, [batch, length, heads, spec.headDim]));
  };
  const position = (value: tf.Tensor4D, name: string): tf.Tensor4D => {
    const normed = spec.qkNorm ? norm(value, at(`${name}_norm`), spec.qkNorm, weights).as4D(...value.shape) : value;
    return spec.rope ? pass.point(at(`hook_rot_${name}`), rotate(pass, normed, spec.rope)) : normed;
  };
  const q = project('q', spec.nHeads);
  const newK = project('k', spec.nKvHeads);
  const newV = project('v', spec.nKvHeads);
  const rotatedQ = position(q, 'q');
  const rotatedK = position(newK, 'k');
  const held = pass.cache ? pass.cache.append(layer, rotatedK, newV) : { k: rotatedK, v: newV };
  const point = at('hook_pattern');
  // The pattern is only materialised for those who ask for it, and only over keys that are there.
  const hooked = pass.isHooked(point);
  const k = hooked ? pass.filled(held.k) : held.k;
  const v = hooked ? pass.filled(held.v) : held.v;
  const input = {
    q: rotatedQ,
    k,
    v,
    scale: spec.scale,
    causal: true as const,
    keyMask: pass.keyMask(k.shape[1]),
    queryOffset: pass.offset,
    window: spec.window ?? undefined,
    softcap: spec.softcap ?? undefined,
  };
  const mixed = hooked ? weighValues(pass.point(point, attentionPattern(input)), v) : fusedAttention(input);
  const z = pass.point(at('hook_z'), mixed);
  const joined = tf.reshape(z, [batch, length, spec.nHeads * spec.headDim]);
  return linear(joined, weights.matrix(`${at('o')}.weight`), weights.optionalVector(`${at('o')}.bias`));
}

function rotate(pass: ForwardPass, x: tf.Tensor4D, spec: NonNullable<AttentionSpec['rope']>): tf.Tensor4D {
  const { rotaryDims, style, attentionScaling } = spec;
  return rope(x, pass.positionTensor, { inverseFrequencies: spec.inverseFrequencies(pass.longest), rotaryDims, style, attentionScaling });
}

/** pattern [batch, nHeads, pos, key] times v [batch, key, nKvHeads, headDim], heads of a group sharing their values. */
function weighValues(pattern: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [batch, nHeads, queries, keys] = pattern.shape;
  const [, , nKvHeads, headDim] = v.shape;
  const grouped = tf.reshape(pattern, [batch, nKvHeads, (nHeads / nKvHeads) * queries, keys]);
  const mixed = tf.matMul(grouped, tf.transpose(v, [0, 2, 1, 3]));
  return tf.transpose(tf.reshape(mixed, [batch, nHeads, queries, headDim]), [0, 2, 1, 3]);
}
