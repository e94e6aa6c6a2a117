import type { tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { Architecture } from './architecture';

/** What a hook is told about the tokens whose values it sees, all row-major [batch, length]. */
export interface HookContext {
  point: string;
  batch: number;
  length: number;
  ids: Int32Array;
  /** 1 for a real token, 0 for padding; values on padding are meaningless. */
  mask: Int32Array;
  /** Position in its own sequence, counted from the first real token, cached tokens included. */
  positions: Int32Array;
  /** 1 for tokens produced by `generate`, or marked so by the caller. */
  generated: Int32Array;
}

/**
 * Reads or replaces the value at one point of the forward pass. It runs inside `tf.tidy` and inside gradients:
 * a tensor that must outlive the pass is kept with `tf.keep`. A returned tensor replaces the value and must have its shape.
 */
export interface Hook {
  /** TransformerLens name, such as `blocks.2.hook_resid_post`; `layers.2` is read as that. */
  point: string;
  fn: (value: tf.Tensor, context: HookContext) => tf.Tensor | void;
}

export interface HookPoint {
  name: string;
  /** Named sizes depend on the input. */
  shape: (number | 'batch' | 'pos' | 'key')[];
}

/**
 * Every point of an architecture in the order of the forward pass, named as TransformerLens names them
 * (transformer_lens/components): q, k, v before head norms and rotation; attn_out and mlp_out are what is added to
 * the residual stream; `hook_normalized` is before the gain for RMSNorm and after gain and bias for LayerNorm.
 */
export function hookPointsOf(architecture: Architecture): HookPoint[] {
  const { dModel } = architecture;
  const points: HookPoint[] = [];
  const add = (name: string, ...rest: HookPoint['shape']) => points.push({ name, shape: ['batch', 'pos', ...rest] });
  add('hook_embed', dModel);
  if (architecture.learnedPositions) add('hook_pos_embed', dModel);
  for (const [layer, { attention, mlp, residual }] of architecture.blocks.entries()) {
    const at = (name: string) => `blocks.${layer}.${name}`;
    const { nHeads, nKvHeads, headDim, rope } = attention;
    add(at('hook_resid_pre'), dModel);
    add(at('ln1.hook_normalized'), dModel);
    add(at('attn.hook_q'), nHeads, headDim);
    add(at('attn.hook_k'), nKvHeads, headDim);
    add(at('attn.hook_v'), nKvHeads, headDim);
    if (rope) {
      add(at('attn.hook_rot_q'), nHeads, headDim);
      add(at('attn.hook_rot_k'), nKvHeads, headDim);
    }
    points.push({ name: at('attn.hook_pattern'), shape: ['batch', nHeads, 'pos', 'key'] });
    add(at('attn.hook_z'), nHeads, headDim);
    add(at('hook_attn_out'), dModel);
    if (residual === 'serial') add(at('hook_resid_mid'), dModel);
    add(at('ln2.hook_normalized'), dModel);
    add(at('mlp.hook_pre'), mlp.dFf);
    if (mlp.kind === 'gated') add(at('mlp.hook_pre_linear'), mlp.dFf);
    add(at('mlp.hook_post'), mlp.dFf);
    add(at('hook_mlp_out'), dModel);
    add(at('hook_resid_post'), dModel);
  }
  add('ln_final.hook_normalized', dModel);
  return points;
}

/**
 * The full name of a point; `layers.N` is the residual stream after block N.
 * @throws SextantError INVALID_INPUT naming the point and close alternatives.
 */
export function resolveHookPoint(name: string, points: readonly HookPoint[]): string {
  const full = name.replace(/^layers\.(\d+)$/, 'blocks.$1.hook_resid_post');
  if (points.some((point) => point.name === full)) return full;
  const ending = full.replace(/^blocks\.\d+\./, '');
  const near = points.filter((point) => point.name.endsWith(ending)).map((point) => point.name);
  const suggestions = near.length > 0 ? [near[0]!, near.at(-1)!] : points.slice(0, 6).map((point) => point.name);
  throw new SextantError('INVALID_INPUT', `there is no hook point ${JSON.stringify(name)} in this model; there is ${[...new Set(suggestions)].join(', ')}`, {
    field: 'hook',
    value: name,
  });
}
