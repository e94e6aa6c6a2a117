/**
 * What a decoder-only transformer computes, said declaratively. A family file translates its config.json into this;
 * the engine (decoder/) reads nothing else, so it never has to ask which family it runs.
 */

export interface NormSpec {
  kind: 'rms' | 'layer';
  eps: number;
  /** Added to the stored gain: 1 for Gemma, whose norms multiply by (1 + weight). */
  gainOffset: number;
}

export interface RopeSpec {
  /**
   * Inverse frequencies [rotaryDims / 2] for a sequence whose longest position is `length` − 1.
   * Only dynamic scaling depends on the length.
   */
  inverseFrequencies(length: number): Float32Array;
  /** Leading dimensions of each head that rotate. */
  rotaryDims: number;
  /** `half` rotates (i, i + rotaryDims/2), `interleaved` rotates (2i, 2i + 1). */
  style: 'half' | 'interleaved';
  /** Factor on cosine and sine (YaRN); 1 otherwise. */
  attentionScaling: number;
}

export interface AttentionSpec {
  nHeads: number;
  nKvHeads: number;
  headDim: number;
  /** Scores are q·k times this. */
  scale: number;
  /** A query sees this many keys, itself included; null sees all. */
  window: number | null;
  /** Scores become c·tanh(score / c) before the mask. */
  softcap: number | null;
  rope: RopeSpec | null;
  /** Norm on each head's q and k, before rotation. */
  qkNorm: NormSpec | null;
  qkvBias: boolean;
  outBias: boolean;
}

export type Activation = 'silu' | 'gelu-tanh' | 'gelu-erf' | 'relu';

export interface MlpSpec {
  /** `gated`: down(act(gate(x)) · up(x)); `plain`: down(act(up(x))). */
  kind: 'gated' | 'plain';
  activation: Activation;
  dFf: number;
  bias: boolean;
}

export interface BlockSpec {
  /** `parallel`: attention and MLP both read the block's input, and there is no hook_resid_mid. */
  residual: 'serial' | 'parallel';
  /** Norm in front of attention (ln1) and of the MLP (ln2). */
  norm: NormSpec;
  /** Norm behind each, before its output is added to the residual stream (Gemma). */
  postNorm: NormSpec | null;
  attention: AttentionSpec;
  mlp: MlpSpec;
}

export interface Architecture {
  family: string;
  dModel: number;
  vocabSize: number;
  contextLength: number;
  /** The token embedding is multiplied by this (Gemma: sqrt(dModel)). */
  embeddingScale: number;
  /** Learned position embeddings are added to the token embedding. */
  learnedPositions: boolean;
  blocks: BlockSpec[];
  finalNorm: NormSpec;
  /** The unembedding is the token embedding. */
  tied: boolean;
  /** Logits become c·tanh(logit / c). */
  logitSoftcap: number | null;
  /** Standard deviation of freshly drawn weights. */
  initStd: number;
}

/** An architecture in the numbers people ask for. */
export interface ModelConfig {
  family: string;
  nLayers: number;
  dModel: number;
  nHeads: number;
  nKvHeads: number;
  headDim: number;
  dFf: number;
  vocabSize: number;
  contextLength: number;
  tied: boolean;
  parameters: number;
}
