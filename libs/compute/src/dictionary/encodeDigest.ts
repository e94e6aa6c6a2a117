import { createHash } from 'node:crypto';
import { encodeThreshold, encodeTopK, readCodes, Rng, selectBackend, tf } from '../index';
import { loadAddon } from '../native/addon';

/*
 * Prints, for kinds of data that are hard on a screen, how many rows the integer screen answered and the SHA-256 of the
 * codes. Run by the test on other instruction sets; the digests must be equal, whoever answered.
 */
await selectBackend();
const loaded = loadAddon();
if ('absent' in loaded) throw new Error(loaded.absent);
const [rows, d, n] = [70, 268, 2100];

interface Data {
  x: Float32Array;
  weights: Float32Array;
  bias: Float32Array;
  scale?: Float32Array;
  subset?: Int32Array;
}

const kinds: Record<string, (data: Data, rng: Rng) => void> = {
  planted: () => {},
  'outlier dimensions': ({ x }) => {
    for (let r = 0; r < rows; r++) {
      x[r * d + 3]! *= 3000;
      x[r * d + 70]! += 20_000;
    }
  },
  'rows of zeros': ({ x }) => x.fill(0, 0, 30 * d),
  'exact ties': ({ x, weights, bias }) => {
    for (let i = 0; i < weights.length; i++) weights[i] = Math.round(weights[i]! * 16) / 4;
    for (let i = 0; i < x.length; i++) x[i] = Math.round(x[i]!);
    bias.fill(0);
  },
  'huge and tiny rows': ({ x }) => {
    for (let t = 0; t < d; t++) {
      x[t]! *= 1e33;
      x[d + t]! *= 1e-30;
    }
  },
  'features alike': ({ weights }) => {
    for (let i = d; i < weights.length; i++) weights[i] = weights[i % d]! + 1e-4 * weights[i]!;
  },
  scaled: (data, rng) => {
    data.scale = Float32Array.from({ length: n }, () => 0.2 + 2 * rng.uniform());
  },
  'a subset': (data) => {
    data.subset = Int32Array.from({ length: n - 40 }, (_, i) => i + 40);
  },
};

const rng = new Rng(4);
const base = { x: rng.normals(rows * d, 0.2), weights: rng.normals(n * d, 1 / Math.sqrt(d)), bias: rng.normals(n, 0.02) };
for (let r = 0; r < rows; r++) {
  for (let j = 0; j < 20; j++) {
    const [feature, strength] = [rng.int(n), 0.5 + rng.uniform()];
    for (let t = 0; t < d; t++) base.x[r * d + t]! += strength * base.weights[feature * d + t]!;
  }
}

function dataOf(kind: string): Data {
  const data: Data = { x: base.x.slice(), weights: base.weights.slice(), bias: base.bias.slice() };
  kinds[kind]?.(data, rng.fork(kind));
  return data;
}

function encode(question: string, { x, weights, bias, scale, subset }: Data) {
  const matrices = { x: tf.tensor2d(x, [rows, d]), weights: tf.tensor2d(weights, [n, d]) };
  const input = { ...matrices, bias: tf.tensor1d(bias), scale: scale && tf.tensor1d(scale), subset };
  return readCodes(question === 'topk' ? encodeTopK(input, { k: 16, positive: true }) : encodeThreshold(input, { threshold: tf.fill([n], 1.2) }));
}

const { addon } = loaded;
const planted = dataOf('planted');
for (const question of ['topk', 'threshold'] as const) {
  for (const kind of Object.keys(kinds)) {
    // The screen rests for a while after data it did not serve; each kind is to meet it awake.
    for (let i = 0; addon.isa() !== 'baseline' && i < 25; i++) {
      tf.tidy(() => void encode('topk', planted));
      if (addon.dictionaryScreenedRows() > 0) break;
    }
    tf.tidy(() => {
      const { rowOffsets, indices, values } = encode(question, dataOf(kind));
      const digest = createHash('sha256').update(rowOffsets).update(indices).update(values).digest('hex');
      console.log(JSON.stringify({ question, kind, entries: values.length, screened: addon.dictionaryScreenedRows(), digest }));
    });
  }
}
