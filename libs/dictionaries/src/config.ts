/** Number types a dictionary's weights are stored in; computation is in float32. */
export type WeightDtype = 'float32' | 'float16' | 'bfloat16';

/** What a dictionary is, apart from its numbers. Architecture-specific settings are in `options`. */
export interface DictionaryConfig {
  /** Name in the architecture registry, as SAELens spells it. */
  architecture: string;
  /** Width of the activations it reads. */
  d: number;
  /** Number of features. */
  n: number;
  /** Width of what it reconstructs: d, except for transcoders. */
  dOut: number;
  dtype: WeightDtype;
  /** Whether the decoder bias is subtracted from the input before encoding. */
  applyDecoderBiasToInput: boolean;
  /** Name in the normalisation registry. */
  normalisation: string;
  /** `hook_z`: the activations are the heads of a layer laid side by side. */
  reshape: 'none' | 'hook_z';
  options: Record<string, unknown>;
  /** Everything the file says about its making: model, hook, training; shown as text, never used as a path. */
  metadata: Record<string, unknown>;
}

/** One tensor of a file, row-major. A lone number (shape []) keeps float64. */
export interface WeightArray {
  shape: number[];
  data: Float32Array | Float64Array;
  /** How it is stored, where that differs from the dictionary's own dtype. */
  dtype?: WeightDtype;
}

/** The tensors of a dictionary by their SAELens names. */
export type WeightArrays = Record<string, WeightArray>;
