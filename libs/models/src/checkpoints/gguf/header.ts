import type { GgufFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { ConfigReader } from '../../configReader';
import type { JsonObject } from '../../json';

/** What an architecture may ask a GGUF file for: its own metadata (`llama.*`, without the prefix) and what its tensors show. */
export class GgufHeader {
  /** Keys below the architecture's name. */
  readonly keys: ConfigReader;

  constructor(
    readonly file: GgufFile,
    readonly architecture: string,
  ) {
    const prefix = `${architecture}.`;
    const own = [...file.metadata].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), numeric(value)] as const);
    this.keys = new ConfigReader(Object.fromEntries(own), file.path, prefix);
  }

  has(tensor: string): boolean {
    return this.file.has(tensor);
  }

  /** Rows of the token embedding: the vocabulary that the model computes with. */
  vocabSize(): number {
    return this.has('token_embd.weight') ? this.file.info('token_embd.weight').shape[0]! : this.keys.size('vocab_size');
  }

  /** Ids that generation needs. */
  specialIds(): JsonObject {
    const id = (name: string) => numeric(this.file.metadata.get(`tokenizer.ggml.${name}_token_id`)) ?? null;
    return { bos_token_id: id('bos'), eos_token_id: id('eos') };
  }

  /** Values of a float tensor that belongs to the configuration. */
  values(tensor: string): number[] {
    return [...this.file.read(tensor)];
  }

  /**
   * Every key of the architecture that changes what is computed must have been read.
   * @throws SextantError INVALID_FILE naming the first that was not, unless it switches something off.
   */
  refuseUnread(): void {
    const unread = this.keys.unread().find((key) => !inert.has(key) && !isOff(this.keys.values[key]));
    if (unread === undefined) return;
    const field = `${this.architecture}.${unread}`;
    const value = this.keys.values[unread];
    throw new SextantError('INVALID_FILE', `${this.file.path}: "${field}" is ${JSON.stringify(value)?.slice(0, 120)}, which this reader does not know; it may change what the model computes`, {
      file: this.file.path,
      field,
      value,
      hint: 'a key that changes nothing belongs in the list of libs/models/src/checkpoints/gguf/header.ts',
    });
  }
}

/** Keys that describe the file and change nothing. */
const inert: ReadonlySet<string> = new Set(['vocab_size', 'tensor_data_layout', 'rope.scaling.finetuned', 'rope.scaling.original_context_length', 'expert_used_count']);

function isOff(value: unknown): boolean {
  return value === 0 || value === false || value === null;
}

function numeric(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
