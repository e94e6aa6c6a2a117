import { createHash } from 'node:crypto';
import { decodeCodes, DictionaryAdam, encodeTopK, Rng, selectBackend, tf } from '../index';

/*
 * Prints the SHA-256 of everything a few TopK training steps compute: codes, gradients, weights. Run by the test in
 * processes of other thread counts and instruction sets; the digests must be equal.
 */
await selectBackend();
const [rows, d, n, k] = [201, 67, 509, 9];
const rng = new Rng(12);
const encoder = tf.variable(tf.tensor2d(rng.normals(n * d, 0.1), [n, d]), true, 'encoder');
const decoder = tf.variable(tf.tensor2d(rng.normals(n * d, 0.1), [n, d]), true, 'decoder');
const bias = tf.variable(tf.tensor1d(rng.normals(n, 0.05)), true, 'bias');
const adam = new DictionaryAdam(
  [{ name: 'encoder', variable: encoder }, { name: 'decoder', variable: decoder, tangent: true, unitNorm: true }, { name: 'bias', variable: bias }],
  { clipNorm: 1 },
);
const hash = createHash('sha256');
for (let step = 0; step < 3; step++) {
  const x = tf.tensor2d(rng.normals(rows * d), [rows, d]);
  const { grads, value } = tf.variableGrads(() => {
    const codes = encodeTopK({ x, weights: encoder, bias, xIsData: true }, { k, positive: true });
    if (codes.layout === 'sparse') hash.update(codes.features.dataSync()).update(codes.values.dataSync());
    // Elementwise only: sums over rows belong to other kernels, whose bits may depend on the instruction set.
    return tf.sum(tf.mul(tf.sub(decodeCodes(codes, decoder), x), 1e-3)).asScalar();
  });
  for (const name of ['encoder', 'decoder', 'bias']) hash.update(grads[name]!.dataSync());
  adam.step(grads, 1e-2);
  tf.dispose([x, value, grads]);
}
for (const variable of [encoder, decoder, bias]) hash.update(variable.dataSync());
console.log(hash.digest('hex'));
