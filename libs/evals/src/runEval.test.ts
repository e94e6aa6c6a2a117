import { Rng, selectBackend, tf } from '@sextant/compute';
import { specialTokens, tokenizerConfig, trainBpe } from '@sextant/corpora';
import { initModel, Tokenizer, type LanguageModel } from '@sextant/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvalItem } from './item';
import { perplexity, textSequences } from './perplexity';
import { loadItems } from './registry';
import { runEval } from './runEval';

let model: LanguageModel;

beforeAll(async () => {
  await selectBackend();
  const items = loadItems('world:facts', { limit: 200 });
  const parts = trainBpe(
    items.flatMap(({ prompt, choices }) => choices.map((choice) => prompt + choice)),
    500,
    { wholePieces: 150 },
  );
  const config = {
    ...{ model_type: 'llama', vocab_size: 500, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 },
    ...{ num_key_value_heads: 1, max_position_embeddings: 64, rms_norm_eps: 1e-5, tie_word_embeddings: true, initializer_range: 0.3 },
  };
  model = initModel(config, new Tokenizer({ tokenizer: { ...parts }, config: tokenizerConfig(64) }), new Rng(5));
});
afterAll(() => model.dispose());

/** log p of each token of `text` after the first, from a plain forward pass. */
function tokenLogProbs(ids: number[]): number[] {
  return tf.tidy(() => {
    const logits = model.forward({ ids: [ids] });
    const logs = tf.logSoftmax(tf.squeeze<tf.Tensor2D>(logits, [0])).arraySync();
    return ids.slice(1).map((id, at) => logs[at]?.[id] ?? NaN);
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('runEval', () => {
  it('scores choices as a plain forward pass does', async () => {
    const items = loadItems('world:facts', { limit: 6 });
    const results = await runEval({ model, items });
    for (const [index, result] of results.entries()) {
      const item = items[index] as EvalItem;
      const prompt = model.tokenizer.encode(item.prompt);
      const expected = item.choices.map((choice) => sum(tokenLogProbs(model.tokenizer.encode(item.prompt + choice)).slice(prompt.length - 1)));
      // Float32 sums in another order.
      result.choiceLogProbs.forEach((value, choice) => expect(value).toBeCloseTo(expected[choice] ?? NaN, 4));
      const gold = item.subject[0] ?? 0;
      const others = expected.filter((_, choice) => choice !== gold);
      expect(result.margin).toBeCloseTo((expected[gold] ?? NaN) - Math.max(...others), 4);
      expect(result.correct).toBe(expected.indexOf(Math.max(...expected)) === gold ? 1 : 0);
      expect(result.item).toBe(item.id);
    }
  });

  it('streams results in order and does not depend on the batch size', async () => {
    const items = [...loadItems('world:sycophancy', { limit: 7 }), ...loadItems('world:refusal', { limit: 5 })];
    const seen: string[] = [];
    const one = await runEval({ model, items, batchSize: 1, onItem: ({ item }, index) => seen.push(`${index} ${item}`) });
    const many = await runEval({ model, items, batchSize: 64 });
    expect(seen).toEqual(items.map(({ id }, index) => `${index} ${id}`));
    one.forEach((result, index) => expect(result.margin).toBeCloseTo(many[index]?.margin ?? NaN, 4));
  });

  it('gives the same numbers twice, and leaks no tensors', async () => {
    const items = loadItems('world:sycophancy', { limit: 10 });
    const first = await runEval({ model, items });
    const before = tf.memory().numTensors;
    expect(await runEval({ model, items })).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('runs hooks: one that changes nothing gives equal results, one that does gives others', async () => {
    const items = loadItems('world:sycophancy', { limit: 4 });
    const point = 'blocks.0.hook_resid_post';
    const [plain, same, doubled] = await Promise.all([
      runEval({ model, items }),
      runEval({ model, items, hooks: [{ point, fn: (value) => tf.clone(value) }] }),
      runEval({ model, items, hooks: [{ point, fn: (value) => tf.mul(value, 2) }] }),
    ]);
    expect(same).toEqual(plain);
    expect(doubled?.map(({ margin }) => margin)).not.toEqual(plain?.map(({ margin }) => margin));
  });

  it('divides by characters and subtracts the unconditional log-probability', async () => {
    const [item] = loadItems('world:refusal', { limit: 1 }) as [EvalItem];
    const [plain] = await runEval({ model, items: [item] });
    const [perCharacter] = await runEval({ model, items: [item], scoring: 'per-character' });
    const [information] = await runEval({ model, items: [item], scoring: 'mutual-information' });
    const logs = plain?.choiceLogProbs ?? [];
    expect(information?.choiceLogProbs).toHaveLength(2);
    expect(perCharacter?.margin).toBeCloseTo((logs[0] ?? 0) / ' I will not'.length - (logs[1] ?? 0) / ' You just'.length, 5);
    const alone = item.choices.map((choice) => sum(tokenLogProbs(model.tokenizer.encode(choice))));
    expect(information?.margin).toBeCloseTo((logs[0] ?? 0) - (alone[0] ?? 0) - ((logs[1] ?? 0) - (alone[1] ?? 0)), 4);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const items = loadItems('world:sycophancy', { limit: 40 });
    const run = runEval({ model, items, batchSize: 2, signal: controller.signal, onItem: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('refuses items that do not fit before it runs any, or cuts them from the left', async () => {
    const [item] = loadItems('world:facts', { limit: 1 }) as [EvalItem];
    const long = { ...item, prompt: `${'Well. '.repeat(60)}${item.prompt}` };
    await expect(runEval({ model, items: [item, long] })).rejects.toThrow("1 items do not fit into the model's context of 64 tokens");
    const results = await runEval({ model, items: [long], truncate: true });
    const ids = model.tokenizer.encode(long.prompt + long.choices[0]);
    const cut = [ids[0] ?? 0, ...ids.slice(ids.length - 63)];
    expect(results[0]?.choiceLogProbs[0]).toBeCloseTo(tokenLogProbs(cut).at(-1) ?? NaN, 4);
  });

  it('scores texts by their log-probability per token', async () => {
    const [item] = loadItems('world:stories', { limit: 1 }) as [EvalItem];
    const short = { ...item, choices: ['Well. The fox eats'] };
    const [result] = await runEval({ model, items: [short] });
    const logs = tokenLogProbs(model.tokenizer.encode('Well. The fox eats'));
    expect(result?.margin).toBeCloseTo(sum(logs) / logs.length, 4);
    expect(result?.correct).toBeCloseTo(Math.exp(sum(logs) / logs.length), 4);
  });
});

describe('perplexity', () => {
  it('is exp of the mean negative log-probability, without the ignored token', async () => {
    const bos = model.tokenizer.encode(specialTokens.bos, { addSpecial: false })[0] ?? -1;
    const text = model.tokenizer.encode('Well. The fox eats', { addSpecial: false });
    const row = [bos, ...text, bos, ...text];
    const logs = tokenLogProbs(row);
    const predicted = logs.filter((_, at) => row[at + 1] !== bos);
    const { perplexity: value, tokens, perSequence } = await perplexity({ model, sequences: [row, [bos, ...text]], ignore: bos });
    expect(tokens).toBe(predicted.length + text.length);
    expect(perSequence[0]?.nats).toBeCloseTo(-sum(predicted), 4);
    expect(value).toBeCloseTo(Math.exp(((perSequence[0]?.nats ?? 0) + (perSequence[1]?.nats ?? 0)) / tokens), 8);
  });

  it('refuses sequences without anything to predict', async () => {
    await expect(perplexity({ model, sequences: [[0]] })).rejects.toThrow('at least two tokens');
  });

  it('cuts texts to the context and leaves out those that are empty', () => {
    expect(textSequences(model, ['', 'Well. '.repeat(100)]).map(({ length }) => length)).toEqual([64]);
  });
});
