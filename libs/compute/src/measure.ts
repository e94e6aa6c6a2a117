/**
 * Prints what the selected backend reaches: matrix products at the shapes of training, an addition, and a training
 * step of a small Llama. Run with `node --import tsx libs/compute/src/measure.ts [backend] [steps]`.
 */
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { AdamW } from './adamW';
import { selectBackend } from './backends/select';
import { clipByGlobalNorm } from './gradients';
import { measureBackend } from './measureBackend';
import { attention } from './ops/attention';
import { crossEntropy } from './ops/crossEntropy';
import { embedding } from './ops/embedding';
import { linear } from './ops/linear';
import { rmsNorm } from './ops/rmsNorm';
import { rope } from './ops/rope';
import { swiglu } from './ops/swiglu';
import { Rng } from './rng';

const [batch, length, heads, headDim, width, hidden, vocabulary, layers] = [24, 128, 4, 32, 128, 352, 1024, 4] as const;
const tokens = batch * length;

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

interface Timing {
  /** Seconds a run by the clock: the median of the samples, and the best. */
  median: number;
  best: number;
  /** Seconds of processor time a run, all threads together: what other programs on the machine change least. */
  processor: number;
}

function time(run: () => void, samples: number, runsPerSample = 1): Timing {
  const seconds: number[] = [];
  const processor: number[] = [];
  run();
  for (let i = 0; i < samples; i++) {
    const started = performance.now();
    const busyBefore = process.cpuUsage();
    for (let j = 0; j < runsPerSample; j++) run();
    const { user, system } = process.cpuUsage(busyBefore);
    seconds.push((performance.now() - started) / 1000 / runsPerSample);
    processor.push((user + system) / 1e6 / runsPerSample);
  }
  return { median: median(seconds), best: Math.min(...seconds), processor: median(processor) };
}

function measureProducts(): void {
  const shapes: [number, number, number, boolean, boolean][] = [
    [1024, 1024, 1024, false, false],
    [tokens, width, hidden, false, true],
    [tokens, width, width, false, true],
    [tokens, hidden, width, false, false],
    [hidden, tokens, width, true, false],
    [2048, 512, 4096, false, true],
    [1, 576, 1536, false, true],
  ];
  for (const [rows, depth, cols, transposeA, transposeB] of shapes) {
    const a = tf.randomUniform(transposeA ? [depth, rows] : [rows, depth], -1, 1, 'float32', 1);
    const b = tf.randomUniform(transposeB ? [cols, depth] : [depth, cols], -1, 1, 'float32', 2);
    const operations = 2 * rows * depth * cols;
    const times = time(() => tf.dispose(tf.matMul(a, b, transposeA, transposeB)), 11, Math.ceil(5e8 / operations));
    const speed = (seconds: number) => (operations / seconds / 1e9).toFixed(1);
    const label = `[${rows}×${depth}]${transposeA ? 'ᵀ' : ''}·[${depth}×${cols}]${transposeB ? 'ᵀ' : ''}`;
    const byProcessor = `${speed(times.processor)} GFLOP a processor second`;
    console.log(`${label.padEnd(30)} median ${speed(times.median)}, best ${speed(times.best)} GFLOP/s; ${byProcessor}`);
    tf.dispose([a, b]);
  }
}

/** A Llama's parameters and its mean loss on one batch of token ids [tokens] and targets [tokens]. */
function makeLlama(rng: Rng) {
  const params: tf.Variable[] = [];
  const keep = <R extends tf.Rank>(variable: tf.Variable<R>): tf.Variable<R> => {
    params.push(variable);
    return variable;
  };
  const matrix = (rows: number, cols: number) =>
    keep(tf.tidy(() => tf.variable(tf.tensor2d(rng.normals(rows * cols, 0.05), [rows, cols]))));
  const gain = () => keep(tf.tidy(() => tf.variable(tf.ones([width]).as1D())));
  const table = matrix(vocabulary, width);
  const lastGain = gain();
  const blocks = Array.from({ length: layers }, () => ({
    gains: [gain(), gain()] as const,
    q: matrix(width, width),
    k: matrix(width, width),
    v: matrix(width, width),
    o: matrix(width, width),
    gate: matrix(hidden, width),
    up: matrix(hidden, width),
    down: matrix(width, hidden),
  }));
  const inverseFrequencies = Float32Array.from({ length: headDim / 2 }, (_, i) => 10000 ** ((-2 * i) / headDim));

  const loss = (ids: tf.Tensor2D, positions: tf.Tensor2D, targets: tf.Tensor1D): tf.Scalar => {
    const split = (x: tf.Tensor) => x.as4D(batch, length, heads, headDim);
    const turn = (x: tf.Tensor) => rope(split(x), positions, { inverseFrequencies, style: 'half' });
    let h = embedding(ids, table);
    for (const { gains, q, k, v, o, gate, up, down } of blocks) {
      const x = rmsNorm(h, gains[0], 1e-5);
      const [rotatedQ, rotatedK, values] = [turn(linear(x, q)), turn(linear(x, k)), split(linear(x, v))];
      const mixed = attention({ q: rotatedQ, k: rotatedK, v: values, scale: headDim ** -0.5, causal: true, queryOffset: 0 });
      h = tf.add(h, linear(tf.reshape(mixed, [batch, length, width]), o));
      const y = rmsNorm(h, gains[1], 1e-5);
      h = tf.add(h, linear(swiglu(linear(y, gate), linear(y, up)), down));
    }
    const logits = linear(rmsNorm(h, lastGain, 1e-5), table);
    return tf.mean(crossEntropy(logits.as2D(tokens, vocabulary), targets)).asScalar();
  };
  return { params, loss };
}

function measureTraining(steps: number): void {
  const rng = new Rng(1);
  const { params, loss } = makeLlama(rng);
  const optimiser = new AdamW(params, { learningRate: 1e-3, weightDecay: 0.1 });
  const draw = () => Int32Array.from({ length: tokens }, () => rng.int(vocabulary));
  const step = () => {
    const ids = tf.tensor2d(draw(), [batch, length], 'int32');
    const positions = tf.tensor2d(Int32Array.from({ length: tokens }, (_, i) => i % length), [batch, length], 'int32');
    const targets = tf.tensor1d(draw(), 'int32');
    const { value, grads } = tf.variableGrads(() => loss(ids, positions, targets), params);
    const clipped = clipByGlobalNorm(grads, 1);
    optimiser.step(clipped.grads);
    value.dataSync();
    tf.dispose([ids, positions, targets, value, clipped.grads]);
  };
  const times = time(step, steps);
  const perSecond = (seconds: number) => Math.round(tokens / seconds);
  console.log(
    `training step, ${layers} layers of ${width}, ${heads} heads, SwiGLU ${hidden}, vocabulary ${vocabulary}, batch ${batch}×${length}: ` +
      `median ${perSecond(times.median)}, best ${perSecond(times.best)} tokens/s; ` +
      `${(times.processor * 1000).toFixed(0)} ms of processor time a step`,
  );
  optimiser.dispose();
  tf.dispose(params);
}

await selectBackend({ name: process.argv[2], log: console.log });
console.log(`load average ${os.loadavg()[0]?.toFixed(1)} on ${os.availableParallelism()} processors: above that number, others were measured too`);
const { addGigabytes } = await measureBackend();
console.log(`addition of eight million floats: ${addGigabytes.toFixed(1)} GB/s`);
measureProducts();
measureTraining(Number(process.argv[3] ?? 10));
