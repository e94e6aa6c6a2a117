import type { ParameterSpec, Shape } from '../parameters';
import { direct, type TensorLayout } from './layouts';

/** A tensor of a checkpoint and the engine's parameters it holds. */
export interface TensorBinding {
  /** Name in the checkpoint. */
  tensor: string;
  shape: Shape;
  parameters: readonly ParameterSpec[];
  layout: TensorLayout;
}

export function bind(tensor: string, parameters: readonly ParameterSpec[], layout: TensorLayout = direct): TensorBinding {
  return { tensor, parameters, layout, shape: layout.shape(parameters.map(({ shape }) => shape)) };
}

/**
 * One binding for each parameter whose stem is in the table, named by it: with `{ blocks: 'model.layers',
 * 'attn.q': 'self_attn.q_proj' }`, `blocks.3.attn.q.weight` is `model.layers.3.self_attn.q_proj.weight`.
 * Parameters whose stem is not in the table are left to other bindings.
 */
export function renamed(parameters: readonly ParameterSpec[], stems: Readonly<Record<string, string>>, layout: TensorLayout = direct): TensorBinding[] {
  return parameters.flatMap((parameter) => {
    const [, layer, stem, kind] = /^(?:blocks\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(parameter.name) ?? [];
    const name = stem === undefined ? undefined : stems[stem];
    if (name === undefined) return [];
    const block = layer === undefined ? '' : `${stems.blocks}.${layer}.`;
    return [bind(`${block}${name}.${kind}`, [parameter], layout)];
  });
}
