import { Rng, selectBackend, tf } from '@sextant/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate, generateStream } from './generate';
import type { Hook } from './hooks';
import type { LanguageModel } from './languageModel';
import { sampleToken } from './sampling';
import { smallLlama } from './testModel';

const prompts = [[3, 1, 4, 1, 5], [9, 2], [6, 5, 3, 5, 8, 9, 7, 9]];
const options = { maxNewTokens: 10, stop: [] };

describe('generate', () => {
  let model: LanguageModel;
  beforeAll(async () => {
    await selectBackend();
    model = smallLlama();
  });
  afterAll(() => model.dispose());

  /** Argmax continuation by running everything again for each token. */
  function recomputed(prompt: readonly number[], hooks: readonly Hook[] = []): number[] {
    const all = [...prompt];
    for (let n = 0; n < options.maxNewTokens; n++) {
      const logits = tf.tidy(() => model.forward({ ids: [all] }, { hooks }).slice([0, all.length - 1, 0], [1, 1, -1]).dataSync());
      all.push(logits.indexOf(Math.max(...logits)));
    }
    return all.slice(prompt.length);
  }

  it('gives the tokens of a full recomputation, alone and in a padded batch', async () => {
    const expected = prompts.map((prompt) => recomputed(prompt));
    expect((await generate(model, prompts, options)).map(({ ids }) => ids)).toEqual(expected);
    const [alone] = await generate(model, [prompts[1]!], options);
    expect(alone!.ids).toEqual(expected[1]);
  });

  it('applies hooks to the prompt and to every generated token, and marks the latter', async () => {
    const steer: Hook = { point: 'layers.1', fn: (value) => tf.add(value, tf.range(0, 16).mul(0.1)) };
    const generated: number[] = [];
    const watch: Hook = { point: 'layers.1', fn: (_, context) => void generated.push(...context.generated) };
    const [row] = await generate(model, [prompts[0]!], { ...options, hooks: [steer, watch] });
    expect(row!.ids).toEqual(recomputed(prompts[0]!, [steer]));
    expect(row!.ids).not.toEqual(recomputed(prompts[0]!));
    expect(generated).toEqual([...Array(5).fill(0), ...Array(9).fill(1)]);
  });

  it('samples the same text for a row whatever runs beside it, and another for another seed', async () => {
    const sampled = (rows: number[][], seed: number) => generate(model, rows, { ...options, temperature: 1, seed });
    const together = await sampled(prompts, 4);
    const [first] = await sampled([prompts[0]!], 4);
    expect(first!.ids).toEqual(together[0]!.ids);
    expect((await sampled(prompts, 5)).map(({ ids }) => ids)).not.toEqual(together.map(({ ids }) => ids));
  });

  it('stops a row at its stop token and goes on with the others', async () => {
    const expected = prompts.map((prompt) => recomputed(prompt));
    const stop = expected[0]![2]!;
    const cut = (ids: number[]) => (ids.includes(stop) ? ids.slice(0, ids.indexOf(stop)) : ids);
    const rows = await generate(model, prompts, { ...options, stop: [stop] });
    expect(rows.map(({ ids }) => ids)).toEqual(expected.map(cut));
    expect(rows[0]!.finish).toBe('stop');
  });

  it('ends where the context is full', async () => {
    const [row] = await generate(model, [prompts[0]!], { maxNewTokens: 100, stop: [] });
    expect(row!.finish).toBe('context');
    expect(row!.ids.length).toBe(32 - 5);
    await expect(generate(model, [Array(32).fill(1)], options)).rejects.toThrow(/prompt 0 has 32 tokens, which leaves no room/);
  });

  it('streams each token, stops when aborted, and leaks nothing', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const seen: number[] = [];
    const run = async () => {
      for await (const { id } of generateStream(model, [prompts[0]!], { ...options, signal: controller.signal })) {
        seen.push(id);
        if (seen.length === 3) controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toEqual(recomputed(prompts[0]!).slice(0, 3));
    for await (const _ of generateStream(model, prompts, options)) break;
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names a bad option', async () => {
    await expect(generate(model, prompts, { ...options, temperature: -1 })).rejects.toThrow('temperature is -1; expected a number from 0 on');
    await expect(generate(model, prompts, { ...options, maxNewTokens: 0 })).rejects.toThrow('maxNewTokens is 0');
  });
});

describe('sampleToken', () => {
  const logits = Float32Array.from([0, 2, 1, -1, 2, -30]);

  function frequencies(sampling: Parameters<typeof sampleToken>[1], draws = 20_000): number[] {
    const rng = new Rng(3);
    const counts = Array<number>(logits.length).fill(0);
    for (let n = 0; n < draws; n++) counts[sampleToken(logits, sampling, rng)]!++;
    return counts.map((count) => count / draws);
  }

  it('is greedy at temperature 0 and takes the lower id of equal logits', () => {
    expect(sampleToken(logits, {}, new Rng(1))).toBe(1);
  });

  it('draws with the probabilities of softmax(logits / temperature)', () => {
    const weights = [...logits].map((logit) => Math.exp(logit / 1.5));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // Three standard errors of 20,000 draws are at most 0.011.
    frequencies({ temperature: 1.5 }).forEach((share, id) => expect(Math.abs(share - weights[id]! / total)).toBeLessThan(0.011));
  });

  it('keeps the topK likeliest, and of those the fewest that hold topP', () => {
    expect(frequencies({ temperature: 1, topK: 3 }).map((share) => share > 0)).toEqual([false, true, true, false, true, false]);
    // 1 and 4 hold 0.73 together, 0.85 with 2.
    expect(frequencies({ temperature: 1, topP: 0.7 }).map((share) => share > 0)).toEqual([false, true, false, false, true, false]);
    expect(frequencies({ temperature: 1, topP: 0.8 }).map((share) => share > 0)).toEqual([false, true, true, false, true, false]);
    expect(frequencies({ temperature: 1, topK: 1, topP: 0.9 })[1]).toBe(1);
  });

  it('refuses logits that are no numbers', () => {
    expect(() => sampleToken(Float32Array.from([0, NaN]), {}, new Rng(1))).toThrow(/logit of token 1 is NaN/);
  });
});
