import { Rng } from '@sextant/compute';
import { generateStream, initModel, trainModel, type LanguageModel } from '@sextant/models';
import { languageModelSize } from '../inputs/languageModel';
import { fastest } from './fastest';
import type { Point } from './point';

/** Multiply–adds of one token's forward pass, twice, with `context` keys in front of it on average. */
export function forwardFlops(context: number): number {
  const { d, layers, hidden, vocabulary } = languageModelSize;
  return 2 * (layers * (4 * d * d + 3 * d * hidden + 2 * d * context) + d * vocabulary);
}

const weightBytes = (): number => {
  const { d, layers, hidden, vocabulary } = languageModelSize;
  return 4 * (layers * (4 * d * d + 3 * d * hidden) + d * vocabulary);
};

/** The bench's language model with another context. */
function model(contextLength: number): LanguageModel {
  const { d, layers, heads, vocabulary, hidden } = languageModelSize;
  return initModel(
    {
      model_type: 'llama', vocab_size: vocabulary, hidden_size: d, intermediate_size: hidden, num_hidden_layers: layers,
      num_attention_heads: heads, num_key_value_heads: heads, head_dim: d / heads, hidden_act: 'silu', max_position_embeddings: contextLength,
      rms_norm_eps: 1e-5, rope_theta: 10000, tie_word_embeddings: true,
    },
    null,
    new Rng(7),
  );
}

const ids = (count: number) => {
  const rng = new Rng(11);
  return Int32Array.from({ length: count }, () => rng.int(languageModelSize.vocabulary));
};

/** Training steps of 4096 tokens in rows of `context`. */
export async function measureTraining(context: number, threads: number): Promise<Point> {
  const tokens = 4096;
  const lm = model(context);
  const done: number[] = [];
  await trainModel({
    model: lm,
    data: { tokens: ids(tokens), length: context },
    steps: 5,
    batchSize: tokens / context,
    learningRate: 1e-4,
    onMetrics: () => done.push(performance.now()),
  });
  lm.dispose();
  const seconds = fastest(done.slice(1));
  // The backward pass multiplies twice for every product of the forward pass.
  return { curve: 'LM training step over context', x: context, sizes: { context }, threads, seconds, tokens, flops: 3 * tokens * forwardFlops(context / 2), bytes: 0 };
}

/** One new token behind `context` others: the fastest of 24. */
export async function measureToken(context: number, threads: number): Promise<Point> {
  const lm = model(context + 32);
  const came: number[] = [];
  for await (const _ of generateStream(lm, [[...ids(context)]], { maxNewTokens: 26, temperature: 0, stop: [] })) came.push(performance.now());
  lm.dispose();
  const seconds = fastest(came.slice(1));
  const { layers, d } = languageModelSize;
  const bytes = weightBytes() + 2 * layers * context * d * 4;
  return { curve: 'one new token over context', x: context, sizes: { context }, threads, seconds, tokens: 1, flops: forwardFlops(context), bytes };
}
