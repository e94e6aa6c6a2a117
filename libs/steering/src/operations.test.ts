import { selectBackend, tf } from '@sextant/compute';
import type { Operation } from '@sextant/schema';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileIntervention, type CompileOptions } from './compileIntervention';
import { randomDirection } from './sources';
import { contextOf } from './testing/context';
import { tinyModel } from './testing/tinyModel';
import { toyDictionary } from './testing/toyDictionary';

const digest = 'd'.repeat(64);
const hook = 'blocks.1.hook_resid_post';
const feature = { dictionary: digest, index: 3 };
const other = { dictionary: digest, index: 4 };
const d = 16;
let options: CompileOptions;

beforeAll(async () => {
  await selectBackend();
  options = {
    model: tinyModel(),
    dictionaries: new Map([[digest, toyDictionary(d, 12, hook)]]),
    maxActivation: () => 2.5,
    vectors: new Map([['e'.repeat(64), Float32Array.from({ length: d }, (_, i) => i - 4)]]),
  };
});

const context = contextOf(['ttt']);
const values = Float32Array.from({ length: 3 * d }, (_, i) => Math.sin(i * 1.7) * 2);

/** h, h' and the activations of the feature on each token. */
function applied(operation: Operation | Operation[], scope = {}) {
  const compiled = compileIntervention({ hook, operations: [operation].flat(), scope, conflict: 'compose' }, options);
  const before = tf.tensor3d(values, [1, 3, d]);
  const after = compiled.apply(before, context).dataSync();
  const activations = options.dictionaries!.get(digest)!.encodeOne(tf.reshape(before, [3, d]), [3, 4]).dataSync();
  return { after, stats: compiled.stats(), a: (token: number, column = 0) => activations[2 * token + column]! };
}

const rowOf = (index: number) => options.dictionaries!.get(digest)!.decoderRow(index);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((total, value, i) => total + value * b[i]!, 0);
const token = (data: ArrayLike<number>, index: number) => Array.from(data).slice(index * d, (index + 1) * d);

/** Each token's change against lengths along a direction, computed here in float64. */
function expectAlong(after: ArrayLike<number>, lengths: number[], vector: ArrayLike<number>) {
  lengths.forEach((length, index) => {
    token(after, index).forEach((value, i) => expect(value).toBeCloseTo(values[index * d + i]! + length * vector[i]!, 5));
  });
}

describe('operations against a hand computation', () => {
  it('clamp sets the feature to a multiple of its max and keeps the error', () => {
    const { after, a } = applied({ kind: 'clamp', feature, dose: -1.5 });
    expectAlong(after, [0, 1, 2].map((at) => -1.5 * 2.5 - a(at)), rowOf(3));
  });

  it('scale and ablate change the feature where it is active', () => {
    const scaled = applied({ kind: 'scale', feature, factor: 3 });
    expectAlong(scaled.after, [0, 1, 2].map((at) => 2 * scaled.a(at)), rowOf(3));
    const ablated = applied({ kind: 'ablate', feature });
    expectAlong(ablated.after, [0, 1, 2].map((at) => -ablated.a(at)), rowOf(3));
    expect([0, 1, 2].some((at) => ablated.a(at) > 0)).toBe(true);
  });

  it('add moves by dose · unit along the unit vector, whatever the vector was made as', () => {
    const vector = Float32Array.from({ length: d }, (_, i) => i - 4);
    const unit = vector.map((value) => value / Math.hypot(...vector));
    const { after } = applied({ kind: 'add', direction: { kind: 'vector', vector: 'e'.repeat(64) }, dose: -2, unit: 0.75 });
    expectAlong(after, [-1.5, -1.5, -1.5], unit);
  });

  it('add with matchClampOf disturbs each token as much as the clamp, with the sign of the dose', () => {
    for (const dose of [-1, 2]) {
      const { after, a } = applied({ kind: 'add', direction: { kind: 'random', seed: 7 }, dose, unit: 1, matchClampOf: feature });
      expectAlong(after, [0, 1, 2].map((at) => Math.sign(dose) * Math.abs(dose * 2.5 - a(at))), randomDirection(7, d));
      const clamped = applied({ kind: 'clamp', feature, dose });
      [0, 1, 2].forEach((at) => {
        const length = (data: ArrayLike<number>) => Math.hypot(...token(data, at).map((value, i) => value - values[at * d + i]!));
        expect(length(after)).toBeCloseTo(length(clamped.after), 4);
      });
    }
  });

  it('projectOut leaves nothing along the direction and everything else', () => {
    const vector = randomDirection(11, d);
    const { after } = applied({ kind: 'projectOut', direction: { kind: 'random', seed: 11 } });
    for (let at = 0; at < 3; at++) {
      expect(Math.abs(dot(vector, token(after, at)))).toBeLessThan(1e-5);
      expectAlong(after, [0, 1, 2].map((index) => -dot(vector, token(values, index))), vector);
    }
  });

  it('reconstruct puts decode(encode(h)) in the place of h', () => {
    const source = options.dictionaries!.get(digest)!;
    const expected = source.decode(source.encode(tf.tensor2d(values, [3, d]))).dataSync();
    const { after } = applied({ kind: 'reconstruct', dictionary: digest });
    after.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('several operations apply in order, each on what the one before left', () => {
    const first: Operation = { kind: 'add', direction: { kind: 'decoder', feature: other }, dose: 4, unit: 1 };
    const { after } = applied([first, { kind: 'ablate', feature }]);
    const moved = tf.tensor2d(applied(first).after as Float32Array, [3, d]);
    const a = options.dictionaries!.get(digest)!.encodeOne(moved, [3]).dataSync();
    [0, 1, 2].forEach((at) =>
      token(after, at).forEach((value, i) => expect(value).toBeCloseTo(values[at * d + i]! + 4 * rowOf(4)[i]! - a[at]! * rowOf(3)[i]!, 5)),
    );
    const reversed = applied([{ kind: 'ablate', feature }, first]);
    expect(reversed.after).not.toEqual(after);
  });
});

describe('exactness', () => {
  it('a dose of 0 adds exactly nothing', () => {
    expect(applied({ kind: 'add', direction: { kind: 'random', seed: 1 }, dose: 0, unit: 3 }).after).toEqual(values);
  });

  it('a clamp to the activation it has changes exactly nothing', () => {
    const own = applied({ kind: 'ablate', feature }).a;
    const active = [0, 1, 2].find((at) => own(at) > 0)!;
    const compiled = compileIntervention(
      { hook, operations: [{ kind: 'clamp', feature, dose: 1 }], scope: { from: active, to: active + 1 } },
      { ...options, maxActivation: () => own(active) },
    );
    expect(compiled.apply(tf.tensor3d(values, [1, 3, d]), context).dataSync()).toEqual(values);
    expect(compiled.stats()).toEqual({ normRatio: 0, touched: 1 });
  });

  it('tokens outside the scope keep their exact values', () => {
    const { after } = applied({ kind: 'clamp', feature, dose: 5 }, { from: 1, to: 2 });
    expect(token(after, 0)).toEqual(token(values, 0));
    expect(token(after, 2)).toEqual(token(values, 2));
    expect(token(after, 1)).not.toEqual(token(values, 1));
  });

  it('reports ‖Δh‖/‖h‖ over touched tokens only', () => {
    const { after, stats } = applied({ kind: 'clamp', feature, dose: 2 }, { from: 1 });
    const ratio = (at: number) => Math.hypot(...token(after, at).map((value, i) => value - values[at * d + i]!)) / Math.hypot(...token(values, at));
    expect(stats.touched).toBe(2);
    expect(stats.normRatio).toBeCloseTo((ratio(1) + ratio(2)) / 2, 5);
  });

  it('leaks no tensors', () => {
    const compiled = compileIntervention({ hook, operations: [{ kind: 'clamp', feature, dose: 2 }] }, options);
    const value = tf.tensor3d(values, [1, 3, d]);
    const before = tf.memory().numTensors;
    compiled.apply(value, context).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
