import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdamW } from './adamW';
import { listBackends, selectBackend } from './backends/select';
import { clipByGlobalNorm, globalNorm, GradientAccumulator } from './gradients';
import { Rng } from './rng';

/** AdamW by its definition in float64, as PyTorch orders the steps. */
function adamWReference(start: number[], gradients: number[][], decay: number): number[] {
  const [learningRate, beta1, beta2, eps] = [0.01, 0.9, 0.98, 1e-8];
  const p = [...start];
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  gradients.forEach((g, step) => {
    p.forEach((_, i) => {
      p[i]! *= 1 - learningRate * decay;
      m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
      v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
      const root = Math.sqrt(v[i]! / (1 - beta2 ** (step + 1))) + eps;
      p[i]! -= (learningRate * (m[i]! / (1 - beta1 ** (step + 1)))) / root;
    });
  });
  return p;
}

const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.98, weightDecay: 0.1 };
const rng = new Rng(21);
const start = Array.from(rng.normals(35));
const gradients = Array.from({ length: 4 }, () => Array.from(rng.normals(35)));

for (const { name, present, detail } of await listBackends()) {
  describe.skipIf(!present)(`backend ${name}${present ? '' : ` (absent: ${detail})`}`, () => {
    let before = 0;
    let params: tf.Variable[] = [];

    beforeAll(async () => {
      await selectBackend({ name });
    });

    beforeEach(() => {
      before = tf.memory().numTensors;
      params = tf.tidy(() => [
        tf.variable(tf.tensor2d(start.slice(0, 30), [6, 5]), true, 'matrix'),
        tf.variable(tf.tensor1d(start.slice(30)), true, 'vector'),
      ]);
    });

    afterEach(() => {
      tf.dispose(params);
      expect(tf.memory().numTensors).toBe(before);
    });

    const gradsOf = (values: number[]): tf.NamedTensorMap => ({
      matrix: tf.tensor2d(values.slice(0, 30), [6, 5]),
      vector: tf.tensor1d(values.slice(30)),
    });
    const values = () => params.flatMap((param) => Array.from(param.dataSync()));
    const run = (optimiser: AdamW, steps: number[][]) =>
      steps.forEach((step) => tf.tidy(() => optimiser.step(gradsOf(step))));

    it('follows the definition; matrices decay and vectors do not', () => {
      const optimiser = new AdamW(params, options);
      run(optimiser, gradients);
      const decayed = adamWReference(start, gradients, 0.1);
      const plain = adamWReference(start, gradients, 0);
      values().forEach((value, i) => expect(value).toBeCloseTo((i < 30 ? decayed[i] : plain[i])!, 5));
      optimiser.dispose();
    });

    it('continues from a saved state bit for bit', () => {
      const whole = new AdamW(params, options);
      run(whole, gradients.slice(0, 2));
      const saved = whole.state();
      const middle = params.map((param) => param.dataSync().slice());
      run(whole, gradients.slice(2));
      const expected = values();
      whole.dispose();
      tf.tidy(() => params.forEach((param, i) => param.assign(tf.tensor(middle[i]!, param.shape))));
      const resumed = new AdamW(params, options);
      resumed.load(saved);
      run(resumed, gradients.slice(2));
      expect(values()).toEqual(expected);
      resumed.dispose();
    });

    it('names the parameter whose gradient or state is missing', () => {
      const optimiser = new AdamW(params, options);
      tf.tidy(() => {
        const { matrix } = gradsOf(start);
        expect(() => optimiser.step({ matrix: matrix! })).toThrow(/"vector" \[5\] needs a gradient/);
      });
      const state = optimiser.state();
      delete state.tensors['v.matrix'];
      expect(() => optimiser.load(state)).toThrow(/"v.matrix": expected 30 values, found nothing/);
      optimiser.dispose();
    });

    it('clips to a common norm and reports the norm before', () => {
      const norm = Math.hypot(...gradients[0]!);
      const { grads, norm: reported } = clipByGlobalNorm(gradsOf(gradients[0]!), 0.5);
      expect(reported).toBeCloseTo(norm, 4);
      expect(globalNorm(grads)).toBeCloseTo(0.5, 5);
      expect(grads.vector!.dataSync()[0]).toBeCloseTo((gradients[0]![30]! * 0.5) / norm, 5);
      const small = clipByGlobalNorm(grads, 0.6);
      expect(globalNorm(small.grads)).toBeCloseTo(0.5, 5);
      tf.dispose(small.grads);
    });

    it('accumulates weighted gradients in tensors of its own, and starts again after a reset', () => {
      const accumulator = new GradientAccumulator();
      const add = (index: number, weight: number) => {
        const grads = gradsOf(gradients[index]!);
        accumulator.add(grads, weight);
        tf.dispose(grads);
      };
      add(0, 0.25);
      add(1, 0.75);
      expect(accumulator.grads().vector!.dataSync()[2]).toBeCloseTo(0.25 * gradients[0]![32]! + 0.75 * gradients[1]![32]!, 5);
      const held = tf.memory().numTensors;
      accumulator.reset();
      add(2, 1);
      expect(accumulator.grads().vector!.dataSync()[2]).toBeCloseTo(gradients[2]![32]!, 6);
      expect(tf.memory().numTensors).toBe(held);
      accumulator.dispose();
    });
  });
}
