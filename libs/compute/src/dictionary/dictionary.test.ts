import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeCodes, denseCodes, DictionaryAdam, encodeThreshold, encodeTopK, featureCounts, featureSums, listBackends, readCodes, Rng, selectBackend, tf, topKMask } from '../index';
import { loadAddon } from '../native/addon';
import { useSwiftShader } from '../testing/swiftShader';
import type { Codes } from './codes';
import { referenceDecode, referenceGradients, referenceThreshold, referenceTopK, type ReferenceInput } from './reference';

/** Sums of some hundred float32 products of order 1. */
const tolerance = 2e-5;

interface Problem extends ReferenceInput {
  decoder: Float32Array;
  decoderBias: Float32Array;
  dOut: Float32Array;
  dSums: Float32Array;
}

function problem(seed: number, { rows = 9, d = 37, n = 83, subset }: { rows?: number; d?: number; n?: number; subset?: Int32Array } = {}): Problem {
  const rng = new Rng(seed);
  return {
    rows, d, n, subset,
    x: rng.normals(rows * d),
    weights: rng.normals(n * d, 1 / Math.sqrt(d)),
    bias: rng.normals(n, 0.1),
    center: rng.normals(d, 0.3),
    scale: Float32Array.from({ length: n }, () => 0.5 + rng.uniform()),
    decoder: rng.normals(n * d, 0.3),
    decoderBias: rng.normals(d),
    dOut: rng.normals(rows * d),
    dSums: rng.normals(n),
  };
}

type Encode = (input: Parameters<typeof encodeTopK>[0]) => Codes;

/** Values and gradients of one encoding, decoded and summed, against the float64 loops. */
async function check(p: Problem, encode: Encode, expectedCodes: Float64Array): Promise<void> {
  const { rows, d, n } = p;
  const inputs = [
    tf.tensor2d(p.x, [rows, d]), tf.tensor2d(p.weights, [n, d]), tf.tensor1d(p.bias), tf.tensor1d(p.center!), tf.tensor1d(p.scale!),
    tf.tensor2d(p.decoder, [n, d]), tf.tensor1d(p.decoderBias),
  ];
  const names = ['x', 'weights', 'bias', 'center', 'scale', 'decoder', 'decoderBias'] as const;
  const outputs: tf.Tensor[] = [];
  const objective = (...args: tf.Tensor[]): tf.Scalar => {
    const [x, weights, bias, center, scale, decoder, decoderBias] = args;
    const codes = encode({
      x: x!.as2D(rows, d), weights: weights!.as2D(n, d), bias: bias!.as1D(), center: center!.as1D(), scale: scale!.as1D(), subset: p.subset,
    });
    const out = decodeCodes(codes, decoder!.as2D(n, d), decoderBias!.as1D());
    outputs.splice(0, 2, tf.keep(denseCodes(codes)), tf.keep(out.clone()));
    return tf.add(tf.sum(tf.mul(out, tf.tensor2d(p.dOut, [rows, d]))), tf.sum(tf.mul(featureSums(codes), tf.tensor1d(p.dSums)))).asScalar();
  };
  const gradients = tf.grads(objective)(inputs);
  expectClose(await outputs[0]!.data(), expectedCodes, 'codes');
  expectClose(await outputs[1]!.data(), referenceDecode(expectedCodes, p.decoder, p.decoderBias, p), 'decoded');
  const expected = referenceGradients(p, expectedCodes, p.decoder, p.dOut, p.dSums);
  for (const [i, name] of names.entries()) expectClose(await gradients[i]!.data(), expected[name], `gradient of ${name}`);
  tf.dispose([...inputs, ...gradients, ...outputs]);
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  let worst = 0;
  let size = 1;
  for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(actual.length, what).toBe(expected.length);
  expect(worst / size, what).toBeLessThan(tolerance);
}

useSwiftShader();
const backends = await listBackends();

describe.each(backends)('dictionary operations on $name', ({ name: backend, present, detail, runsJobs }) => {
  if (!present) return void it.skip(`absent: ${detail}`, () => {});

  beforeAll(async () => {
    await selectBackend({ name: backend });
  });

  it('keeps the k largest positive values, with gradients', async () => {
    const p = problem(1);
    await check(p, (input) => encodeTopK(input, { k: 5, positive: true }), referenceTopK(p, 5, true));
  });

  it('keeps negative values of a subset without rectifying', async () => {
    const p = problem(2, { subset: Int32Array.from([0, 3, 4, 11, 40, 82]) });
    await check(p, (input) => encodeTopK(input, { k: 4, positive: false }), referenceTopK(p, 4, false));
  });

  it('leaves out what is not positive when k is more than fires', async () => {
    const p = problem(3, { n: 16 });
    const codes = referenceTopK(p, 16, true);
    expect(codes.some((value) => value === 0)).toBe(true);
    await check(p, (input) => encodeTopK(input, { k: 16, positive: true }), codes);
  });

  it.each(['sparse', 'dense'] as const)('passes what exceeds its threshold, asked for as %s', async (layout) => {
    const p = problem(4);
    const threshold = Float32Array.from({ length: p.n }, (_, i) => (i % 3) * 0.4);
    await check(p, (input) => encodeThreshold(input, { threshold: tf.tensor1d(threshold), layout }), referenceThreshold(p, threshold));
    await check(p, (input) => encodeThreshold(input, { layout }), referenceThreshold(p));
  });

  it.skipIf(!runsJobs)('gives ties to the lower feature, and handles a row of zeros (reads synchronously)', async () => {
    const weights = tf.tensor2d([1, 0, 0, 1, 1, 0, 0, 1], [4, 2]);
    const codes = encodeTopK({ x: tf.tensor2d([1, 1, 0, 0, -1, 2], [3, 2]), weights, bias: tf.zeros([4]) }, { k: 2, positive: true });
    const { rowOffsets, indices, values } = readCodes(codes);
    expect([...rowOffsets]).toEqual([0, 2, 2, 4]);
    expect([...indices]).toEqual([0, 1, 1, 3]);
    expect([...values]).toEqual([1, 1, 2, 2]);
    expect([...(await featureCounts(codes).data())]).toEqual([1, 2, 0, 1]);
    tf.disposeVariables();
  });

  it.skipIf(!runsJobs)('steps as Adam in float64 does, with rows held at unit norm and the gradient clipped (reads synchronously)', async () => {
    const rng = new Rng(5);
    const [n, d] = [7, 19];
    const start = rng.normals(n * d);
    for (let i = 0; i < n; i++) {
      const norm = Math.hypot(...start.subarray(i * d, (i + 1) * d));
      for (let t = 0; t < d; t++) start[i * d + t]! /= norm;
    }
    const free = rng.normals(11);
    const variables = [tf.variable(tf.tensor2d(start.slice(), [n, d]), true, 'decoder'), tf.variable(tf.tensor1d(free.slice()), true, 'bias')];
    const adam = new DictionaryAdam(
      [{ name: 'decoder', variable: variables[0]!, tangent: true, unitNorm: true }, { name: 'bias', variable: variables[1]! }],
      { clipNorm: 1 },
    );
    const reference = new ReferenceAdam([Float64Array.from(start), Float64Array.from(free)], d);
    for (let step = 1; step <= 4; step++) {
      const grads = [rng.normals(n * d), rng.normals(11)];
      const tensors = { decoder: tf.tensor2d(grads[0]!, [n, d]), bias: tf.tensor1d(grads[1]!) };
      const { norm } = adam.step(tensors, 0.05);
      expect(norm! / reference.step(grads, 0.05)).toBeCloseTo(1, 5);
      tf.dispose(tensors);
    }
    expectClose(await variables[0]!.data(), reference.parameters[0]!, 'decoder');
    expectClose(await variables[1]!.data(), reference.parameters[1]!, 'bias');
    adam.dispose();
    tf.dispose(variables);
  });

  it('ranks a wide row of equal and negative values, ties to the lower column', async () => {
    const row = Float32Array.from({ length: 700 }, (_, i) => [-1, 2, -0, 2, 0][i % 5]! - (i >= 600 ? 3 : 0));
    const scores = tf.tensor2d(row, [1, 700]);
    const ranked = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
    for (const k of [1, 7, 241, 400, 650]) {
      const mask = topKMask(scores, k);
      const expected = new Float32Array(700);
      for (const i of ranked.slice(0, k)) expected[i] = 1;
      expect([...(await mask.data())], `k ${k}`).toEqual([...expected]);
      mask.dispose();
    }
    scores.dispose();
  });

  it('leaks no tensors', () => {
    const p = problem(6);
    const inputs = {
      x: tf.tensor2d(p.x, [p.rows, p.d]),
      weights: tf.tensor2d(p.weights, [p.n, p.d]),
      bias: tf.tensor1d(p.bias),
      center: tf.tensor1d(p.center!),
    };
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const loss = (weights: tf.Tensor) => {
        const codes = encodeTopK({ ...inputs, weights: weights.as2D(p.n, p.d) }, { k: 3, positive: true });
        return tf.sum(tf.square(decodeCodes(codes, inputs.weights)));
      };
      tf.grad(loss)(inputs.weights).dispose();
      tf.tidy(() => void encodeThreshold(inputs));
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(inputs);
  });

  it('refuses what cannot be', () => {
    const [x, weights, bias] = [tf.zeros<tf.Rank.R2>([2, 3]), tf.zeros<tf.Rank.R2>([4, 3]), tf.zeros<tf.Rank.R1>([4])];
    expect(() => encodeTopK({ x, weights, bias }, { k: 5, positive: true })).toThrow('k is 5; expected a whole number from 1 to the dictionary\'s 4 features');
    expect(() => encodeTopK({ x, weights, bias: tf.zeros([3]) }, { k: 1, positive: true })).toThrow('bias [3] do not fit');
    expect(() => decodeCodes(encodeTopK({ x, weights, bias }, { k: 1, positive: true }), tf.zeros([5, 3]))).toThrow('codes of 4 features');
  });
});

/** Adam as PyTorch writes it, rows of parameter 0 at unit norm, global norm clipped to 1. */
class ReferenceAdam {
  private readonly m: Float64Array[];
  private readonly v: Float64Array[];
  private steps = 0;

  constructor(readonly parameters: Float64Array[], private readonly d: number) {
    this.m = parameters.map((parameter) => new Float64Array(parameter.length));
    this.v = parameters.map((parameter) => new Float64Array(parameter.length));
  }

  step(gradients: Float32Array[], learningRate: number): number {
    this.steps += 1;
    const [decoder] = this.parameters;
    const grads = gradients.map((gradient) => Float64Array.from(gradient));
    for (let at = 0; at < decoder!.length; at += this.d) {
      const row = decoder!.subarray(at, at + this.d);
      const g = grads[0]!.subarray(at, at + this.d);
      const along = dot(row, g) / dot(row, row);
      for (let t = 0; t < this.d; t++) g[t]! -= along * row[t]!;
    }
    const norm = Math.sqrt(grads.reduce((sum, g) => sum + dot(g, g), 0));
    const scale = Math.min(1, 1 / (norm + 1e-6));
    this.parameters.forEach((parameter, j) => {
      for (let i = 0; i < parameter.length; i++) {
        const g = grads[j]![i]! * scale;
        this.m[j]![i] = 0.9 * this.m[j]![i]! + 0.1 * g;
        this.v[j]![i] = 0.999 * this.v[j]![i]! + 0.001 * g * g;
        const root = Math.sqrt(this.v[j]![i]! / (1 - 0.999 ** this.steps)) + 1e-8;
        parameter[i]! -= (learningRate * this.m[j]![i]!) / (1 - 0.9 ** this.steps) / root;
      }
    });
    for (let at = 0; at < decoder!.length; at += this.d) {
      const row = decoder!.subarray(at, at + this.d);
      const length = Math.sqrt(dot(row, row));
      for (let t = 0; t < this.d; t++) row[t]! /= length;
    }
    return norm;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

const addon = loadAddon();
const isa = 'addon' in addon ? addon.addon.isa() : '';
describe.skipIf('absent' in addon)('native dictionary kernels (need the native addon: npm run setup)', () => {
  beforeAll(async () => {
    await selectBackend({ name: 'native' });
  });

  it('does a row of near-ties, of huge values, and k beyond the candidate buffer from canonical values', async () => {
    const [n, d] = [300, 24];
    const rng = new Rng(8);
    const base = rng.normals(d);
    const p = problem(9, { rows: 4, d, n });
    for (let i = 0; i < n; i++) for (let t = 0; t < d; t++) p.weights[i * d + t] = base[t]! * (1 + (i % 5) * 1e-7);
    p.x.set(base, 0);
    for (let t = 0; t < d; t++) p.x[d + t]! *= 1e34;
    const flat: ReferenceInput = { ...p, center: undefined, scale: undefined, bias: new Float32Array(n) };
    for (const k of [3, 70, 299]) {
      const codes = encodeTopK({ x: tf.tensor2d(p.x, [4, d]), weights: tf.tensor2d(p.weights, [n, d]), bias: tf.zeros([n]) }, { k, positive: true });
      const dense = await denseCodes(codes).data();
      const expected = canonicalTopK(flat, k);
      expect(Array.from(dense)).toEqual(Array.from(expected));
    }
  });

  it('refuses NaN and infinities by row and by feature', () => {
    const x = new Float32Array(6).fill(1);
    x[4] = NaN;
    const weights = tf.ones<tf.Rank.R2>([5, 3]);
    expect(() => encodeTopK({ x: tf.tensor2d(x, [2, 3]), weights, bias: tf.zeros([5]) }, { k: 1, positive: true })).toThrow('row 1 of the activations holds NaN');
    const bias = tf.tensor1d([0, 0, Infinity, 0, 0]);
    expect(() => encodeThreshold({ x: tf.ones([2, 3]), weights, bias })).toThrow('feature 2 of the encoder holds NaN');
  });

  it('answers the same behind the integer screen as without it, whatever the data', () => {
    const script = fileURLToPath(new URL('./encodeDigest.ts', import.meta.url));
    const results = (env: Record<string, string>): { kind: string; question: string; entries: number; screened: number; digest: string }[] =>
      execFileSync(process.execPath, ['--import', 'tsx', script], { env: { ...process.env, SEXTANT_BACKEND: 'native', ...env }, encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const [best, baseline] = [results({}), results({ SEXTANT_ISA: 'baseline' })];
    expect(baseline.every(({ screened }) => screened === 0)).toBe(true);
    expect(baseline.filter(({ entries }) => entries > 100).length).toBeGreaterThan(12);
    for (const [i, { kind, question, entries, digest }] of best.entries()) expect(baseline[i]).toMatchObject({ kind, question, entries, digest });
    const screen = new Map(best.map(({ kind, question, screened }) => [`${question} ${kind}`, screened]));
    if (isa === 'baseline') return;
    for (const kind of ['planted', 'outlier dimensions', 'scaled', 'a subset']) expect(screen.get(`topk ${kind}`), kind).toBeGreaterThan(60);
    expect(screen.get('threshold planted')).toBe(70);
    expect(screen.get('topk features alike')).toBeLessThan(70);
  });

  it('computes a training step with the same bits at 1 and 3 threads, on AVX2 or AVX-512 and on the baseline', () => {
    const script = fileURLToPath(new URL('./stepDigest.ts', import.meta.url));
    const digest = (env: Record<string, string>) =>
      execFileSync(process.execPath, ['--import', 'tsx', script], { env: { ...process.env, SEXTANT_BACKEND: 'native', ...env }, encoding: 'utf8' }).trim();
    const reference = digest({ SEXTANT_THREADS: '1' });
    expect(reference).toMatch(/^[0-9a-f]{64}$/);
    expect(digest({ SEXTANT_THREADS: '3' })).toBe(reference);
    expect(digest({ SEXTANT_ISA: 'baseline', SEXTANT_THREADS: '2' })).toBe(reference);
  });
});

/** Values rounded to float32 once, then ranked: the rule the kernel promises to the bit. */
function canonicalTopK(input: ReferenceInput, k: number): Float32Array {
  const { rows, n, d } = input;
  const out = new Float32Array(rows * n);
  for (let r = 0; r < rows; r++) {
    const values = Float32Array.from({ length: n }, (_, i) => canonicalDot(input.x.subarray(r * d, (r + 1) * d), input.weights.subarray(i * d, (i + 1) * d)));
    const ranked = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, k);
    for (const i of ranked) if (values[i]! > 0) out[r * n + i] = values[i]!;
  }
  return out;
}

/** 16 lanes of exact products summed in float64, then pairwise: native/src/dictionaryLanes.h. */
function canonicalDot(a: Float32Array, b: Float32Array): number {
  const lanes = new Float64Array(16);
  const whole = a.length - (a.length % 16);
  for (let t = 0; t < whole; t++) lanes[t % 16]! += a[t]! * b[t]!;
  let tail = 0;
  for (let t = whole; t < a.length; t++) tail += a[t]! * b[t]!;
  const s = [0, 1, 2, 3].map((i) => lanes[i]! + lanes[i + 4]! + (lanes[i + 8]! + lanes[i + 12]!));
  return s[0]! + s[1]! + (s[2]! + s[3]!) + tail;
}
