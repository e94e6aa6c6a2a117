import { selectBackend, tf } from '@sextant/compute';
import { runEval } from '@sextant/evals';
import type { Hook } from '@sextant/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantedStudy, plantedHook } from '../testing/plantedModel';
import { itemSequences, proseSequences } from './benchSequence';
import { ResidualBench } from './residualBench';
import { startingBlock } from './startingPoint';

let study: ReturnType<typeof plantedStudy>;
beforeAll(async () => {
  await selectBackend();
  study = plantedStudy(4);
});
afterAll(() => study.model.dispose());

/** Choices of one token, of two, and one that begins another: every way in which sequences share a prompt. */
const items = () => {
  const { items: own, sideTasks } = study.deps;
  const odd = { ...own[0]!, id: 'odd', choices: [' word1', ' word1 word2', ' word3'], gold: [0, 1, 0] };
  return [...own.slice(0, 7), ...sideTasks![0]!.items.slice(0, 3), odd];
};
const bench = (hook: string, batchTokens?: number) =>
  ResidualBench.create({ model: study.model, hook, sequences: itemSequences(items(), study.model.tokenizer), batchTokens });

const push = (value: tf.Tensor) => tf.add(value, tf.mul(tf.sin(tf.range(0, value.shape.at(-1)!)), 0.7));

describe('ResidualBench', () => {
  it.each(['blocks.0.hook_resid_post', 'blocks.1.hook_resid_pre', 'blocks.1.hook_resid_post', 'blocks.0.hook_mlp_out', 'blocks.1.hook_attn_out', 'hook_embed'])(
    'at %s scores items as libs/evals does with a hook on the whole model',
    async (point) => {
      const hooks: Hook[] = [{ point, fn: push }];
      const own = await bench(point, 40);
      expect(own.batches.length).toBeGreaterThan(2);
      for (const steered of [false, true]) {
        const { logProbs } = await own.evaluate(steered ? push : null);
        const expected = await runEval({ model: study.model, items: items(), hooks: steered ? hooks : [] });
        expected.forEach(({ choiceLogProbs }, i) => choiceLogProbs.forEach((value, slot) => expect(logProbs[i]![slot]).toBeCloseTo(value, 4)));
      }
      own.dispose();
    },
  );

  it('a change of exactly nothing gives exactly the baseline, and a KL of 0', async () => {
    const own = await bench(plantedHook);
    const before = await own.evaluate(null);
    const after = await own.evaluate((value) => tf.add(value, tf.zerosLike(value)), { kl: true });
    expect(after.logProbs).toEqual(before.logProbs);
    expect(Math.max(...after.kl!)).toBe(0);
    own.dispose();
  });

  it('takes the KL to the baseline where the prompt ends', async () => {
    const own = await bench(plantedHook, 30);
    const { kl } = await own.evaluate(push, { kl: true });
    items().forEach(({ prompt }, i) => {
      const ids = study.model.tokenizer.encode(prompt);
      const logs = [[], [{ point: plantedHook, fn: push }]].map((hooks) => {
        const all: number[] = Array.from(tf.tidy(() => tf.logSoftmax(study.model.forward({ ids: [ids] }, { hooks })).dataSync()));
        return all.slice(-study.model.config.vocabSize);
      });
      const expected = logs[1]!.reduce((total, value, t) => total + Math.exp(value) * (value - logs[0]![t]!), 0);
      expect(kl![i]).toBeCloseTo(expected, 4);
    });
    own.dispose();
  });

  it('does not depend on what runs together', async () => {
    const [one, many] = [await bench(plantedHook, 12), await bench(plantedHook, 4096)];
    expect(one.batches.length).toBeGreaterThan(many.batches.length);
    const [a, b] = [await one.evaluate(push), await many.evaluate(push)];
    a.logProbs.forEach((row, i) => row.forEach((value, slot) => expect(value).toBeCloseTo(b.logProbs[i]![slot]!, 4)));
    one.dispose();
    many.dispose();
  });

  it.each([plantedHook, 'blocks.1.hook_mlp_out'])('gradients at %s agree with finite differences', async (hook) => {
    const own = await bench(hook);
    const weights = items().map(({ choices }) => choices.map((_, i) => (i === 0 ? 1 : i === 1 ? -1 : 0)));
    const objective = async (nudge: number, at: number, batchAt: number) => {
      const { logProbs } = await own.evaluate((value, _, batch) => {
        if (batch !== own.batches[batchAt]) return value;
        const bump = tf.buffer([value.size]);
        bump.set(nudge, at);
        return tf.add(value, tf.reshape(bump.toTensor(), value.shape));
      });
      return logProbs.reduce((total, row, i) => total + row.reduce((sum, value, slot) => sum + value * weights[i]![slot]!, 0), 0);
    };
    const gradients: Float32Array[] = [];
    await own.gradients(weights, (_, gradient) => gradients.push(gradient));
    const largest = gradients[0]!.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradients[0]![best]!) ? i : best), 0);
    for (const at of [largest, 5, 700]) {
      const step = 0.02;
      const slope = ((await objective(step, at, 0)) - (await objective(-step, at, 0))) / (2 * step);
      expect(Math.abs(slope - gradients[0]![at]!)).toBeLessThan(2e-3 * Math.max(1, Math.abs(gradients[0]![largest]!)));
    }
    expect(Math.abs(gradients[0]![largest]!)).toBeGreaterThan(1e-2);
    own.dispose();
  });

  it('prose counts every token but the first and special ones', async () => {
    const ids = [0, 5, 9, 1, 7];
    const own = await ResidualBench.create({ model: study.model, hook: plantedHook, sequences: proseSequences([ids], study.model.tokenizer.specialIds) });
    const { logProbs } = await own.evaluate(null);
    const logs = tf.tidy(() => tf.logSoftmax(study.model.forward({ ids: [ids] })).dataSync());
    const expected = [1, 2, 4].reduce((total, at) => total + logs[(at - 1) * study.model.config.vocabSize + ids[at]!]!, 0);
    expect(logProbs[0]![0]).toBeCloseTo(expected, 4);
    own.dispose();
  });

  it('leaks nothing, cancels, and names what does not fit', async () => {
    const before = tf.memory().numTensors;
    const own = await bench(plantedHook);
    await own.evaluate(push, { kl: true });
    await own.gradients(items().map(({ choices }) => choices.map(() => 1)), () => undefined);
    own.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const long = [{ owner: 0, ids: new Array<number>(65).fill(3), prefixLength: 65, asks: [], leads: false }];
    await expect(ResidualBench.create({ model: study.model, hook: plantedHook, sequences: long })).rejects.toThrow('65 tokens');
    await expect(ResidualBench.create({ model: study.model, hook: plantedHook, sequences: [] })).rejects.toThrow('nothing to measure');
    const cancelled = { model: study.model, hook: plantedHook, sequences: itemSequences(items(), study.model.tokenizer), signal: AbortSignal.abort() };
    await expect(ResidualBench.create(cancelled)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('startingBlock', () => {
  it('starts at the hook’s own block, or applies the hook to its input', () => {
    expect(startingBlock('blocks.2.hook_resid_post', 4)).toEqual({ block: 3, direct: true });
    expect(startingBlock('blocks.3.hook_resid_post', 4)).toEqual({ block: 3, direct: false });
    expect(startingBlock('blocks.2.hook_resid_pre', 4)).toEqual({ block: 2, direct: true });
    expect(startingBlock('blocks.2.hook_mlp_out', 4)).toEqual({ block: 2, direct: false });
    expect(startingBlock('hook_embed', 4)).toEqual({ block: null, direct: false });
    expect(startingBlock('ln_final.hook_normalized', 4)).toEqual({ block: 3, direct: false });
    expect(() => startingBlock('blocks.4.hook_resid_pre', 4)).toThrow('blocks.4');
  });
});
