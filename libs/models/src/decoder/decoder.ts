import { embedding, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { Architecture } from '../architecture';
import { block } from './block';
import type { ForwardPass } from './forwardPass';
import { hookedNorm } from './norm';
import type { Weights } from './weights';

/** Where a forward pass begins: at `blocks.N.hook_resid_pre`, with this residual instead of the blocks below. */
export interface StartingPoint {
  block: number;
  residual: tf.Tensor3D;
}

/** What the unembedding reads: the residual stream after the last block and the final norm, [batch, pos, dModel]. */
export function decode(pass: ForwardPass, architecture: Architecture, weights: Weights, from?: StartingPoint): tf.Tensor {
  let residual: tf.Tensor = from ? from.residual : embed(pass, architecture, weights);
  for (let layer = from?.block ?? 0; layer < architecture.blocks.length; layer++) {
    const below = residual;
    // What a block computes on the way is released at once, so memory does not grow with depth.
    residual = tf.tidy(() => block(pass, below, layer, architecture.blocks[layer]!, weights));
    if (below !== from?.residual && !below.kept) below.dispose();
  }
  return hookedNorm(pass, residual, 'ln_final', architecture.finalNorm, weights);
}

function embed(pass: ForwardPass, architecture: Architecture, weights: Weights): tf.Tensor {
  const { ids, batch, length } = pass.input;
  const { vocabSize, contextLength, embeddingScale, learnedPositions } = architecture;
  const stranger = ids.findIndex((id) => id < 0 || id >= vocabSize);
  if (stranger >= 0) {
    throw new SextantError('INVALID_INPUT', `token id ${ids[stranger]} is outside the model's vocabulary of ${vocabSize}`, { field: 'ids', value: ids[stranger] });
  }
  const looked = embedding(tf.tensor2d(ids, [batch, length], 'int32'), weights.matrix('embed.weight'));
  const tokens = pass.point('hook_embed', embeddingScale === 1 ? looked : tf.mul(looked, embeddingScale));
  if (!learnedPositions) return tokens;
  if (pass.longest > contextLength) {
    throw new SextantError('INVALID_INPUT', `a sequence of ${pass.longest} tokens is longer than the model's context of ${contextLength}`, {
      field: 'ids',
      value: pass.longest,
    });
  }
  const positions = embedding(pass.positionTensor, weights.matrix('pos_embed.weight'));
  return tf.add(tokens, pass.point('hook_pos_embed', positions));
}
