import { selectBackend, tf } from '@sextant/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { padBatch } from './batch';
import { KvCache } from './decoder/kvCache';
import type { Hook, HookContext } from './hooks';
import type { LanguageModel } from './languageModel';
import { smallLlama } from './testModel';

const ids = [3, 1, 4, 1, 5, 9, 2, 6];
const short = [2, 7, 1];

function values(tensor: tf.Tensor): Float32Array {
  const copy = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return copy;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

describe('LanguageModel', () => {
  let model: LanguageModel;
  beforeAll(async () => {
    await selectBackend();
    model = smallLlama();
  });
  afterAll(() => model.dispose());

  it('runs every listed hook point once, in the order listed, with the shape listed', () => {
    const seen: string[] = [];
    const sizes = { batch: 1, pos: ids.length, key: ids.length };
    const hooks = model.hookPoints().map(
      ({ name, shape }): Hook => ({
        point: name,
        fn: (value, context) => {
          expect(value.shape, name).toEqual(shape.map((size) => (typeof size === 'number' ? size : sizes[size])));
          expect(context.point).toBe(name);
          seen.push(name);
        },
      }),
    );
    model.forward({ ids: [ids] }, { hooks }).dispose();
    expect(seen).toEqual(model.hookPoints().map(({ name }) => name));
    expect(seen).toContain('blocks.2.attn.hook_pattern');
  });

  it('writes at every hook point: another value changes the logits, the same value does not', () => {
    const baseline = values(model.forward({ ids: [ids] }));
    for (const { name } of model.hookPoints()) {
      const withHook = (fn: Hook['fn']) => values(model.forward({ ids: [ids] }, { hooks: [{ point: name, fn }] }));
      // Looking at a pattern or a normalised value takes another summation order.
      const slack = /pattern|normalized/.test(name) ? 2e-5 : 0;
      expect(largestDifference(withHook((value) => tf.mul(value, 1)), baseline), name).toBeLessThanOrEqual(slack);
      const uneven: Hook['fn'] = (value) => tf.mul(value, tf.randomUniform(value.shape, 0.5, 1.5, 'float32', 7));
      expect(largestDifference(withHook(uneven), baseline), name).toBeGreaterThan(1e-3);
    }
  });

  it('names a point that does not exist, and takes layers.N for the residual stream', () => {
    const hook = (point: string): Hook => ({ point, fn: () => {} });
    expect(() => model.forward({ ids: [ids] }, { hooks: [hook('blocks.9.hook_resid_post')] })).toThrow(
      /no hook point "blocks.9.hook_resid_post" in this model; there is blocks.0.hook_resid_post, blocks.2.hook_resid_post/,
    );
    let point = '';
    model.forward({ ids: [ids] }, { hooks: [{ point: 'layers.1', fn: (_, context) => void (point = context.point) }] }).dispose();
    expect(point).toBe('blocks.1.hook_resid_post');
  });

  it('refuses a hook that returns another shape', () => {
    const hooks: Hook[] = [{ point: 'layers.1', fn: () => tf.zeros([1, 2, 3]) }];
    expect(() => model.forward({ ids: [ids] }, { hooks })).toThrow('hook at blocks.1.hook_resid_post returned shape [1, 2, 3]; expected [1, 8, 16]');
  });

  it('tells hooks about padding, positions and generated tokens', () => {
    let context: HookContext | undefined;
    const batch = { ...padBatch([short, ids], { side: 'left', padId: 8 }), generated: Int32Array.from({ length: 16 }, (_, i) => (i % 8 === 7 ? 1 : 0)) };
    model.forward(batch, { hooks: [{ point: 'layers.0', fn: (_, given) => void (context = given) }] }).dispose();
    expect([...context!.positions]).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...context!.mask]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, ...Array(8).fill(1)]);
    expect([...context!.ids].slice(0, 8)).toEqual([8, 8, 8, 8, 8, ...short]);
    expect([...context!.generated]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('stops where it is told to, and runs no block above', () => {
    const seen: string[] = [];
    const hooks = ['layers.0', 'blocks.1.hook_attn_out'].map((point): Hook => ({ point, fn: (_, context) => void seen.push(context.point) }));
    const before = tf.memory().numTensors;
    model.run({ ids: [ids] }, { hooks, stopAt: 'blocks.1.hook_attn_out' });
    expect(seen).toEqual(['blocks.0.hook_resid_post', 'blocks.1.hook_attn_out']);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => model.run({ ids: [ids] }, { hooks: [{ point: 'layers.2', fn: () => {} }], stopAt: 'layers.1' })).toThrow(/would never run/);
  });

  it('starts at a block with a given residual and gives the same logits exactly', () => {
    let residual: tf.Tensor3D | undefined;
    const keep: Hook = { point: 'blocks.1.hook_resid_pre', fn: (value) => void (residual = tf.keep(tf.clone(value)).as3D(1, 8, 16)) };
    tf.tidy(() => {
      const whole = model.forward({ ids: [ids] }, { hooks: [keep] });
      const upper = model.forward({ ids: [ids] }, { from: { block: 1, residual: tf.keep(residual!) } });
      expect(largestDifference(values(upper), values(whole))).toBe(0);
    });
    expect(() => model.forward({ ids: [ids] }, { from: { block: 1, residual: residual! }, hooks: [{ point: 'layers.0', fn: () => {} }] })).toThrow(/would never run/);
    expect(() => model.forward({ ids: [short] }, { from: { block: 1, residual: residual! } })).toThrow(/shape \[1,8,16\]; expected \[1,3,16\]/);
    residual!.dispose();
  });

  it('gives a sequence the same logits alone, in a batch, and padded on either side', () => {
    const alone = values(model.forward({ ids: [short] }));
    const right = values(tf.tidy(() => model.forward(padBatch([ids, short])).slice([1, 0, 0], [1, 3, -1])));
    const left = values(tf.tidy(() => model.forward(padBatch([ids, short], { side: 'left' })).slice([1, 5, 0], [1, 3, -1])));
    expect(largestDifference(right, alone)).toBeLessThan(1e-5);
    expect(largestDifference(left, alone)).toBeLessThan(1e-5);
  });

  it('continues from a cache as if nothing had been cached, also one token at a time behind left padding', () => {
    const batch = padBatch([short, ids], { side: 'left' });
    const whole = values(model.forward(batch));
    const cache = new KvCache();
    const parts = [[0, 6], [6, 7], [7, 8]].map(([start, end]) =>
      tf.keep(model.forward({ ids: columns(batch.ids, start!, end!), mask: columns(batch.mask, start!, end!), batch: 2, length: end! - start! }, { cache })),
    );
    expect(largestDifference(values(tf.concat(parts, 1)).subarray(8 * 29), whole.subarray(8 * 29))).toBeLessThan(1e-5);
    tf.dispose(parts);
    cache.dispose();
  });

  it('continues several branches of one cache without one writing into another, patterns read by a hook', () => {
    const batch = padBatch([short, ids], { side: 'left' });
    const next = (cache: KvCache, tokens: number[], hooks: Hook[] = []) =>
      values(model.forward({ ids: Int32Array.from(tokens), mask: Int32Array.of(1, 1), batch: 2, length: 1 }, { cache, hooks }));
    const cache = new KvCache();
    model.forward(batch, { cache }).dispose();
    next(cache, [1, 2]);
    const branches = [cache.select([0, 1]), cache.select([0, 1])] as const;
    const keys: number[] = [];
    const watch: Hook = { point: 'blocks.1.attn.hook_pattern', fn: (pattern) => void keys.push(pattern.shape[3]!) };
    // Both have room for the next column in what they were copied from.
    const first = next(branches[0], [3, 4]);
    const second = next(branches[1], [5, 6], [watch]);
    const then = next(branches[0], [7, 8]);
    const whole = (rows: number[][]) => {
      const full = model.forward(padBatch([[...short, ...rows[0]!], [...ids, ...rows[1]!]], { side: 'left' }));
      return values(tf.tidy(() => tf.slice(full, [0, full.shape[1] - 1, 0], [-1, 1, -1])));
    };
    expect(largestDifference(first, whole([[1, 3], [2, 4]]))).toBeLessThan(1e-5);
    expect(largestDifference(second, whole([[1, 5], [2, 6]]))).toBeLessThan(1e-5);
    expect(largestDifference(then, whole([[1, 3, 7], [2, 4, 8]]))).toBeLessThan(1e-5);
    expect(keys).toEqual([10]);
    for (const each of [cache, ...branches]) each.dispose();
  });

  it('passes gradients from logits to a residual in the middle', () => {
    const direction = tf.tidy(() => {
      const residual = tf.randomNormal<tf.Rank.R3>([1, 8, 16], 0, 1, 'float32', 5);
      const last = (x: tf.Tensor) => model.forward({ ids: [ids] }, { from: { block: 1, residual: x.as3D(1, 8, 16) } }).slice([0, 7, 3], [1, 1, 1]).asScalar();
      const gradient = tf.grad(last)(residual);
      const step = tf.mul(gradient, 1e-3);
      const predicted = tf.sum(tf.mul(gradient, step)).dataSync()[0]!;
      const rise = tf.sub(last(tf.add(residual, step)), last(tf.sub(residual, step))).dataSync()[0]! / 2;
      return rise / predicted;
    });
    expect(direction).toBeGreaterThan(0.98);
    expect(direction).toBeLessThan(1.02);
  });

  it('leaves nothing behind but its result', () => {
    const before = tf.memory().numTensors;
    const logits = model.forward(padBatch([short, ids], { side: 'left' }), { hooks: [{ point: 'layers.1', fn: (value) => tf.add(value, 1) }] });
    expect(tf.memory().numTensors).toBe(before + 1);
    logits.dispose();
    expect(() => model.forward({ ids: [ids] }, { hooks: [{ point: 'layers.2', fn: () => { throw new Error('stop'); } }] })).toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names ids outside the vocabulary and empty sequences', () => {
    expect(() => model.forward({ ids: [[3, 29]] })).toThrow('token id 29 is outside the model\'s vocabulary of 29');
    expect(() => model.forward({ ids: [[1], []] })).toThrow('sequence 1 is empty');
    expect(() => model.tokenizer).toThrow(/no tokenizer.json/);
  });
});

function columns(rows: Int32Array, start: number, end: number): Int32Array {
  return Int32Array.from([...rows.slice(start, end), ...rows.slice(8 + start, 8 + end)]);
}
