import { loadModel } from '../loadModel';
import type { Architecture } from '../architecture';

/** What a loader gave: the architecture, and every parameter's values. */
export interface Loaded {
  architecture: Architecture;
  parameters: Map<string, { shape: number[]; values: Float32Array }>;
}

export async function loadedFrom(path: string): Promise<Loaded> {
  const model = await loadModel(path);
  try {
    const parameters = new Map([...model.params].map(([name, variable]) => [name, { shape: variable.shape, values: Float32Array.from(variable.dataSync()) }]));
    return { architecture: model.architecture, parameters };
  } finally {
    model.dispose();
  }
}

/** Every parameter has these values, bit for bit, and there is no other. */
export function expectParameters({ parameters }: Loaded, expected: ReadonlyMap<string, Float32Array>): void {
  if (parameters.size !== expected.size) throw new Error(`silent: ${parameters.size} parameters where the files hold ${expected.size}`);
  for (const [name, { shape, values }] of parameters) {
    const wanted = expected.get(name);
    if (wanted?.length !== values.length) throw new Error(`silent: ${name} of shape [${shape.join(', ')}] where the files hold ${wanted?.length ?? 'no'} values`);
    const at = values.findIndex((value, i) => !Number.isFinite(value) || !Object.is(value, wanted[i]!));
    if (at >= 0) throw new Error(`silent: ${name}[${at}] is ${values[at]} where the files hold ${wanted[at]}`);
  }
}

/** Numbers of the architecture are what the files say. */
export function expectNumbers({ architecture }: Loaded, said: Readonly<Record<string, number | undefined>>): void {
  const [first] = architecture.blocks;
  const found: Record<string, number> = {
    dModel: architecture.dModel,
    nLayers: architecture.blocks.length,
    nHeads: first!.attention.nHeads,
    nKvHeads: first!.attention.nKvHeads,
    headDim: first!.attention.headDim,
    dFf: first!.mlp.dFf,
    vocabSize: architecture.vocabSize,
    contextLength: architecture.contextLength,
    eps: first!.norm.eps,
    // The second frequency of four dimensions is theta^(-1/2).
    theta: first!.attention.rope!.inverseFrequencies(1)[1]! ** (-first!.attention.headDim / 2),
  };
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined) continue;
    if (!(Math.abs(found[name]! - value) <= 1e-5 * Math.abs(value))) throw new Error(`silent: ${name} is ${found[name]} where the files say ${value}`);
  }
}
