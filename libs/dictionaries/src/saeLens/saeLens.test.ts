import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBackends, selectBackend, tf } from '@sextant/compute';
import { openSafetensors } from '@sextant/formats';
import { fixture, haveFixtures, needFixtures, readJson } from '../fixtures';
import { loadDictionary, readSparsity, saveDictionary, verifyDictionary, type BoundaryTie } from '../index';

interface Reference {
  case: { arch?: string; norm?: string };
  boundary_ties?: BoundaryTie[];
  tensors: Record<string, unknown>;
  normalisation?: string;
}

const cases = haveFixtures ? readdirSync(fixture('sae_lens'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [];
/** Files that say expected_average_only_in: the references are of the raw x, as the library computes them. */
const rawReferences = new Set(['standard_expected_average_unfolded', 'pre_v6_standard_norm_true_scaling_ones']);

function optionsOf(name: string) {
  const reference = readJson<Reference>(fixture('sae_lens', name, 'reference.json'));
  const { tensors } = reference;
  const suffix = 'f_float32' in tensors ? '_float32' : 'f_threshold' in tensors ? '_threshold' : '';
  return {
    tensors: { codes: `f${suffix}`, reconstruction: `x_hat${suffix}`, forward: 'x_hat_forward' in tensors ? 'x_hat_forward' : undefined },
    boundaryTies: reference.boundary_ties,
    // The library is NaN on a row of zeros here.
    skipRows: name.includes('constant_norm_rescale') ? [0] : [],
    ...(rawReferences.has(name) ? { scale: 1 } : {}),
  };
}

const present = (await listBackends()).filter((backend) => backend.present).map((backend) => backend.name);
const scratch = mkdtempSync(join(tmpdir(), 'sextant-saelens-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.skipIf(!haveFixtures).each(present)(`SAELens files on %s (${needFixtures})`, (backend) => {
  beforeAll(async () => {
    await selectBackend({ name: backend });
  });

  it.each(cases)('%s encodes and decodes as the library does', (name) => {
    const before = tf.memory().numTensors;
    const report = verifyDictionary(fixture('sae_lens', name), fixture('sae_lens', name, 'reference.safetensors'), optionsOf(name));
    expect(report.errors.filter((error) => !error.passed)).toEqual([]);
    expect(report).toMatchObject({ passed: true, supportMismatches: 0 });
    expect(report.errors.length).toBeGreaterThanOrEqual(2);
    expect(report.errors[0]!.rows).toBeGreaterThanOrEqual(63);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.skipIf(!haveFixtures)(`SAELens folders (${needFixtures})`, () => {
  beforeAll(async () => {
    await selectBackend();
  });

  it.each(cases)('%s comes back from disk bit for bit', (name) => {
    const scale = rawReferences.has(name) ? { scale: 1 } : {};
    const dictionary = loadDictionary(fixture('sae_lens', name), scale);
    const copy = join(scratch, name);
    saveDictionary(dictionary, copy);
    const [original, written] = [fixture('sae_lens', name), copy].map((dir) => openSafetensors(join(dir, 'sae_weights.safetensors')));
    for (const tensor of written!.names()) expect(Buffer.from(written!.readRaw(tensor)).equals(original!.readRaw(tensor))).toBe(true);
    expect(original!.names().filter((tensor) => tensor !== 'scaling_factor').sort()).toEqual(written!.names().sort());
    const again = loadDictionary(copy, scale);
    expect(again.config).toEqual({ ...dictionary.config, metadata: again.config.metadata });
    expect(again.config.metadata).toMatchObject(dictionary.config.metadata);
    original!.close();
    written!.close();
    dictionary.dispose();
    again.dispose();
  });

  it('keeps h = Σ a_i d_i + b + error with unit rows, whatever the decoder norms', () => {
    for (const name of ['standard', 'topk_rescaled_by_decoder_norm', 'jumprelu_constant_norm_rescale', 'standard_layer_norm']) {
      const dictionary = loadDictionary(fixture('sae_lens', name));
      const file = openSafetensors(fixture('sae_lens', name, 'reference.safetensors'));
      tf.tidy(() => {
        const x = tf.slice(tf.tensor2d(file.read('x'), [64, dictionary.d]), [8, 0], [56, dictionary.d]);
        const activations = dictionary.encode(x);
        const difference = tf.sub(dictionary.decode(activations, x), dictionary.reconstruct(x));
        expect(tf.max(tf.abs(difference)).dataSync()[0]! / tf.max(tf.abs(x)).dataSync()[0]!).toBeLessThan(2e-6);
        const features = [7, 0, 40];
        expect(dictionary.encodeOne(x, features).arraySync()).toEqual(tf.gather(activations, features, 1).arraySync());
        const sparse = dictionary.encodeSparse(x);
        const dense = activations.dataSync();
        for (let row = 0; row < 56; row++) {
          for (let i = sparse.rowOffsets[row]!; i < sparse.rowOffsets[row + 1]!; i++) {
            expect(sparse.values[i]).toBeCloseTo(dense[row * dictionary.n + sparse.indices[i]!]!, 5);
          }
        }
        expect(sparse.values.length).toBe(dense.filter((value) => value !== 0).length);
      });
      for (const feature of [0, dictionary.n - 1]) expect(Math.hypot(...dictionary.decoderRow(feature))).toBeCloseTo(1, 5);
      file.close();
      dictionary.dispose();
    }
  });

  it('encodes a token the same in any batch', () => {
    const dictionary = loadDictionary(fixture('sae_lens', 'topk'));
    const file = openSafetensors(fixture('sae_lens', 'topk', 'reference.safetensors'));
    tf.tidy(() => {
      const x = tf.tensor2d(file.read('x'), [64, dictionary.d]);
      const together = dictionary.encode(x).arraySync();
      for (const row of [0, 9, 63]) expect(dictionary.encode(tf.slice(x, [row, 0], [1, dictionary.d])).arraySync()[0]).toEqual(together[row]);
    });
    file.close();
    dictionary.dispose();
  });

  it('applies the scale it is given for expected_average_only_in, and refuses to guess it', () => {
    const path = fixture('sae_lens', 'standard_expected_average_unfolded');
    expect(() => loadDictionary(path)).toThrow('does not hold the scale');
    const [plain, scaled] = [loadDictionary(path, { scale: 1 }), loadDictionary(path, { scale: 2 })];
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R2>([5, plain.d], 0, 1, 'float32', 3);
      const [a, b] = [plain.encode(tf.mul(x, 2)), scaled.encode(x)];
      expect(tf.max(tf.abs(tf.sub(a, tf.mul(b, 2)))).dataSync()[0]!).toBeLessThan(1e-4);
      expect(tf.max(tf.abs(tf.sub(scaled.decode(b), scaled.reconstruct(x)))).dataSync()[0]!).toBeLessThan(1e-4);
    });
    plain.dispose();
    scaled.dispose();
    expect(() => loadDictionary(fixture('sae_lens', 'standard'), { scale: 3 })).toThrow('has no place in it');
  });

  it('reads the firing frequencies where the folder has them', () => {
    const { sparsity } = readJson<{ sparsity: { dead_features: number[] } }>(fixture('sae_lens', 'standard', 'reference.json'));
    const frequencies = readSparsity(fixture('sae_lens', 'standard'))!;
    expect([...frequencies.keys()].filter((i) => Math.abs(frequencies[i]! + 10) < 1e-3)).toEqual(sparsity.dead_features);
    expect(readSparsity(fixture('sae_lens', 'topk'))).toBeNull();
  });
});

interface Manifest {
  files: { path: string; format: string; outcome: string; why: string }[];
}
const hostile = haveFixtures ? readJson<Manifest>(fixture('hostile', 'manifest.json')).files.filter(({ format }) => format === 'sae_lens') : [];

describe.skipIf(!haveFixtures)(`hostile SAELens folders (${needFixtures})`, () => {
  it.each(hostile.filter(({ outcome }) => outcome === 'refuse'))('refuses $path: $why', ({ path }) => {
    const before = tf.memory().numTensors;
    const dir = fixture('hostile', path.replace(/\/$/, ''));
    let message = '';
    try {
      loadDictionary(dir);
    } catch (error) {
      expect(error).toMatchObject({ name: 'SextantError' });
      message = String(error);
    }
    // Names the file, and says more than that it is wrong.
    expect(message).toContain(dir);
    expect(message.length).toBeGreaterThan(dir.length + 30);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(hostile.filter(({ outcome }) => outcome === 'read'))('reads $path: $why', ({ path }) => {
    const dictionary = loadDictionary(fixture('hostile', path.replace(/\/$/, '')));
    expect(dictionary.n).toBe(path.startsWith('square') ? dictionary.d : 16);
    if (path.startsWith('dtype')) expect(dictionary.notes.join()).toContain('F16');
    dictionary.dispose();
  });

  it('names tensor, position and value', () => {
    const messageOf = (name: string) => {
      try {
        loadDictionary(fixture('hostile', name));
      } catch (error) {
        return String(error);
      }
      return 'loaded';
    };
    expect(messageOf('nan_weight')).toMatch(/W_enc.*NaN.*3, 5/);
    expect(messageOf('transposed_W_dec')).toMatch(/tensor W_dec has shape \[8,16\].*needs \[16,8\]/);
    expect(messageOf('integer_dtype')).toMatch(/W_enc.*I32/);
    expect(messageOf('topk_k_zero')).toMatch(/k is 0/);
    expect(messageOf('topk_without_k')).toMatch(/k is missing/);
    expect(messageOf('topk_k_larger_than_n')).toMatch(/k is \d+, more than the 16 features/);
    expect(messageOf('unknown_architecture')).toMatch(/architecture .* is unknown; known are standard, topk/);
    expect(messageOf('standard_with_threshold')).toMatch(/"threshold" does not belong to a standard dictionary/);
  });
});

it.skipIf(!haveFixtures)('writes what SAELens 6 asks of cfg.json', async () => {
  await selectBackend();
  const dictionary = loadDictionary(fixture('sae_lens', 'pre_v6_topk'));
  saveDictionary(dictionary, join(scratch, 'modern'), { metadata: { model_name: 'demo' }, frequencies: new Float32Array(dictionary.n).fill(0.1) });
  dictionary.dispose();
  const cfg = JSON.parse(readFileSync(join(scratch, 'modern', 'cfg.json'), 'utf8'));
  expect(cfg).toMatchObject({
    architecture: 'topk', d_in: 32, d_sae: 128, k: 7, rescale_acts_by_decoder_norm: false, apply_b_dec_to_input: true,
    normalize_activations: 'none', dtype: 'float32', metadata: { hook_name: 'blocks.8.hook_resid_pre', model_name: 'demo' },
  });
  expect(readSparsity(join(scratch, 'modern'))![0]).toBeCloseTo(-1, 6);
});
