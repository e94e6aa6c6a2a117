import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { AdamW } from '../adamW';
import { selectBackend } from '../backends/select';
import { clipByGlobalNorm, GradientAccumulator } from '../gradients';
import { attention } from '../ops/attention';
import { crossEntropy } from '../ops/crossEntropy';
import { embedding } from '../ops/embedding';
import { gelu } from '../ops/gelu';
import { layerNorm } from '../ops/layerNorm';
import { linear } from '../ops/linear';
import { rmsNorm } from '../ops/rmsNorm';
import { rope } from '../ops/rope';
import { swiglu } from '../ops/swiglu';
import { Rng } from '../rng';

const [batch, length, heads, keyHeads, headDim, width, hidden, vocabulary] = [2, 130, 4, 2, 16, 64, 96, 300] as const;
const tokens = batch * length;

export interface TinyTrainingResult {
  losses: number[];
  /** SHA-256 over the bits of all trained parameters. */
  parameters: string;
  /** Tensors alive after the run that were not before. */
  tensorsLeft: number;
}

/**
 * Trains a one-block transformer of two halves (Llama's parts, then GPT-2's) for some steps: every fused operation,
 * forward and backward, at sizes that spread over several threads.
 */
export function trainTiny(steps: number, seed = 3): TinyTrainingResult {
  const before = tf.memory().numTensors;
  const rng = new Rng(seed);
  const params: tf.Variable[] = [];
  const matrix = (rows: number, cols: number) => {
    const made = tf.tidy(() => tf.variable(tf.tensor2d(rng.normals(rows * cols, 0.2), [rows, cols])));
    params.push(made);
    return made;
  };
  const vector = (size: number, value: number) => {
    const made = tf.tidy(() => tf.variable(tf.fill([size], value).as1D()));
    params.push(made);
    return made;
  };
  const table = matrix(vocabulary, width);
  const [wq, wo] = [matrix(heads * headDim, width), matrix(width, heads * headDim)];
  const [wk, wv] = [matrix(keyHeads * headDim, width), matrix(keyHeads * headDim, width)];
  const [gate, up, down] = [matrix(hidden, width), matrix(hidden, width), matrix(width, hidden)];
  const [first, second] = [matrix(hidden, width), matrix(width, hidden)];
  const [gain, lastGain, layerGain] = [vector(width, 1), vector(width, 1), vector(width, 1)];
  const [layerBias, firstBias, secondBias] = [vector(width, 0), vector(hidden, 0), vector(width, 0)];
  const inverseFrequencies = Float32Array.from({ length: headDim / 2 }, (_, i) => 10000 ** ((-2 * i) / headDim));

  const loss = (ids: tf.Tensor2D, positions: tf.Tensor2D, targets: tf.Tensor1D, keyMask: tf.Tensor2D) => (): tf.Scalar => {
    let h = embedding(ids, table);
    const x = rmsNorm(h, gain, 1e-5);
    const split = (value: tf.Tensor, count: number) => value.as4D(batch, length, count, headDim);
    const turn = (value: tf.Tensor4D) => rope(value, positions, { inverseFrequencies, style: 'half' });
    const mixed = attention({
      q: turn(split(linear(x, wq), heads)),
      k: turn(split(linear(x, wk), keyHeads)),
      v: split(linear(x, wv), keyHeads),
      scale: headDim ** -0.5,
      causal: true,
      queryOffset: 0,
      keyMask,
    });
    h = tf.add(h, linear(tf.reshape(mixed, [batch, length, heads * headDim]), wo));
    h = tf.add(h, linear(swiglu(linear(h, gate), linear(h, up)), down));
    const y = layerNorm(h, layerGain, layerBias, 1e-5);
    h = tf.add(h, linear(gelu(linear(y, first, firstBias), 'tanh'), second, secondBias));
    const logits = linear(rmsNorm(h, lastGain, 1e-5), table);
    return tf.mean(crossEntropy(tf.reshape(logits, [tokens, vocabulary]).as2D(tokens, vocabulary), targets)).asScalar();
  };

  const optimiser = new AdamW(params, { learningRate: 1e-2, weightDecay: 0.1 });
  const accumulator = new GradientAccumulator();
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    accumulator.reset();
    for (let part = 0; part < 2; part++) {
      const draw = (n: number) => Int32Array.from({ length: tokens }, () => rng.int(n));
      const inputs = tf.tidy(() => ({
        ids: tf.tensor2d(draw(vocabulary), [batch, length], 'int32'),
        positions: tf.tensor2d(Int32Array.from({ length: tokens }, (_, i) => i % length), [batch, length], 'int32'),
        targets: tf.tensor1d(draw(vocabulary), 'int32'),
        keyMask: tf.tensor2d(Int32Array.from({ length: tokens }, (_, i) => (i < 5 ? 0 : 1)), [batch, length], 'int32'),
      }));
      const { value, grads } = tf.variableGrads(loss(inputs.ids, inputs.positions, inputs.targets, inputs.keyMask), params);
      losses.push(value.dataSync()[0] ?? NaN);
      accumulator.add(grads, 0.5);
      tf.dispose([value, grads, inputs]);
    }
    const clipped = tf.tidy(() => clipByGlobalNorm(copies(accumulator.grads()), 0.5).grads);
    optimiser.step(clipped);
    tf.dispose(clipped);
  }
  const hash = createHash('sha256');
  for (const param of params) hash.update(Float32Array.from(param.dataSync()));
  optimiser.dispose();
  accumulator.dispose();
  tf.dispose(params);
  return { losses, parameters: hash.digest('hex'), tensorsLeft: tf.memory().numTensors - before };
}

function copies(grads: tf.NamedTensorMap): tf.NamedTensorMap {
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, tf.mul(grad, 1)]));
}

// Run as a program, it trains on the backend the environment asks for and prints the result: tests start it so to
// compare thread counts and instruction sets, which a process fixes when it loads the addon.
if (process.argv[2] === '--print') {
  void selectBackend().then((info) => process.stdout.write(JSON.stringify({ ...info, ...trainTiny(2) })));
}
