import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { threadsFromEnvironment } from './threads';

export type Floats = Float32Array;
export type Ints = Int32Array;
/** float32 and int32 data travel through layout kernels as 32-bit words. */
export type Words = Float32Array | Int32Array;
/** dims, strides of a, strides of b, one after the other; null where both inputs have the output's shape. */
export type BroadcastPlan = Int32Array | null;

type Arithmetic = (a: Words, b: Words, out: Words, plan: BroadcastPlan) => void;
type Comparison = (a: Words, b: Words, out: Uint8Array, plan: BroadcastPlan) => void;
type Unary = (x: Floats, out: Floats) => void;
type Reduction<Out> = (x: Floats, out: Out, outer: number, count: number, inner: number) => void;

/** Batch, queries, keys, heads, key heads, width, offset, window (0 = none), scale, softcap (0 = none), key mask. */
export type AttentionShape = [number, number, number, number, number, number, number, number, number, number, Ints | null];

/** x, weights, bias, scale, subset, rows, d, n. */
type DictionaryOperands = [Floats, Floats, Floats, Floats | null, Ints | null, number, number, number];

/** The functions of native/src: each checks the type and length of what it is given and throws TypeError. */
export interface NativeAddon {
  isa(): string;
  threads(): number;
  setThreads(count: number): void;

  /** out = a·b per batch entry (+ bias, or added to out); `repeats` marks an operand shared by the whole batch. */
  matMul(
    a: Floats, b: Floats, out: Floats, batch: number, rows: number, depth: number, cols: number, transposeA: boolean,
    transposeB: boolean, aRepeats: boolean, bRepeats: boolean, bias: Floats | null, accumulate: boolean,
  ): void;

  add: Arithmetic;
  subtract: Arithmetic;
  multiply: Arithmetic;
  maximum: Arithmetic;
  minimum: Arithmetic;
  squaredDifference: Arithmetic;
  divide: Arithmetic;
  greater: Comparison;
  greaterEqual: Comparison;
  less: Comparison;
  lessEqual: Comparison;
  equal: Comparison;
  notEqual: Comparison;

  exp: Unary;
  sigmoid: Unary;
  tanh: Unary;
  erf: Unary;
  negate: Unary;
  absolute: Unary;
  square: Unary;
  sqrt: Unary;
  rsqrt: Unary;
  reciprocal: Unary;
  log: Unary;
  log1p: Unary;
  sin: Unary;
  cos: Unary;
  sign: Unary;
  relu: Unary;
  clip(x: Floats, out: Floats, low: number, high: number): void;
  step(x: Floats, out: Floats, alpha: number): void;
  select(condition: Uint8Array, a: Floats, b: Floats, out: Floats): void;
  toFloats(x: Ints | Uint8Array, out: Floats): void;
  /** target += weight · source */
  accumulate(target: Floats, source: Floats, weight: number): void;
  /** x *= factor */
  scale(x: Floats, factor: number): void;

  sum(x: Floats, out: Floats, outer: number, count: number, inner: number, scale: number): void;
  max: Reduction<Floats>;
  min: Reduction<Floats>;
  argMax: Reduction<Ints>;
  argMin: Reduction<Ints>;
  softmax(x: Floats, out: Floats, rows: number, count: number): void;

  /** out takes element offset + Σ position·stride of x; plan = dims then strides. */
  strided(x: Words, out: Words, offset: number, plan: Int32Array): void;
  place(x: Words, out: Words, outer: number, width: number, outWidth: number, at: number): void;
  gather(x: Words, indices: Ints, out: Words, outer: number, axisLength: number, inner: number): void;
  scatterSum(x: Floats, indices: Ints, out: Floats, rows: number, inner: number): void;

  rmsNorm(x: Floats, gain: Floats, out: Floats, rows: number, width: number, eps: number): void;
  rmsNormGradient(
    x: Floats, gain: Floats, dy: Floats, dx: Floats, dGain: Floats, rows: number, width: number, eps: number,
  ): void;
  layerNorm(x: Floats, gain: Floats, bias: Floats, out: Floats, rows: number, width: number, eps: number): void;
  layerNormGradient(
    x: Floats, gain: Floats, dy: Floats, dx: Floats, dGain: Floats, dBias: Floats, rows: number, width: number, eps: number,
  ): void;
  swiglu(gate: Floats, up: Floats, out: Floats): void;
  swigluGradient(gate: Floats, up: Floats, dy: Floats, dGate: Floats, dUp: Floats): void;
  gelu(x: Floats, out: Floats, exact: boolean): void;
  geluGradient(x: Floats, dy: Floats, dx: Floats, exact: boolean): void;
  rope(
    x: Floats, positions: Ints, inverseFrequencies: Floats, out: Floats, tokens: number, heads: number, width: number,
    rotaryDims: number, interleaved: boolean, scaling: number, backward: boolean,
  ): void;
  attention(q: Floats, k: Floats, v: Floats, out: Floats, ...shape: AttentionShape): void;
  attentionGradient(
    q: Floats, k: Floats, v: Floats, dOut: Floats, dQ: Floats, dK: Floats, dV: Floats, ...shape: AttentionShape
  ): void;
  crossEntropy(logits: Floats, targets: Ints, losses: Floats, rows: number, classes: number): void;
  crossEntropyGradient(
    logits: Floats, targets: Ints, dLosses: Floats, dLogits: Floats, rows: number, classes: number,
  ): void;
  adamW(
    params: Floats[], grads: Floats[], m: Floats[], v: Floats[], decays: Floats, learningRate: number, beta1: number,
    beta2: number, eps: number, weightDecay: number, step: number,
  ): void;
  squaredNorm(arrays: Floats[]): number;

  /** The k largest pre-activations a row. Entries found, to be fetched by dictionaryTakeCodes; see the C++ for `fault`. */
  dictionaryEncodeTopK(...operands: [...DictionaryOperands, k: number, positive: boolean, fault: Ints]): number;
  dictionaryEncodeThreshold(...operands: [...DictionaryOperands, threshold: Floats | null, fault: Ints]): number;
  dictionaryTakeCodes(offsets: Ints, features: Ints, values: Floats): void;
  /** Rows of the last encoding that the integer screen answered. */
  dictionaryScreenedRows(): number;
  dictionaryDecode(
    offsets: Ints, features: Ints, values: Floats, weights: Floats, bias: Floats | null, out: Floats, rows: number, n: number, d: number,
  ): void;
  dictionaryEntryDots(
    offsets: Ints, features: Ints, rows: Floats, weights: Floats, out: Floats, count: number, n: number, d: number,
  ): void;
  dictionaryFeatureRows(
    offsets: Ints, features: Ints, values: Floats, rows: Floats, out: Floats, count: number, n: number, d: number,
  ): void;
  dictionaryFeatureSums(offsets: Ints, features: Ints, values: Floats, out: Floats, count: number, n: number): void;
  dictionaryRowNorms(matrix: Floats, out: Floats, rows: number, d: number): void;
  dictionaryScaleRows(matrix: Floats, factors: Floats, out: Floats, rows: number, d: number): void;
  /** Σ g² of a gradient, without its part along the rows of `along` where given. */
  dictionaryGradientSquare(along: Floats | null, gradient: Floats, rows: number, d: number): number;
  dictionaryAdam(
    parameter: Floats, gradient: Floats, m: Floats, v: Floats, rows: number, d: number, learningRate: number, beta1: number,
    beta2: number, eps: number, step: number, gradientScale: number, tangent: boolean, unitNorm: boolean,
  ): void;
}

const addonUrl = new URL(`../../native/build/${process.platform}-${process.arch}/sextant.node`, import.meta.url);

export type AddonResult = { addon: NativeAddon } | { absent: string };

let loaded: AddonResult | undefined;

/** Loads the addon that tools/setup/native.mjs built, or the file SEXTANT_ADDON names, once; says why where there is none. */
export function loadAddon(): AddonResult {
  loaded ??= load();
  return loaded;
}

function load(): AddonResult {
  const file = process.env.SEXTANT_ADDON ?? fileURLToPath(addonUrl);
  if (!existsSync(file)) return { absent: 'the native addon is not built (`npm run setup` builds it where there is a C++ compiler)' };
  try {
    const addon: NativeAddon = createRequire(import.meta.url)(file);
    addon.setThreads(threadsFromEnvironment());
    return { addon };
  } catch (error) {
    return { absent: `the native addon does not load: ${error instanceof Error ? error.message : String(error)}` };
  }
}
