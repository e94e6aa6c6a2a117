import { selectBackend, tf } from '@sextant/compute';
import { generate, padBatch, type Hook, type LanguageModel } from '@sextant/models';
import type { InterventionInput, Operation } from '@sextant/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileIntervention } from './compileIntervention';
import { randomDirection } from './sources';
import { tinyModel } from './testing/tinyModel';
import { toyDictionary } from './testing/toyDictionary';

/** The correctness gates of steering (docs/steering.md), on a whole model. */
const digest = 'd'.repeat(64);
const hook = 'blocks.1.hook_resid_post';
const feature = { dictionary: digest, index: 2 };
let model: LanguageModel;
const prompts = [[0, 5, 9, 14], [0, 7, 22, 3, 41, 8, 30], [0, 11]];

beforeAll(async () => {
  await selectBackend();
  model = tinyModel();
});
afterAll(() => model.dispose());

const dictionaries = new Map([[digest, toyDictionary(16, 12, hook)]]);
const hooksOf = (operation: Operation, scope: InterventionInput['scope'] = {}, maxActivation = 2) =>
  compileIntervention({ hook, operations: [operation], scope }, { model, dictionaries, maxActivation: () => maxActivation }).hooks;

const logitsOf = (ids: number[][], hooks: Hook[] = []) => tf.tidy(() => model.forward({ ids }, { hooks }).dataSync());
const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);

const strong: [string, Operation][] = [
  ['clamp', { kind: 'clamp', feature, dose: 4 }],
  ['add', { kind: 'add', direction: { kind: 'random', seed: 3 }, dose: 2, unit: 1.5 }],
  ['matched add', { kind: 'add', direction: { kind: 'random', seed: 4 }, dose: -3, unit: 1, matchClampOf: feature }],
  ['projectOut', { kind: 'projectOut', direction: { kind: 'random', seed: 5 } }],
  ['reconstruct', { kind: 'reconstruct', dictionary: digest }],
];

describe('steering gates', () => {
  it('a zero dose of add equals the baseline exactly', () => {
    const baseline = logitsOf([prompts[1]!]);
    const steered = logitsOf([prompts[1]!], hooksOf({ kind: 'add', direction: { kind: 'random', seed: 3 }, dose: 0, unit: 2 }));
    expect(maxDifference(baseline, steered)).toBe(0);
  });

  it('clamping a feature to its own value is a no-op', () => {
    let own = 0;
    const ids = [prompts[1]!];
    model.run({ ids }, {
      stopAt: hook,
      hooks: [{ point: hook, fn: (value) => void (own = dictionaries.get(digest)!.encodeOne(tf.reshape(value, [7, 16]), [2]).dataSync()[4]!) }],
    });
    expect(own).toBeGreaterThan(0);
    const steered = logitsOf(ids, hooksOf({ kind: 'clamp', feature, dose: 1 }, { from: 4, to: 5 }, own));
    expect(maxDifference(logitsOf(ids), steered)).toBe(0);
  });

  it('project-out leaves v̂ · h ≈ 0 inside the model', () => {
    const [, operation] = strong[3]!;
    const direction = randomDirection(5, 16);
    const seen: number[] = [];
    const probe: Hook = {
      point: 'blocks.2.hook_resid_pre',
      fn: (value) => {
        const h = value.dataSync();
        for (let at = 0; at < h.length; at += 16) seen.push(Math.abs(direction.reduce((total, x, i) => total + x * h[at + i]!, 0)));
      },
    };
    logitsOf([prompts[1]!], [...hooksOf(operation), probe]);
    expect(seen).toHaveLength(7);
    expect(Math.max(...seen)).toBeLessThan(1e-5);
  });

  it.each(strong)('%s: cached generation equals full recompute', async (_, operation) => {
    for (const scope of [{}, { tokens: 'generated' as const }, { from: -1 }]) {
      const hooks = hooksOf(operation, scope);
      const [row] = await generate(model, [prompts[1]!], { maxNewTokens: 12, temperature: 0, stop: [], hooks });
      const chosen: number[] = [];
      for (let step = 0; step < 12; step++) {
        const ids = [...prompts[1]!, ...chosen];
        const batch = padBatch([ids]);
        batch.generated = Int32Array.from(ids, (_, at) => Number(at >= prompts[1]!.length));
        const logits = tf.tidy(() => model.forward(batch, { hooks }).dataSync()).slice(-48);
        chosen.push(logits.indexOf(Math.max(...logits)));
      }
      expect(row!.ids).toEqual(chosen);
    }
  });

  it.each(strong)('%s: a batch of 1 equals a padded batch of N', (_, operation) => {
    const hooks = hooksOf(operation);
    for (const side of ['left', 'right'] as const) {
      const batch = padBatch(prompts, { side });
      const together = tf.tidy(() => model.forward(batch, { hooks }).dataSync());
      prompts.forEach((prompt, row) => {
        const alone = logitsOf([prompt], hooks);
        const start = (row * batch.length + (side === 'left' ? batch.length - prompt.length : 0)) * 48;
        const scale = Math.max(...Array.from(alone, Math.abs));
        // Float32 sums in another order: the stated tolerance is 2e-5 of the largest logit.
        expect(maxDifference(alone, together.slice(start, start + alone.length))).toBeLessThan(2e-5 * scale);
      });
    }
  });

  it.each(strong)('%s: moves the logits at all', (_, operation) => {
    expect(maxDifference(logitsOf([prompts[1]!]), logitsOf([prompts[1]!], hooksOf(operation)))).toBeGreaterThan(1e-3);
  });

  it('gradients flow through a hook', () => {
    const { hooks } = compileIntervention(
      { hook, operations: [{ kind: 'clamp', feature, dose: 1 }] },
      { model, dictionaries, maxActivation: () => 2, measure: false },
    );
    const size = tf.tidy(() => {
      const at = tf.zeros([1, 7, 16]);
      const loss = (shift: tf.Tensor) =>
        tf.sum(model.forward({ ids: [prompts[1]!] }, { hooks: [{ point: hook, fn: (value) => tf.add(value, shift) }, ...hooks] }));
      return tf.norm(tf.grad(loss)(at)).dataSync()[0]!;
    });
    expect(size).toBeGreaterThan(0);
  });
});
