import { SextantError } from '@sextant/schema';
import { assertFinite } from '../finite';
import { PositionalFile } from '../positionalFile';
import type { TensorFile } from '../tensorFile';

/** The header of a llama2.c file. */
export interface Llama2cConfig {
  dim: number;
  hiddenDim: number;
  nLayers: number;
  nHeads: number;
  nKvHeads: number;
  vocabSize: number;
  /** The classifier is the token embedding. */
  tied: boolean;
  contextLength: number;
}

const HEADER_BYTES = 28;
/** 'ak42', with which the versioned exports begin. */
const VERSIONED_MAGIC = 0x616b3432;

/**
 * A llama2.c checkpoint of the legacy kind (karpathy/llama2.c, run.c and export.py version 0): seven int32, then
 * float32 matrices, each for all layers in turn. Matrices are [out, in]; wq and wk rotate interleaved pairs.
 * Names are those of the original model, such as `layers.0.attention.wq.weight`.
 */
export class Llama2cFile implements TensorFile {
  readonly config: Llama2cConfig;
  private readonly tensors = new Map<string, { at: number; shape: number[] }>();

  constructor(private readonly file: PositionalFile) {
    this.config = readConfig(file);
    const { dim, hiddenDim, nLayers, nHeads, nKvHeads, vocabSize, tied, contextLength } = this.config;
    const headDim = dim / nHeads;
    const kvDim = nKvHeads * headDim;
    // Before anything is listed: a damaged number of layers must not ask for memory that the file does not have.
    const layer = 2 * dim + 2 * dim * dim + 2 * kvDim * dim + 3 * hiddenDim * dim;
    const tables = contextLength * headDim;
    const expected = HEADER_BYTES + 4 * (vocabSize * dim * (tied ? 1 : 2) + nLayers * layer + dim + tables);
    if (expected !== file.size) {
      const shown = JSON.stringify(this.config);
      const message = `${file.path}: a llama2.c file with the header ${shown} has ${expected} bytes, this one has ${file.size}`;
      throw new SextantError('INVALID_FILE', message, { file: file.path, value: file.size });
    }
    let at = HEADER_BYTES;
    const add = (name: string, ...shape: number[]) => {
      this.tensors.set(name, { at, shape });
      at += 4 * shape.reduce((product, size) => product * size, 1);
    };
    const addToLayers = (name: string, ...shape: number[]) => {
      for (let layer = 0; layer < nLayers; layer++) add(`layers.${layer}.${name}.weight`, ...shape);
    };
    add('tok_embeddings.weight', vocabSize, dim);
    addToLayers('attention_norm', dim);
    addToLayers('attention.wq', dim, dim);
    addToLayers('attention.wk', kvDim, dim);
    addToLayers('attention.wv', kvDim, dim);
    addToLayers('attention.wo', dim, dim);
    addToLayers('ffn_norm', dim);
    addToLayers('feed_forward.w1', hiddenDim, dim);
    addToLayers('feed_forward.w2', dim, hiddenDim);
    addToLayers('feed_forward.w3', hiddenDim, dim);
    add('norm.weight', dim);
    // Two tables of rotation angles that run.c no longer reads.
    at += 4 * tables;
    if (!tied) add('output.weight', vocabSize, dim);
  }

  get path(): string {
    return this.file.path;
  }

  names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  info(name: string): { dtype: string; shape: number[] } {
    return { dtype: 'f32', shape: [...this.tensor(name).shape] };
  }

  read(name: string, options: { allowNonFinite?: boolean } = {}): Float32Array {
    const { at, shape } = this.tensor(name);
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    this.file.readInto(values, at);
    if (!options.allowNonFinite) assertFinite(values, { file: this.path, tensor: name, shape });
    return values;
  }

  readInt(name: string): never {
    this.tensor(name);
    throw new SextantError('INVALID_FILE', `${this.path}: tensor ${JSON.stringify(name)} is f32; expected integers`, { file: this.path, tensor: name });
  }

  close(): void {
    this.file.close();
  }

  private tensor(name: string): { at: number; shape: number[] } {
    const found = this.tensors.get(name);
    if (found) return found;
    throw new SextantError('INVALID_FILE', `${this.path}: has no tensor ${JSON.stringify(name)}`, { file: this.path, tensor: name });
  }
}

/** @throws SextantError NOT_FOUND, or INVALID_FILE naming file and field. */
export function openLlama2c(path: string): Llama2cFile {
  const file = new PositionalFile(path);
  try {
    return new Llama2cFile(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readConfig(file: PositionalFile): Llama2cConfig {
  const view = new DataView(file.read(0, HEADER_BYTES).buffer);
  if (view.getUint32(0, true) === VERSIONED_MAGIC) {
    throw new SextantError('INVALID_FILE', `${file.path}: is a versioned llama2.c export; export it with version 0`, { file: file.path });
  }
  const [dim, hiddenDim, nLayers, nHeads, nKvHeads, signedVocabSize, contextLength] = Array.from({ length: 7 }, (_, i) => view.getInt32(4 * i, true)) as Seven;
  const config = { dim, hiddenDim, nLayers, nHeads, nKvHeads, vocabSize: Math.abs(signedVocabSize), tied: signedVocabSize > 0, contextLength };
  for (const [field, value] of Object.entries(config)) {
    if (typeof value === 'number' && (value < 1 || value > 2 ** 24)) {
      throw new SextantError('INVALID_FILE', `${file.path}: ${field} is ${value}; this is no llama2.c file`, { file: file.path, field, value });
    }
  }
  if (dim % (2 * nHeads) !== 0 || nHeads % nKvHeads !== 0) {
    throw new SextantError('INVALID_FILE', `${file.path}: ${nHeads} heads and ${nKvHeads} KV heads do not divide ${dim} dimensions`, { file: file.path, field: 'nHeads', value: nHeads });
  }
  return config;
}

type Seven = [number, number, number, number, number, number, number];

/**
 * A llama2.c tokenizer (`tokenizer.bin`, `tok512.bin`): per token a float32 score, a length and that many bytes.
 * @throws SextantError INVALID_FILE when the file holds more or fewer than `vocabSize` tokens.
 */
export function readLlama2cTokenizer(path: string, vocabSize: number): { pieces: Uint8Array[]; scores: Float32Array } {
  const file = new PositionalFile(path);
  try {
    const bytes = file.read(0, file.size);
    const view = new DataView(bytes.buffer);
    const pieces: Uint8Array[] = [];
    const scores = new Float32Array(vocabSize);
    let at = 4;
    for (let token = 0; token < vocabSize; token++) {
      const length = at + 8 <= bytes.length ? view.getInt32(at + 4, true) : -1;
      if (length < 0 || at + 8 + length > bytes.length) {
        throw new SextantError('INVALID_FILE', `${path}: ends in token ${token} of ${vocabSize}`, { file: path, value: token });
      }
      scores[token] = view.getFloat32(at, true);
      pieces.push(bytes.slice(at + 8, at + 8 + length));
      at += 8 + length;
    }
    if (at !== bytes.length) throw new SextantError('INVALID_FILE', `${path}: has ${bytes.length - at} bytes after its ${vocabSize} tokens`, { file: path });
    return { pieces, scores };
  } finally {
    file.close();
  }
}
