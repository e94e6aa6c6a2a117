import type { Architecture, NormSpec } from './architecture';

export type Shape = readonly number[];

/** How a fresh parameter is drawn: `residual` matrices write to the residual stream and start smaller. */
export type Initialiser = 'normal' | 'residual' | 'gain' | 'zero';

/** A parameter of the engine. Matrices are [out, in], as Hugging Face's linear layers are. */
export interface ParameterSpec {
  name: string;
  shape: Shape;
  init: Initialiser;
  /** Value of a fresh gain. */
  gain?: number;
}

/** Every parameter of an architecture, in the order of the forward pass. */
export function parametersOf(architecture: Architecture): ParameterSpec[] {
  const { dModel, vocabSize, contextLength } = architecture;
  const list: ParameterSpec[] = [];
  const matrix = (name: string, out: number, input: number, init: Initialiser = 'normal') => list.push({ name: `${name}.weight`, shape: [out, input], init });
  const bias = (name: string, size: number) => list.push({ name: `${name}.bias`, shape: [size], init: 'zero' });
  const norm = (name: string, { kind, gainOffset }: NormSpec, size: number) => {
    list.push({ name: `${name}.weight`, shape: [size], init: 'gain', gain: 1 - gainOffset });
    if (kind === 'layer') bias(name, size);
  };

  matrix('embed', vocabSize, dModel);
  if (architecture.learnedPositions) matrix('pos_embed', contextLength, dModel);
  for (const [layer, { attention, mlp, norm: preNorm, postNorm }] of architecture.blocks.entries()) {
    const at = (name: string) => `blocks.${layer}.${name}`;
    const { nHeads, nKvHeads, headDim, qkNorm, qkvBias, outBias } = attention;
    norm(at('ln1'), preNorm, dModel);
    for (const [name, heads] of [['q', nHeads], ['k', nKvHeads], ['v', nKvHeads]] as const) {
      matrix(at(`attn.${name}`), heads * headDim, dModel);
      if (qkvBias) bias(at(`attn.${name}`), heads * headDim);
    }
    if (qkNorm) for (const name of ['q_norm', 'k_norm']) norm(at(`attn.${name}`), qkNorm, headDim);
    matrix(at('attn.o'), dModel, nHeads * headDim, 'residual');
    if (outBias) bias(at('attn.o'), dModel);
    if (postNorm) norm(at('ln1_post'), postNorm, dModel);
    norm(at('ln2'), preNorm, dModel);
    for (const name of mlp.kind === 'gated' ? ['gate', 'up'] : ['up']) {
      matrix(at(`mlp.${name}`), mlp.dFf, dModel);
      if (mlp.bias) bias(at(`mlp.${name}`), mlp.dFf);
    }
    matrix(at('mlp.down'), dModel, mlp.dFf, 'residual');
    if (mlp.bias) bias(at('mlp.down'), dModel);
    if (postNorm) norm(at('ln2_post'), postNorm, dModel);
  }
  norm('ln_final', architecture.finalNorm, dModel);
  if (!architecture.tied) matrix('unembed', vocabSize, dModel);
  return list;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
