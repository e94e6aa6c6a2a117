import { join } from 'node:path';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { writeSafetensors } from '@sextant/formats';
import { mutate, mutation, readSafetensors, stateDict, storedZip, textMutation, writeGguf, type Files, type FuzzTarget, type Stored } from '@sextant/formats/testing';
import { expectNumbers, expectParameters, loadedFrom, type Loaded } from './loaded';
import { readGguf, readLlama2c } from './referenceReaders';
import { smallConfig, smallTensors, smallValues, unpaired } from './smallModel';

/** Each of these files is read once, translated and copied to the backend, and dequantised to at most 4 bytes a number. */
const memory = { factor: 24, constant: 2 ** 20 };

/** The small model in each format that holds weights. */
export function weightTargets(): FuzzTarget<Loaded>[] {
  const values = smallValues();
  return [safetensorsFolder(values), shardedFolder(values), pickleFolder(values), ggufFile(values), llama2cFile(values)];
}

const config = Buffer.from(JSON.stringify(smallConfig, null, 1));
const configText = { 'config.json': { mutations: textMutation() } };

/** What config.json says, with Transformers' defaults for Llama where a field is gone. */
function saidByConfig(files: Files): Record<string, number | undefined> {
  const said = JSON.parse(Buffer.from(files['config.json']!).toString()) as Record<string, number | null>;
  const or = (key: string, fallback: number) => said[key] ?? fallback;
  return {
    ...{ dModel: or('hidden_size', NaN), nLayers: or('num_hidden_layers', NaN), nHeads: or('num_attention_heads', NaN) },
    ...{ dFf: or('intermediate_size', NaN), vocabSize: or('vocab_size', NaN), nKvHeads: or('num_key_value_heads', 4), headDim: or('head_dim', 8) },
    contextLength: or('max_position_embeddings', 2048),
    eps: or('rms_norm_eps', 1e-6), theta: or('rope_theta', 10000),
  };
}

function published(values: ReadonlyMap<string, Stored>, wanted = smallTensors): Map<string, Stored> {
  return new Map(wanted.map((tensor) => [tensor.published, values.get(tensor.engine)!]));
}

function safetensorsBytes(tensors: ReadonlyMap<string, Stored>): Buffer {
  const writable = [...tensors].map(([name, { shape, values }]) => [name, { dtype: 'F32' as const, shape, data: values }] as const);
  return written((path) => writeSafetensors(path, Object.fromEntries(writable)));
}

/** Bytes of a file that something writes. */
function written(write: (path: string) => void): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    write(join(dir, 'file'));
    return readFileSync(join(dir, 'file'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Both files of published names, tied to nothing: the head of a tied model must equal the embedding. */
function checkPublished(loaded: Loaded, files: Files, tensors: ReadonlyMap<string, Stored>): void {
  expectNumbers(loaded, saidByConfig(files));
  const own = smallTensors.filter(({ engine }) => loaded.parameters.has(engine));
  expectParameters(loaded, new Map(own.map(({ engine, published: name }) => [engine, tensors.get(name)!.values])));
}

function safetensorsFolder(values: ReadonlyMap<string, Stored>): FuzzTarget<Loaded> {
  const weights = safetensorsBytes(published(values));
  const focus = (8 + Number(weights.readBigUInt64LE())) / weights.length;
  return {
    name: 'Hugging Face folder, safetensors',
    files: { 'config.json': config, 'model.safetensors': weights },
    mutants: { ...configText, 'model.safetensors': { mutations: mutation(focus) } },
    load: loadedFrom,
    check: (loaded, files) => checkPublished(loaded, files, readSafetensors(files['model.safetensors']!)),
    memory,
  };
}

function shardedFolder(values: ReadonlyMap<string, Stored>): FuzzTarget<Loaded> {
  const shard = (at: number) => `model-0000${at + 1}-of-00002.safetensors`;
  const held = [0, 1].map((at) => smallTensors.filter((_, i) => i % 2 === at));
  const shards = held.map((tensors) => safetensorsBytes(published(values, tensors)));
  const map = Object.fromEntries(held.flatMap((tensors, at) => tensors.map(({ published: name }) => [name, shard(at)])));
  const index = Buffer.from(JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }, null, 1));
  const focus = (8 + Number(shards[0]!.readBigUInt64LE())) / shards[0]!.length;
  return {
    name: 'Hugging Face folder, shards',
    files: { 'config.json': config, 'model.safetensors.index.json': index, [shard(0)]: shards[0]!, [shard(1)]: shards[1]! },
    mutants: {
      'model.safetensors.index.json': { mutations: textMutation() },
      ...Object.fromEntries([0, 1].map((at) => [shard(at), { mutations: mutation(focus) }])),
    },
    load: loadedFrom,
    check: (loaded, files) => checkPublished(loaded, files, new Map([0, 1].flatMap((at) => [...readSafetensors(files[shard(at)]!)]))),
    memory,
  };
}

/** An odd number of changes goes into the archive, an even one into the pickle inside, whose checksum is then made right. */
function pickleFolder(values: ReadonlyMap<string, Stored>): FuzzTarget<Loaded> {
  const { pickle, storage } = stateDict(published(values), { transposed: ['model.layers.1.mlp.up_proj.weight', 'lm_head.weight'] });
  const beside = { 'm/byteorder': Buffer.from('little'), 'm/data/0': storage, 'm/version': Buffer.from('3\n') };
  const archive = (data: Uint8Array) => storedZip({ 'm/data.pkl': data, ...beside });
  const good = archive(pickle);
  const numbers = new Set(new Float32Array(Uint8Array.from(storage).buffer));
  return {
    name: 'Hugging Face folder, pickle',
    files: { 'config.json': config, 'pytorch_model.bin': good },
    mutants: {
      ...configText,
      'pytorch_model.bin': { change: (bytes, mutations) => (mutations.length % 2 === 1 ? mutate(bytes, mutations) : archive(mutate(pickle, mutations))) },
    },
    load: loadedFrom,
    check(loaded, files) {
      expectNumbers(loaded, saidByConfig(files));
      const bytes = Buffer.from(files['pytorch_model.bin']!);
      // The checksums cover pickle and storage. A changed pickle with a right checksum may call other numbers of the storage a tensor.
      const rewritten = bytes.indexOf(storage) >= 0 && bytes.indexOf(pickle) < 0;
      if (!rewritten) return expectParameters(loaded, new Map(smallTensors.map(({ engine }) => [engine, values.get(engine)!.values])));
      for (const [name, parameter] of loaded.parameters) {
        if (!parameter.values.every((value) => numbers.has(value))) throw new Error(`silent: ${name} holds numbers that are not in the storage`);
      }
    },
    memory,
  };
}

function ggufFile(values: ReadonlyMap<string, Stored>): FuzzTarget<Loaded> {
  const type = ({ shape, layer }: (typeof smallTensors)[number]) => (shape.length === 1 ? 'F32' : layer === 0 ? 'Q8_0' : layer === 1 ? 'F16' : 'BF16');
  const tensors = smallTensors.map((tensor) => {
    const { shape, values: data } = values.get(tensor.engine)!;
    return [tensor.llamaCpp, { type: type(tensor), shape, data }] as const;
  });
  const keys = {
    ...{ 'llama.embedding_length': 32, 'llama.feed_forward_length': 64, 'llama.block_count': 2, 'llama.context_length': 32 },
    ...{ 'llama.attention.head_count': 4, 'llama.attention.head_count_kv': 2, 'llama.attention.key_length': 8, 'llama.attention.value_length': 8 },
    'llama.attention.layer_norm_rms_epsilon': { f32: 1e-5 }, 'llama.rope.freq_base': { f32: 5000 },
  };
  const good = written((path) => writeGguf(path, { 'general.architecture': 'llama', ...keys }, Object.fromEntries(tensors)));
  const header = good.indexOf('output.weight') + 64;
  return {
    name: 'GGUF',
    files: { 'model.gguf': good },
    mutants: { 'model.gguf': { mutations: mutation(header / good.length) } },
    load: (dir) => loadedFrom(join(dir, 'model.gguf')),
    check(loaded, files) {
      const { metadata, tensors: stored } = readGguf(files['model.gguf']!);
      const said = (key: string, fallback?: number) => Number(metadata.get(`llama.${key}`) ?? fallback);
      expectNumbers(loaded, {
        dModel: said('embedding_length'), nLayers: said('block_count'), nHeads: said('attention.head_count'), nKvHeads: said('attention.head_count_kv', 4),
        headDim: said('attention.key_length', 8), dFf: said('feed_forward_length'), contextLength: said('context_length'),
        eps: said('attention.layer_norm_rms_epsilon'), theta: said('rope.freq_base', 10000),
      });
      const own = smallTensors.filter(({ engine }) => loaded.parameters.has(engine));
      expectParameters(loaded, new Map(own.map(({ engine, llamaCpp }) => [engine, unpaired(engine, stored.get(llamaCpp)!.values)])));
      if (stored.size !== own.length) throw new Error(`silent: ${stored.size} tensors, of which ${own.length} were loaded`);
    },
    memory,
  };
}

function llama2cFile(values: ReadonlyMap<string, Stored>): FuzzTarget<Loaded> {
  const { max_position_embeddings: context, head_dim: headDim, ...sizes } = smallConfig;
  const shape = [sizes.hidden_size, sizes.intermediate_size, sizes.num_hidden_layers, sizes.num_attention_heads, sizes.num_key_value_heads];
  // Own unembedding: the vocabulary's size is negative. Two tables of angles lie in front of it.
  const header = Int32Array.of(...shape, -sizes.vocab_size, context);
  const angles = context * headDim;
  const numbers = smallTensors.flatMap(({ engine }) => [...(engine === 'unembed.weight' ? new Float32Array(angles) : []), ...values.get(engine)!.values]);
  const good = Buffer.concat([Buffer.from(header.buffer), Buffer.from(Float32Array.from(numbers).buffer)]);
  return {
    name: 'llama2.c',
    files: { 'model.bin': good },
    mutants: { 'model.bin': { mutations: mutation(40 / good.length) } },
    load: loadedFrom,
    check(loaded, files) {
      const { header: found, values: all } = readLlama2c(files['model.bin']!);
      const [dModel, dFf, nLayers, nHeads, nKvHeads, signed, contextLength] = found;
      expectNumbers(loaded, { dModel, dFf, nLayers, nHeads, nKvHeads, vocabSize: Math.abs(signed!), contextLength, eps: 1e-5, theta: 10000 });
      let at = 0;
      const expected = new Map<string, Float32Array>();
      for (const { engine } of smallTensors) {
        const parameter = loaded.parameters.get(engine);
        if (!parameter) continue;
        if (engine === 'unembed.weight') at += contextLength! * (dModel! / nHeads!);
        expected.set(engine, unpaired(engine, all.slice(at, (at += parameter.values.length))));
      }
      expectParameters(loaded, expected);
    },
    memory,
  };
}
