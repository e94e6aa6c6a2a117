import type { z } from 'zod';
import type { Codes, tf } from '@sextant/compute';
import type { DictionaryConfig } from '../config';

/** A dictionary's tensors on the backend, as encoding and decoding want them. */
export interface Weights {
  /** W_enc transposed, [n, d]: a feature is a row. */
  encoder: tf.Tensor2D;
  /** W_dec, [n, dOut] */
  decoder: tf.Tensor2D;
  /** ‖W_dec_i‖, [n] */
  decoderNorms: tf.Tensor1D;
  /** b_dec, [dOut] */
  decoderBias: tf.Tensor1D;
  /** All further tensors by their SAELens names. */
  tensors: Record<string, tf.Tensor>;
}

export interface EncodeCall<Options> {
  /** Normalised activations, [N, d]. */
  x: tf.Tensor2D;
  weights: Weights;
  options: Options;
  /** What is subtracted from the input, [d]; absent where nothing is. */
  center?: tf.Tensor1D;
  /** Only these features are asked for, ascending: an architecture whose features do not compete may skip the rest. */
  subset?: Int32Array;
}

/** Sizes by the letters tensor shapes are written in; `1` is a scalar. */
export type ShapeLetter = 'd' | 'n' | 'dOut';

/**
 * How one kind of dictionary encodes. One file each; adding one is a file, a test and a line in the registry.
 * Decoding is the same for all: bias + Σ codes · decoder rows.
 */
export interface Architecture<Options = unknown> {
  /** As SAELens spells it. */
  name: string;
  /** Reads one hook and writes another: the input is not centred and the output not un-normalised. */
  transcoder?: boolean;
  /** Tensors beside W_enc, W_dec and b_dec, with their shapes. */
  tensors: Record<string, ShapeLetter[]>;
  /** Its own settings in cfg.json, by their SAELens names. */
  options: z.ZodType<Options>;
  /** What no schema can say of the settings alone: a message naming the value, or null. */
  complaint?(options: Options, config: DictionaryConfig): { field: string; value: unknown; message: string } | null;
  /** Codes already in units of unit-norm decoder rows (`rescale_acts_by_decoder_norm`). */
  unitRows?(options: Options): boolean;
  /** Codes f in the file's units. The caller tidies. */
  encode(call: EncodeCall<Options>): Codes;
}

/** Keeps the options' type inside the object while the registry forgets it. */
export function defineArchitecture<Options>(architecture: Architecture<Options>): Architecture {
  return {
    ...architecture,
    options: architecture.options,
    complaint: architecture.complaint && ((options, config) => architecture.complaint?.(architecture.options.parse(options), config) ?? null),
    unitRows: architecture.unitRows && ((options) => architecture.unitRows?.(architecture.options.parse(options)) ?? false),
    encode: (call) => architecture.encode({ ...call, options: architecture.options.parse(call.options) }),
  };
}

/** @throws TypeError for a tensor the architecture did not declare */
export function tensorOf(weights: Weights, name: string): tf.Tensor1D {
  const tensor = weights.tensors[name];
  if (!tensor) throw new TypeError(`the dictionary was loaded without ${name}`);
  return tensor.as1D();
}
