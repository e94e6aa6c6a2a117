/**
 * Builds a feature index of made-up codes and times what a browser asks of it.
 *   node --import tsx libs/features/src/testing/measurePages.ts [features] [tokens]
 * The codes are drawn at random with a long tail (some features fire on one token in five, most on one in a
 * thousand); the builder, the files and the reader are the real ones. Prints one line of JSON.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { harvest, openActivations } from '@sextant/activations';
import { Rng, selectBackend, tf } from '@sextant/compute';
import { buildFeatureIndex, openFeatureIndex, quantile, searchToken, type IndexedDictionary } from '../index';
import { HOOK } from './standIn';

const [n = 16_384, tokens = 1_000_000] = process.argv.slice(2).map(Number);
const [d, contextLength, vocabSize, active] = [64, 128, 4096, 32];

function randomDictionary(rng: Rng): IndexedDictionary {
  const rows = rng.normals(n * d);
  const unit = (feature: number) => {
    const row = rows.slice(feature * d, (feature + 1) * d);
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  };
  const encodeSparse = (x: tf.Tensor2D) => {
    const count = x.shape[0];
    const rowOffsets = new Int32Array(count + 1);
    const indices = new Int32Array(count * active);
    const values = new Float32Array(count * active);
    for (let token = 0, at = 0; token < count; token++) {
      const seen = new Set<number>();
      for (let draw = 0; draw < active; draw++) {
        const feature = Math.floor(n * rng.uniform() ** 3);
        if (seen.has(feature)) continue;
        seen.add(feature);
        indices[at] = feature;
        values[at++] = -Math.log(1 - rng.uniform());
      }
      rowOffsets[token + 1] = at;
    }
    const end = rowOffsets[count]!;
    return { rowOffsets, indices: indices.subarray(0, end), values: values.subarray(0, end) };
  };
  return { n, d, dOut: d, encodeSparse, decoderRow: unit, encoderRow: unit };
}

const { name: backend } = await selectBackend();
const rng = new Rng(1);
const root = mkdtempSync(join(tmpdir(), 'sextant-measure-'));
try {
  const rows = Math.ceil(tokens / (contextLength - 1));
  const table = tf.tensor2d(rng.normals(vocabSize * d), [vocabSize, d]);
  const draw = () => 2 + Math.floor((vocabSize - 2) * rng.uniform() ** 3);
  const ids = Int32Array.from({ length: rows * contextLength }, (_, at) => (at % contextLength === 0 ? 1 : draw()));
  await harvest({
    model: {
      tokenizer: { specialIds: new Set([1]) },
      hookPoints: () => [{ name: HOOK, shape: ['batch', 'pos', d] }],
      run: (input, { hooks }) => tf.tidy(() => hooks.forEach(({ fn }) => fn(tf.gather(table, tf.tensor2d(input.ids, [input.batch, input.length], 'int32'))))),
    },
    corpus: {
      meta: { contextLength },
      tokens: ids,
      mask: new Int32Array(ids.length).fill(1),
      tokenDocuments: Int32Array.from(ids, (_, at) => Math.floor(at / contextLength)),
    },
    hook: HOOK,
    outDir: join(root, 'activations'),
    maxTokens: tokens,
  });
  const activations = openActivations(join(root, 'activations'));
  const readout = { unembedding: tf.tensor2d(rng.normals(vocabSize * d), [vocabSize, d]), gain: new Float32Array(d).fill(1), centred: false };

  const buildStart = performance.now();
  let peakBytes = 0;
  await buildFeatureIndex({
    dictionary: randomDictionary(rng.fork('codes')),
    activations,
    readout,
    piece: (id) => ` token${id}`,
    outDir: join(root, 'index'),
    seed: 0,
    onProgress: () => void (peakBytes = Math.max(peakBytes, process.memoryUsage().rss)),
  });
  const buildSeconds = (performance.now() - buildStart) / 1000;

  const dir = join(root, 'index');
  const openStart = performance.now();
  const index = openFeatureIndex(dir);
  const openMs = performance.now() - openStart;
  const timed = (count: number, work: (draw: number) => unknown) => {
    const before = process.cpuUsage();
    const times = Float64Array.from({ length: count }, () => {
      const draw = rng.int(n);
      const start = performance.now();
      work(draw);
      return performance.now() - start;
    }).sort();
    const cpu = process.cpuUsage(before);
    const round = (p: number) => Math.round(quantile(times, p) * 100) / 100;
    return { median: round(0.5), p95: round(0.95), max: round(1), meanCpu: Math.round((cpu.user + cpu.system) / count / 10) / 100 };
  };
  const report = {
    backend,
    features: n,
    tokens,
    activePerToken: active,
    buildSeconds: Math.round(buildSeconds * 10) / 10,
    peakMegabytes: Math.round(peakBytes / 2 ** 20),
    indexMegabytes: Math.round(readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0) / 2 ** 20),
    openMs: Math.round(openMs),
    pageMs: timed(500, (feature) => index.page(feature)),
    firstSortMs: Math.round(timed(1, () => index.list({ sort: 'density', order: 'desc' })).max),
    listMs: timed(100, (feature) => index.list({ sort: 'density', order: 'desc', cursor: String(feature) })),
    filterMs: timed(20, (feature) => index.list({ filter: `token${feature % 500}` })),
    tokenSearchMs: timed(20, (feature) => searchToken(index, { token: ` token${feature % 500}` })),
  };
  console.log(JSON.stringify(report));
  index.close();
  activations.close();
} finally {
  rmSync(root, { recursive: true });
}
