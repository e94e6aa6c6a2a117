import { tf } from '@sextant/compute';
import { padBatch, type HookContext, type LanguageModel } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import { made, type TokenConvention, type VectorMaker, type VectorRequest } from './vector';

/**
 * Mean activation of the positive texts less that of the negative ones (DiffMean; CAA of Rimsky et al. 2023; the few-shot
 * probe of Scaling Monosemanticity). Every text counts the same, however many tokens it has.
 */
export const meanDifference: VectorMaker = async (request) => {
  const { model, positive = [], negative = [], tokens = 'last' } = request;
  if (!model) throw new SextantError('INVALID_INPUT', 'a mean difference needs a model', { field: 'model' });
  for (const [field, texts] of Object.entries({ positive, negative })) {
    if (texts.length === 0) throw new SextantError('INVALID_INPUT', `a mean difference needs at least one ${field} text`, { field });
  }
  const up = await meanActivation(model, positive, request, tokens);
  const down = await meanActivation(model, negative, request, tokens);
  const over = tokens === 'last' ? 'the last token of each text' : 'all tokens of each text but special ones';
  const convention = `mean of ${positive.length} positive less mean of ${negative.length} negative texts, over ${over}`;
  return made(Float32Array.from(up, (value, i) => value - down[i]!), convention);
};

async function meanActivation(
  model: LanguageModel,
  texts: readonly string[],
  { hook, d, batchSize = 16, signal }: VectorRequest,
  tokens: TokenConvention,
): Promise<Float64Array> {
  const mean = new Float64Array(d);
  for (let at = 0; at < texts.length; at += batchSize) {
    if (signal?.aborted) throw new SextantError('CANCELLED', `the vector was cancelled after ${at} of ${texts.length} texts`);
    const batch = padBatch(texts.slice(at, at + batchSize).map((text) => model.tokenizer.encode(text).slice(-model.config.contextLength)));
    model.run(batch, {
      stopAt: hook,
      hooks: [{ point: hook, fn: (value, context) => addRows(mean, value, weightsOf(context, tokens, model.tokenizer.specialIds), texts.length) }],
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return mean;
}

/** Weight of each token, summing to 1 over a row. */
function weightsOf({ batch, length, ids, mask }: HookContext, tokens: TokenConvention, specialIds: ReadonlySet<number>): Float32Array {
  const weights = new Float32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    const real: number[] = [];
    for (let at = row * length; at < (row + 1) * length; at++) if (mask[at]) real.push(at);
    const words = real.filter((at) => !specialIds.has(ids[at]!));
    const chosen = tokens === 'last' ? real.slice(-1) : words.length > 0 ? words : real;
    for (const at of chosen) weights[at] = 1 / chosen.length;
  }
  return weights;
}

function addRows(mean: Float64Array, value: tf.Tensor, weights: Float32Array, texts: number): void {
  const width = mean.length;
  if (value.size !== weights.length * width) {
    throw new SextantError('INVALID_INPUT', `the hook has ${value.size / weights.length} values a token, expected ${width}`, { field: 'hook' });
  }
  const sums = tf.tidy(() => tf.matMul(tf.tensor2d(weights, [1, weights.length]), tf.reshape<tf.Rank.R2>(value, [weights.length, width])).dataSync());
  for (let i = 0; i < width; i++) mean[i]! += sums[i]! / texts;
}
