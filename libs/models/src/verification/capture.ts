import type { tf } from '@sextant/compute';
import type { ForwardInput } from '../batch';
import type { LanguageModel } from '../languageModel';

/** Values of hook points in one pass, and what the unembedding reads; no logits are computed. */
function recorded(model: LanguageModel, input: ForwardInput, points: readonly string[]): { seen: Map<string, Float32Array>; readout: Float32Array } {
  const seen = new Map<string, Float32Array>();
  const hooks = points.map((point) => ({ point, fn: (value: tf.Tensor) => void seen.set(point, Float32Array.from(value.dataSync())) }));
  return { readout: take(model.readout(input, { hooks })), seen };
}

/** Values of hook points by their names. */
export const capture = (model: LanguageModel, input: ForwardInput, points: readonly string[]): Map<string, Float32Array> => recorded(model, input, points).seen;

/**
 * Hidden states as Transformers numbers them: `i` is what block i reads, and the one after the last block is what the
 * unembedding reads, after the final norm.
 * @returns one [batch · length · dModel] each
 */
export function hiddenStates(model: LanguageModel, input: ForwardInput, which: readonly number[] = hiddenIndices(model)): Float32Array[] {
  const { nLayers } = model.config;
  const point = (index: number) => `blocks.${index}.hook_resid_pre`;
  const { seen, readout } = recorded(model, input, which.filter((index) => index < nLayers).map(point));
  return which.map((index) => (index === nLayers ? readout : (seen.get(point(index)) ?? new Float32Array())));
}

export const hiddenIndices = (model: LanguageModel): number[] => Array.from({ length: model.config.nLayers + 1 }, (_, index) => index);

/** The values of a tensor, which is disposed. */
export function take(tensor: tf.Tensor): Float32Array {
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
