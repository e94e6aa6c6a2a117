import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { listBackends, selectBackend } from '../backends/select';
import { Rng } from '../rng';
import { opCases } from '../testing/opCases';
import { finiteDifferences } from '../testing/reference';
import { useSwiftShader } from '../testing/swiftShader';

// float32 keeps 7 digits; sums of some hundred products and the fast exponentials lose one or two of them.
const tolerance = 2e-5;

function expectClose(actual: ArrayLike<number>, expected: number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  let worst = 0;
  expected.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - (actual[i] ?? NaN)))));
  expect(worst / scale, what).toBeLessThan(tolerance);
}

useSwiftShader();
const backends = await listBackends();

for (const { name, present, detail } of backends) {
  describe.skipIf(!present)(`backend ${name}${present ? '' : ` (absent: ${detail})`}`, () => {
    beforeAll(async () => {
      await selectBackend({ name });
    });

    for (const opCase of opCases) {
      it(`${opCase.name}: value and gradients`, async () => {
        const before = tf.memory().numTensors;
        const rng = new Rng(7).fork(opCase.name);
        const values = opCase.inputs.map((shape) => Array.from(rng.normals(tf.util.sizeFromShape(shape))));
        const expected = opCase.expected(values);
        const weights = expected.map(() => Math.fround(rng.normal()));
        const { value, gradients } = tf.tidy(() => {
          const inputs = values.map((array, i) => tf.tensor(array, opCase.inputs[i]));
          const loss = (...tensors: tf.Tensor[]) => tf.sum(tf.mul(tf.reshape(opCase.run(tensors), [-1]), tf.tensor1d(weights)));
          return { value: opCase.run(inputs), gradients: tf.grads(loss)(inputs) };
        });
        expectClose(await value.data(), expected, 'value');
        for (const [i, gradient] of gradients.entries()) {
          const alone = (x: number[]) => opCase.expected(values.map((other, j) => (i === j ? x : other)));
          expectClose(await gradient.data(), finiteDifferences(alone, values[i] ?? [], weights), `gradient of input ${i}`);
        }
        tf.dispose([value, gradients]);
        expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
      });
    }
  });
}
