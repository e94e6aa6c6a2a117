import type { Architecture } from '../architecture';
import type { ConfigReader } from '../configReader';
import type { ParameterSpec } from '../parameters';
import type { TensorBinding } from '../weights/bindings';

/** Where an architecture's parameters lie in a file or folder, under that format's names. */
export interface TensorPlacement {
  /** Every parameter is in exactly one tensor. */
  tensors(parameters: readonly ParameterSpec[], architecture: Architecture): TensorBinding[];
  /** Tensor names that published files have and that hold no weights (causal masks and the like). */
  buffers?: RegExp;
  /** Prefix that some published checkpoints leave off every name. */
  optionalPrefix?: string;
}

/** Everything that is particular to one family of models: a file in this folder, and a line in the registry. */
export interface Family extends TensorPlacement {
  name: string;
  /** Values of config.json's `model_type` that this family reads. */
  modelTypes: readonly string[];
  /** @throws SextantError INVALID_FILE naming the field that is missing, wrong or not supported. */
  architecture(config: ConfigReader): Architecture;
}
