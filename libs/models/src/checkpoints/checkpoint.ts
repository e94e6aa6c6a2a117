import type { TensorPlacement } from '../families/family';
import type { JsonObject } from '../json';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { WeightSource } from '../weights/weightSource';

/** A stored model in the terms of a Hugging Face folder, whatever it is stored as. */
export interface Checkpoint {
  /** config.json, or what it would say. */
  config: JsonObject;
  /** File that the config was read from, for messages. */
  configFile: string;
  generation: JsonObject;
  tokenizer: Tokenizer | null;
  /** The loader closes it. */
  weights: WeightSource;
  /** Where the parameters lie in `weights`; absent where they lie as the family's published checkpoints have them. */
  placement?: TensorPlacement;
}

/** A file that a copy of the model needs. */
export interface CheckpointFile {
  path: string;
  /** What it is called in a folder of the model's own, where the format recognises it. */
  name: string;
}

/** A way to store a model: a file in this folder, and a line in the registry. */
export interface CheckpointFormat {
  name: string;
  /** What a path must be, for the message when nothing fits. */
  looksLike: string;
  recognises(path: string): boolean;
  /** Everything that a copy needs; what else lies beside it is left out. */
  files(path: string): CheckpointFile[];
  /** @throws SextantError NOT_FOUND or INVALID_FILE. */
  open(path: string): Checkpoint;
}
