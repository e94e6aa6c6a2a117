import type { LanguageModel } from '@sextant/models';
import type { FeatureRef } from '@sextant/schema';
import type { SteeringDictionary } from '../dictionary';

/** Which tokens of a text a mean is taken over. */
export type TokenConvention = 'last' | 'mean';

export interface VectorRequest {
  /** Needed by methods that read activations. */
  model?: LanguageModel;
  /** Where the vector lives. */
  hook: string;
  d: number;
  positive?: readonly string[];
  negative?: readonly string[];
  /** `last` (default): the last token of each text, as few-shot probes and CAA do; `mean`: all its tokens but special ones. */
  tokens?: TokenConvention;
  feature?: FeatureRef;
  dictionary?: SteeringDictionary;
  seed?: number;
  batchSize?: number;
  signal?: AbortSignal;
}

export interface MadeVector {
  /** Model units, [d]. */
  values: Float32Array;
  norm: number;
  /** How it was made, for its provenance and for a reader. */
  convention: string;
}

/** One way to make a vector. Adding one is a file in vectors/, its test, and a line in makeVector.ts. */
export type VectorMaker = (request: VectorRequest) => Promise<MadeVector>;

export const made = (values: Float32Array, convention: string): MadeVector => ({
  values,
  norm: Math.sqrt(values.reduce((total, value) => total + value * value, 0)),
  convention,
});
