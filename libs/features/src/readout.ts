import type { tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { LanguageModel } from '@sextant/models';

/** How the final residual stream becomes logits: what a decoder direction is read out with. */
export interface Readout {
  /** [vocabSize, d], Hugging Face layout; it belongs to the model. */
  unembedding: tf.Tensor2D;
  /** [d] gain of the final norm. */
  gain: Float32Array;
  /** LayerNorm subtracts the mean over dimensions first; RMSNorm does not. */
  centred: boolean;
}

/** @throws SextantError INTERNAL when the model has no final norm. */
export async function readoutOf(model: Pick<LanguageModel, 'unembedding' | 'params' | 'architecture'>): Promise<Readout> {
  const { kind, gainOffset } = model.architecture.finalNorm;
  const stored = model.params.get('ln_final.weight');
  if (!stored) throw new SextantError('INTERNAL', 'the model has no parameter ln_final.weight');
  const gain = Float32Array.from(await stored.data<'float32'>(), (value) => value + gainOffset);
  return { unembedding: model.unembedding, gain, centred: kind === 'layer' };
}
