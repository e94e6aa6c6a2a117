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

/** A way to store a model: a file in this folder, and a line in the registry. */
export interface CheckpointFormat {
  name: string;
  /** What a path must be, for the message when nothing fits. */
  looksLike: string;
  recognises(path: string): boolean;
  /** @throws SextantError NOT_FOUND or INVALID_FILE. */
  open(path: string): Checkpoint;
}
