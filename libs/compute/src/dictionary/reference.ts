/**
 * The dictionary operations and their gradients in float64 loops, written from the formulas: what every backend's
 * kernels are tested against. x [rows, d], weights [n, d].
 */
export interface ReferenceInput {
  x: Float32Array;
  weights: Float32Array;
  bias: Float32Array;
  center?: Float32Array;
  scale?: Float32Array;
  subset?: Int32Array;
  rows: number;
  d: number;
  n: number;
}

export interface ReferenceGradients {
  x: Float64Array;
  weights: Float64Array;
  bias: Float64Array;
  center: Float64Array;
  scale: Float64Array;
  decoder: Float64Array;
  decoderBias: Float64Array;
}

/** ((x − center)·w + bias)·scale, [rows, n]. */
export function referencePreActivations({ x, weights, bias, center, scale, rows, d, n }: ReferenceInput): Float64Array {
  const pre = new Float64Array(rows * n);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < n; i++) {
      let sum = bias[i]!;
      for (let t = 0; t < d; t++) sum += (x[r * d + t]! - (center?.[t] ?? 0)) * weights[i * d + t]!;
      pre[r * n + i] = sum * (scale?.[i] ?? 1);
    }
  }
  return pre;
}

/** The k largest of each row, ties to the lower feature; [rows, n]. */
export function referenceTopK(input: ReferenceInput, k: number, positive: boolean): Float64Array {
  const { rows, n, subset } = input;
  const pre = referencePreActivations(input);
  const codes = new Float64Array(rows * n);
  const features = subset ? [...subset] : [...Array(n).keys()];
  for (let r = 0; r < rows; r++) {
    const ranked = [...features].sort((a, b) => pre[r * n + b]! - pre[r * n + a]! || a - b);
    for (const i of ranked.slice(0, k)) if (!positive || pre[r * n + i]! > 0) codes[r * n + i] = pre[r * n + i]!;
  }
  return codes;
}

export function referenceThreshold(input: ReferenceInput, threshold?: Float32Array): Float64Array {
  const { n } = input;
  return referencePreActivations(input).map((value, at) => (value > (threshold?.[at % n] ?? 0) ? value : 0));
}

/** decoderBias + codes·decoder, [rows, d]. */
export function referenceDecode(codes: Float64Array, decoder: Float32Array, decoderBias: Float32Array, { rows, d, n }: ReferenceInput): Float64Array {
  const out = new Float64Array(rows * d);
  for (let r = 0; r < rows; r++) {
    for (let t = 0; t < d; t++) {
      let sum = decoderBias[t]!;
      for (let i = 0; i < n; i++) sum += codes[r * n + i]! * decoder[i * d + t]!;
      out[r * d + t] = sum;
    }
  }
  return out;
}

/** Gradients of Σ out·dOut + Σ_i dSums_i · (Σ over rows of code i). */
export function referenceGradients(
  input: ReferenceInput,
  codes: Float64Array,
  decoder: Float32Array,
  dOut: Float32Array,
  dSums: Float32Array,
): ReferenceGradients {
  const { x, weights, center, scale, rows, d, n } = input;
  const pre = referencePreActivations(input);
  const g: ReferenceGradients = {
    x: new Float64Array(rows * d),
    weights: new Float64Array(n * d),
    bias: new Float64Array(n),
    center: new Float64Array(d),
    scale: new Float64Array(n),
    decoder: new Float64Array(n * d),
    decoderBias: new Float64Array(d),
  };
  for (let r = 0; r < rows; r++) {
    for (let t = 0; t < d; t++) g.decoderBias[t]! += dOut[r * d + t]!;
    for (let i = 0; i < n; i++) {
      const value = codes[r * n + i]!;
      if (value === 0) continue;
      let dValue = dSums[i]!;
      for (let t = 0; t < d; t++) {
        dValue += dOut[r * d + t]! * decoder[i * d + t]!;
        g.decoder[i * d + t]! += value * dOut[r * d + t]!;
      }
      const factor = scale?.[i] ?? 1;
      g.scale[i]! += (dValue * pre[r * n + i]!) / factor;
      g.bias[i]! += dValue * factor;
      for (let t = 0; t < d; t++) {
        g.weights[i * d + t]! += dValue * factor * (x[r * d + t]! - (center?.[t] ?? 0));
        g.x[r * d + t]! += dValue * factor * weights[i * d + t]!;
        g.center[t]! -= dValue * factor * weights[i * d + t]!;
      }
    }
  }
  return g;
}
