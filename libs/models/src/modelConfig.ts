import type { Architecture, ModelConfig } from './architecture';
import { parametersOf, sizeOf } from './parameters';

/** The figures of an architecture that people ask for; heads and widths are those of its first block. */
export function configOf(architecture: Architecture): ModelConfig {
  const { attention, mlp } = architecture.blocks[0]!;
  const { family, dModel, vocabSize, contextLength, tied } = architecture;
  const { nHeads, nKvHeads, headDim } = attention;
  const parameters = parametersOf(architecture).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { family, nLayers: architecture.blocks.length, dModel, nHeads, nKvHeads, headDim, dFf: mlp.dFf, vocabSize, contextLength, tied, parameters };
}
