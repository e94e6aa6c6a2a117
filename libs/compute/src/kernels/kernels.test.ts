import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBackends, selectBackend } from '../backends/select';
import { NativeBackend } from '../native/backend';
import { Rng } from '../rng';

interface KernelCase {
  name: string;
  inputs: number[][];
  run(inputs: tf.Tensor[]): tf.Tensor | tf.Tensor[];
  /** Not differentiable, or with a gradient that TF.js lacks. */
  valueOnly?: boolean;
  /** Inputs are made positive: logarithms, roots. */
  positive?: boolean;
}

const two = (name: string, run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, valueOnly = false): KernelCase[] =>
  [
    [[3, 5], [3, 5]],
    [[2, 3, 5], [5]],
    [[3, 5], [3, 1]],
    [[], [3, 4]],
    [[2, 1, 4], [3, 1]],
    [[4, 1, 3, 1], [1, 2, 1, 5]],
  ].map((inputs) => ({ name: `${name} of [${inputs[0]}] and [${inputs[1]}]`, inputs, run: ([a, b]) => run(a!, b!), valueOnly }));

const one = (name: string, run: (x: tf.Tensor) => tf.Tensor | tf.Tensor[], options: Partial<KernelCase> = {}): KernelCase => ({
  name,
  inputs: [[3, 37]],
  run: ([x]) => run(x!),
  ...options,
});

const indices = () => tf.tensor1d([2, 0, 2, 1], 'int32');

const cases: KernelCase[] = [
  ...two('add', tf.add),
  ...two('sub', tf.sub),
  ...two('mul', tf.mul),
  ...two('div', tf.div),
  // TF.js has no broadcasting gradients of these.
  ...two('maximum', tf.maximum, true),
  ...two('minimum', tf.minimum, true),
  ...two('squaredDifference', tf.squaredDifference, true),
  ...two('greater', (a, b) => tf.greater(a, b).toFloat(), true),
  ...two('lessEqual', (a, b) => tf.lessEqual(a, b).toFloat(), true),
  ...two('equal', (a, b) => tf.equal(tf.round(a), tf.round(b)).toFloat(), true),
  ...(['exp', 'sigmoid', 'tanh', 'erf', 'neg', 'abs', 'square', 'sin', 'cos', 'relu', 'softplus', 'elu', 'sign'] as const).map((name) =>
    one(name, (x) => tf[name](x)),
  ),
  ...(['sqrt', 'rsqrt', 'reciprocal', 'log', 'log1p'] as const).map((name) => one(name, (x) => tf[name](x), { positive: true })),
  one('exp over its whole range', (x) => tf.exp(tf.mul(x, 45)), { valueOnly: true }),
  one('tanh over a wide range', (x) => tf.tanh(tf.mul(x, 5))),
  one('step', (x) => tf.step(x, 0.2), { valueOnly: true }),
  one('clipByValue', (x) => tf.clipByValue(x, -0.5, 0.7)),
  ...[undefined, 0, 1, 2, [0, 2], [0, 1], [1, 2]].flatMap((axis) => [
    one(`sum over ${axis}`, (x) => tf.sum(x, axis), { inputs: [[3, 5, 7]] }),
    one(`mean over ${axis}, kept`, (x) => tf.mean(x, axis, true), { inputs: [[3, 5, 7]] }),
    one(`max over ${axis}`, (x) => tf.max(x, axis), { inputs: [[3, 5, 7]] }),
    one(`min over ${axis}`, (x) => tf.min(x, axis), { inputs: [[3, 5, 7]] }),
  ]),
  one('sum of many', (x) => tf.sum(x), { inputs: [[200, 401]] }),
  one('argMax', (x) => tf.argMax(x, 1).toFloat(), { valueOnly: true }),
  one('argMin over the first axis', (x) => tf.argMin(x, 0).toFloat(), { valueOnly: true }),
  one('softmax', (x) => tf.softmax(x)),
  one('logSoftmax', (x) => tf.logSoftmax(x)),
  one('logSumExp', (x) => tf.logSumExp(x, 1)),
  ...[[1, 0, 2], [0, 2, 1], [2, 1, 0], [2, 0, 1], [0, 1, 2]].map((order) => one(`transpose ${order}`, (x) => tf.transpose(x, order), { inputs: [[3, 20, 37]] })),
  one('transpose of four axes', (x) => tf.transpose(x, [0, 2, 1, 3]), { inputs: [[2, 3, 4, 5]] }),
  one('transpose of four axes, last two exchanged', (x) => tf.transpose(x, [0, 2, 3, 1]), { inputs: [[2, 3, 4, 5]] }),
  one('slice', (x) => tf.slice(x, [1, 2, 0], [2, 2, 4]), { inputs: [[4, 5, 6]] }),
  one('slice of whole rows', (x) => tf.slice(x, [1, 0, 0], [2, -1, -1]), { inputs: [[4, 5, 6]] }),
  one('tile', (x) => tf.tile(x, [2, 1, 3]), { inputs: [[2, 3, 4]] }),
  one('pad', (x) => tf.pad(x, [[0, 0], [1, 2]], 0.5)),
  one('reshape', (x) => tf.reshape(x, [37, -1])),
  one('expandDims and squeeze', (x) => tf.squeeze(tf.expandDims(x, 1), [1])),
  one('split', (x) => tf.split(x, [2, 3], 0), { inputs: [[5, 4]], valueOnly: true }),
  one('unstack', (x) => tf.unstack(x, 1), { inputs: [[3, 4]], valueOnly: true }),
  one('gather', (x) => tf.gather(x, indices())),
  one('gather along the second axis', (x) => tf.gather(x, indices(), 1)),
  one('unsortedSegmentSum', (x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1, 2], 'int32'), 4), { inputs: [[4, 5]] }),
  one('oneHot', (x) => tf.mul(tf.oneHot(indices(), 4).toFloat(), x), { inputs: [[4, 4]] }),
  one('where', (x) => tf.where(tf.tensor2d([1, 0, 0, 1, 1, 0], [2, 3], 'bool'), x, tf.mul(x, 2)), { inputs: [[2, 3]] }),
  one('zerosLike, onesLike and fill', (x) => tf.add(tf.add(tf.zerosLike(x), tf.onesLike(x)), tf.fill([3, 37], 2)), { valueOnly: true }),
  one('cast from int32', (x) => tf.cast(tf.cast(x, 'int32'), 'float32'), { valueOnly: true }),
  one('cast from bool', (x) => tf.cast(tf.greater(x, 0), 'float32'), { valueOnly: true }),
  { name: 'concat', inputs: [[2, 3], [2, 4]], run: ([a, b]) => tf.concat([a!, b!], 1) },
  { name: 'stack', inputs: [[2, 3], [2, 3]], run: ([a, b]) => tf.stack([a!, b!], 1) },
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): KernelCase => ({
      name: `matMul${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
      inputs: [transposeA ? [70, 33] : [33, 70], transposeB ? [19, 70] : [70, 19]],
      run: ([a, b]) => tf.matMul(a!, b!, transposeA, transposeB),
    })),
  ),
  { name: 'matMul of batches', inputs: [[3, 4, 5], [3, 5, 6]], run: ([a, b]) => tf.matMul(a!, b!) },
  {
    // The plain cpu backend is wrong where both batches broadcast, so here it is given one that is already spread.
    name: 'matMul of batches that broadcast both ways',
    inputs: [[2, 1, 3, 4], [1, 3, 4, 5]],
    run: ([a, b]) => (tf.getBackend() === 'cpu' ? tf.matMul(tf.tile(a!, [1, 3, 1, 1]), tf.tile(b!, [2, 1, 1, 1])) : tf.matMul(a!, b!)),
    valueOnly: true,
  },
  { name: 'matMul deeper than a block', inputs: [[9, 700], [700, 11]], run: ([a, b]) => tf.matMul(a!, b!) },
  { name: 'matMul of a batch by one matrix', inputs: [[3, 4, 5], [5, 6]], run: ([a, b]) => tf.matMul(a!, b!), valueOnly: true },
];

// The plain cpu backend adds up in double; ours in blocks of float32, and its exponentials are polynomials.
const tolerance = 2e-5;

function evaluate(kernelCase: KernelCase): number[][] {
  return tf.tidy(() => {
    const rng = new Rng(11).fork(kernelCase.name);
    const inputs = kernelCase.inputs.map((shape) => {
      const values = rng.normals(tf.util.sizeFromShape(shape));
      return tf.tensor(kernelCase.positive ? values.map((value) => Math.abs(value) + 0.1) : values, shape);
    });
    const outputs = [kernelCase.run(inputs)].flat();
    const results = outputs.map((output) => Array.from(output.dataSync()));
    if (kernelCase.valueOnly) return results;
    const weights = tf.tensor1d(rng.normals(outputs[0]!.size));
    const loss = (...tensors: tf.Tensor[]) => tf.sum(tf.mul(tf.reshape([kernelCase.run(tensors)].flat()[0]!, [-1]), weights));
    return [...results, ...tf.grads(loss)(inputs).map((gradient) => Array.from(gradient.dataSync()))];
  });
}

const native = (await listBackends()).find((backend) => backend.name === 'native');

describe.skipIf(!native?.present)(`native kernels against plain JavaScript${native?.present ? '' : ` (skipped: ${native?.detail})`}`, () => {
  const expected = new Map<string, number[][]>();

  beforeAll(async () => {
    await selectBackend({ name: 'cpu' });
    for (const kernelCase of cases) expected.set(kernelCase.name, evaluate(kernelCase));
    await selectBackend({ name: 'native' });
  });

  for (const kernelCase of cases) {
    it(kernelCase.name, () => {
      const backend = tf.backend();
      if (!(backend instanceof NativeBackend)) throw new Error('the native backend is not selected');
      const before = tf.memory().numTensors;
      const dataBefore = backend.numDataIds();
      const results = evaluate(kernelCase);
      const wanted = expected.get(kernelCase.name) ?? [];
      expect(results.length).toBe(wanted.length);
      wanted.forEach((values, i) => {
        const found = results[i] ?? [];
        expect(found.length).toBe(values.length);
        values.forEach((value, j) => {
          const close = value === found[j] || Math.abs(value - found[j]!) <= tolerance * Math.max(1, Math.abs(value));
          if (!close) expect(found[j], `element ${j} of result ${i}`).toBe(value);
        });
      });
      expect(tf.memory().numTensors).toBe(before);
      expect(backend.numDataIds()).toBe(dataBefore);
    });
  }

  afterAll(() => {
    tf.disposeVariables();
  });
});
