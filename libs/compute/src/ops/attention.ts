import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import type { AttentionShape } from '../native/addon';
import { number } from '../kernels/attributes';
import { floatInput, intInput } from '../native/inputs';
import type { KernelCall, NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, runFusedMany, savedAt, single } from './fused';
import { product, swapLast } from './product';

const ATTENTION = 'SextantAttention';
// TF.js saves inputs for a gradient by name and has no optional ones.
const MASKED_ATTENTION = 'SextantMaskedAttention';
const ATTENTION_GRADIENT = 'SextantAttentionGradient';

export interface AttentionInput {
  /** [B, T, Hq, dh] */
  q: tf.Tensor4D;
  /** [B, S, Hkv, dh]; Hq is a multiple of Hkv, query head h reads key head ⌊h·Hkv/Hq⌋. */
  k: tf.Tensor4D;
  /** [B, S, Hkv, dh] */
  v: tf.Tensor4D;
  /** Factor on q·k. */
  scale: number;
  causal: true;
  /** int32 [B, S]: 1 where the key may be attended to. */
  keyMask?: tf.Tensor2D;
  /** Query t sees keys ≤ t + queryOffset; S − T when all keys up to the query's own are given. */
  queryOffset: number;
  /** See only the last `window` keys, the query's own included. */
  window?: number;
  /** Scores become softcap·tanh(scores/softcap) (Gemma 2). */
  softcap?: number;
}

/**
 * Causal grouped-query attention. A query that sees no key gives zeros.
 * @returns [B, T, Hq, dh]
 * @throws SextantError INVALID_INPUT when the shapes do not fit.
 */
export function attention(input: AttentionInput): tf.Tensor4D {
  checkShapes(input);
  const { q, k, v, keyMask } = input;
  if (hasFusedKernel(ATTENTION)) {
    const attrs = attributesOf(input);
    const out = keyMask ? runFused(MASKED_ATTENTION, { q, k, v, keyMask }, attrs) : runFused(ATTENTION, { q, k, v }, attrs);
    return out.as4D(...q.shape);
  }
  return tf.tidy(() => {
    const [batch, tokens, heads, width] = q.shape;
    const [, keys, keyHeads] = k.shape;
    const pattern = tf.reshape(attentionPattern(input), [batch, keyHeads, (heads / keyHeads) * tokens, keys]);
    const mixed = product(pattern, tf.transpose(v, [0, 2, 1, 3]));
    return tf.transpose(tf.reshape(mixed, [batch, heads, tokens, width]), [0, 2, 1, 3]).as4D(...q.shape);
  });
}

/**
 * The attention probabilities, [B, Hq, T, S], in ordinary ops on every backend: for a hook that reads or edits them.
 * Rows of a query that sees no key are zero.
 */
export function attentionPattern(input: AttentionInput): tf.Tensor4D {
  checkShapes(input);
  const { q, k, scale, softcap } = input;
  return tf.tidy(() => {
    const [batch, tokens, heads, width] = q.shape;
    const [, keys, keyHeads] = k.shape;
    const grouped = tf.reshape(tf.transpose(q, [0, 2, 1, 3]), [batch, keyHeads, (heads / keyHeads) * tokens, width]);
    const raw = tf.reshape(product(grouped, swapLast(tf.transpose(k, [0, 2, 1, 3]))), [batch, heads, tokens, keys]);
    const scaled = tf.mul(raw, scale);
    const scores = softcap ? tf.mul(tf.tanh(tf.div(scaled, softcap)), softcap) : scaled;
    const visible = visibility(input);
    // Finite instead of −∞: a row without a visible key would be NaN before the product below clears it.
    const masked = tf.add(tf.mul(scores, visible), tf.mul(tf.sub(1, visible), -1e30));
    return tf.mul(tf.softmax(masked), visible).as4D(batch, heads, tokens, keys);
  });
}

/** 1 where a query sees a key, [B or 1, 1, T, S]. */
function visibility({ q, k, keyMask, queryOffset, window }: AttentionInput): tf.Tensor {
  const tokens = q.shape[1];
  const keys = k.shape[1];
  const values = new Float32Array(tokens * keys);
  for (let t = 0; t < tokens; t++) {
    const last = Math.min(keys - 1, t + queryOffset);
    const first = window ? Math.max(0, t + queryOffset + 1 - window) : 0;
    if (last >= first) values.fill(1, t * keys + first, t * keys + last + 1);
  }
  const causal = tf.tensor4d(values, [1, 1, tokens, keys]);
  return keyMask ? tf.mul(causal, tf.reshape(keyMask.toFloat(), [-1, 1, 1, keys])) : causal;
}

function checkShapes({ q, k, v, keyMask }: AttentionInput): void {
  const [batch, , heads, width] = q.shape;
  const [keyBatch, keys, keyHeads, keyWidth] = k.shape;
  const maskFits = !keyMask || (keyMask.shape[0] === batch && keyMask.shape[1] === keys);
  if (batch === keyBatch && width === keyWidth && heads % keyHeads === 0 && tf.util.arraysEqual(k.shape, v.shape) && maskFits) return;
  throw new SextantError(
    'INVALID_INPUT',
    `attention: q [${q.shape}], k [${k.shape}], v [${v.shape}]${keyMask ? `, keyMask [${keyMask.shape}]` : ''} do not fit; ` +
      'expected q [B,T,Hq,dh], k and v [B,S,Hkv,dh] with Hq a multiple of Hkv, keyMask [B,S]',
    { field: 'k', value: k.shape },
  );
}

function attributesOf({ scale, queryOffset, window, softcap }: AttentionInput): tf.NamedAttrMap {
  return { scale, queryOffset, window: window ?? 0, softcap: softcap ?? 0 };
}

function shapeOf(call: KernelCall): AttentionShape {
  const q = floatInput(call, 'q').info.shape;
  const k = floatInput(call, 'k').info.shape;
  const [batch = 0, tokens = 0, heads = 0, width = 0] = q;
  const [, keys = 0, keyHeads = 0] = k;
  const mask = call.inputs.keyMask ? intInput(call, 'keyMask').values : null;
  const { attrs } = call;
  return [
    batch, tokens, keys, heads, keyHeads, width, number(attrs, 'queryOffset'), number(attrs, 'window'),
    number(attrs, 'scale'), number(attrs, 'softcap'), mask,
  ];
}

function forward(call: KernelCall): tf.TensorInfo {
  const q = floatInput(call, 'q');
  const out = call.backend.output(q.info.shape);
  call.backend.addon.attention(q.values, floatInput(call, 'k').values, floatInput(call, 'v').values, out.values, ...shapeOf(call));
  return out.info;
}

const gradient: NativeKernel = {
  kernelName: ATTENTION_GRADIENT,
  run(call) {
    const [q, k, v, dy] = ['q', 'k', 'v', 'dy'].map((name) => floatInput(call, name));
    if (!q || !k || !v || !dy) throw new TypeError('attention gradient lacks an input');
    const [dq, dk, dv] = [q, k, v].map((input) => call.backend.output(input.info.shape));
    if (!dq || !dk || !dv) throw new TypeError('attention gradient lacks an output');
    call.backend.addon.attentionGradient(
      q.values, k.values, v.values, dy.values, dq.values, dk.values, dv.values, ...shapeOf(call),
    );
    return [dq.info, dk.info, dv.info];
  },
};

for (const [kernelName, inputsToSave] of [
  [ATTENTION, ['q', 'k', 'v']],
  [MASKED_ATTENTION, ['q', 'k', 'v', 'keyMask']],
] as const) {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...inputsToSave],
    gradFunc: (dy, saved, attrs) => {
      const inputs: tf.NamedTensorMap = { dy: single(dy) };
      inputsToSave.forEach((name, index) => (inputs[name] = savedAt(saved, index)));
      const [dq, dk, dv] = runFusedMany(ATTENTION_GRADIENT, inputs, attrs);
      if (!dq || !dk || !dv) throw new TypeError(`${ATTENTION_GRADIENT} gave fewer than three gradients`);
      return { q: () => dq, k: () => dk, v: () => dv };
    },
  });
}

export const attentionKernels: NativeKernel[] = [
  { kernelName: ATTENTION, run: forward },
  { kernelName: MASKED_ATTENTION, run: forward },
  gradient,
];
