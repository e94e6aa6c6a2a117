import { linear, Rng, tf } from '@sextant/compute';
import type { SteeringDictionary } from '../dictionary';
import { normalised } from '../sources';

/** A ReLU dictionary with random unit rows: a = relu(W_enc x + b_enc), x̂ = a W_dec + b_dec. */
export function toyDictionary(d: number, n: number, hook: string | null, seed = 5): SteeringDictionary {
  const rng = new Rng(seed);
  const rows = Array.from({ length: n }, () => normalised(rng.normals(d), 'row'));
  const bias = rng.normals(n, 0.1);
  const offset = rng.normals(d, 0.1);
  const encoder = () => tf.tensor2d(rows.flatMap((row) => [...row]), [n, d]);
  return {
    d,
    n,
    hook,
    encode: (x) => tf.tidy(() => tf.relu(linear(x, encoder(), tf.tensor1d(bias))).as2D(x.shape[0], n)),
    encodeOne: (x, features) =>
      tf.tidy(() => {
        const picked = tf.tensor2d(features.flatMap((feature) => [...rows[feature]!]), [features.length, d]);
        return tf.relu(linear(x, picked, tf.tensor1d(features.map((feature) => bias[feature]!)))).as2D(x.shape[0], features.length);
      }),
    decode: (activations) => tf.tidy(() => tf.add<tf.Tensor2D>(tf.matMul(activations, encoder()), tf.tensor1d(offset))),
    decoderRow: (feature) => rows[feature]!,
  };
}
