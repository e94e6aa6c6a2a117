/**
 * The operations in float64 and plain loops, straight from their definitions: an independent implementation that
 * kernels and composites are held to. Arrays are row-major.
 */

/** x [rows, in] · w [out, in]ᵀ + b */
export function linear(x: number[], w: number[], b: number[] | null, inSize: number): number[] {
  const outSize = w.length / inSize;
  const out: number[] = [];
  for (let r = 0; r < x.length / inSize; r++) {
    for (let o = 0; o < outSize; o++) {
      let sum = b ? b[o]! : 0;
      for (let i = 0; i < inSize; i++) sum += x[r * inSize + i]! * w[o * inSize + i]!;
      out.push(sum);
    }
  }
  return out;
}

export function embedding(ids: number[], table: number[], width: number): number[] {
  return ids.flatMap((id) => table.slice(id * width, (id + 1) * width));
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function rmsNorm(x: number[], gain: number[], eps: number): number[] {
  const width = gain.length;
  return x.map((value, i) => {
    const row = x.slice(i - (i % width), i - (i % width) + width);
    return (value / Math.sqrt(mean(row.map((v) => v * v)) + eps)) * gain[i % width]!;
  });
}

export function layerNorm(x: number[], gain: number[], bias: number[], eps: number): number[] {
  const width = gain.length;
  return x.map((value, i) => {
    const row = x.slice(i - (i % width), i - (i % width) + width);
    const centre = mean(row);
    const variance = mean(row.map((v) => (v - centre) ** 2));
    return ((value - centre) / Math.sqrt(variance + eps)) * gain[i % width]! + bias[i % width]!;
  });
}

export interface RopeReference {
  heads: number;
  width: number;
  positions: number[];
  frequencies: number[];
  style: 'half' | 'interleaved';
  scaling: number;
}

export function rope(x: number[], { heads, width, positions, frequencies, style, scaling }: RopeReference): number[] {
  const out = [...x];
  const pairs = frequencies.length;
  positions.forEach((position, token) => {
    for (let head = 0; head < heads; head++) {
      const at = (token * heads + head) * width;
      for (let i = 0; i < pairs; i++) {
        const [first, second] = style === 'half' ? [at + i, at + i + pairs] : [at + 2 * i, at + 2 * i + 1];
        const angle = position * frequencies[i]!;
        out[first] = scaling * (x[first]! * Math.cos(angle) - x[second]! * Math.sin(angle));
        out[second] = scaling * (x[second]! * Math.cos(angle) + x[first]! * Math.sin(angle));
      }
    }
  });
  return out;
}

export interface AttentionReference {
  batch: number;
  queries: number;
  keys: number;
  heads: number;
  keyHeads: number;
  width: number;
  scale: number;
  offset: number;
  window?: number;
  softcap?: number;
  keyMask?: number[];
}

/** Probabilities [batch, heads, queries, keys]. */
export function attentionPattern(q: number[], k: number[], shape: AttentionReference): number[] {
  const { batch, queries, keys, heads, keyHeads, width, scale, offset, window, softcap, keyMask } = shape;
  const out: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const keyHead = Math.floor((h * keyHeads) / heads);
      for (let t = 0; t < queries; t++) {
        const scores = Array.from({ length: keys }, (_, s) => {
          const visible = s <= t + offset && (!window || s > t + offset - window) && (!keyMask || keyMask[b * keys + s] === 1);
          if (!visible) return -Infinity;
          let dot = 0;
          for (let i = 0; i < width; i++) {
            dot += q[((b * queries + t) * heads + h) * width + i]! * k[((b * keys + s) * keyHeads + keyHead) * width + i]!;
          }
          return softcap ? softcap * Math.tanh((dot * scale) / softcap) : dot * scale;
        });
        const top = Math.max(...scores);
        const weights = scores.map((score) => (top === -Infinity ? 0 : Math.exp(score - top)));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        out.push(...weights.map((weight) => (total > 0 ? weight / total : 0)));
      }
    }
  }
  return out;
}

export function attention(q: number[], k: number[], v: number[], shape: AttentionReference): number[] {
  const { batch, queries, keys, heads, keyHeads, width } = shape;
  const pattern = attentionPattern(q, k, shape);
  const out = new Array<number>(q.length).fill(0);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const keyHead = Math.floor((h * keyHeads) / heads);
      for (let t = 0; t < queries; t++) {
        for (let s = 0; s < keys; s++) {
          const weight = pattern[((b * heads + h) * queries + t) * keys + s]!;
          for (let i = 0; i < width; i++) {
            out[((b * queries + t) * heads + h) * width + i]! += weight * v[((b * keys + s) * keyHeads + keyHead) * width + i]!;
          }
        }
      }
    }
  }
  return out;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

export const swiglu = (gate: number[], up: number[]): number[] => gate.map((value, i) => value * logistic(value) * up[i]!);

/** erf by its Maclaurin series, exact to double precision for |x| ≤ 5. */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export function gelu(x: number[], form: 'tanh' | 'erf'): number[] {
  return x.map((value) =>
    form === 'erf'
      ? 0.5 * value * (1 + erf(value / Math.SQRT2))
      : 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3))),
  );
}

export function crossEntropy(logits: number[], targets: number[]): number[] {
  const classes = logits.length / targets.length;
  return targets.map((target, row) => {
    if (target < 0) return 0;
    const values = logits.slice(row * classes, (row + 1) * classes);
    const top = Math.max(...values);
    return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0)) - values[target]!;
  });
}

/** Central differences of Σ weights·f(x) in every element of x. */
export function finiteDifferences(f: (x: number[]) => number[], x: number[], weights: number[], step = 1e-5): number[] {
  const total = (values: number[]) => f(values).reduce((sum, value, i) => sum + value * weights[i]!, 0);
  return x.map((value, i) => {
    const moved = (by: number) => total(x.map((other, j) => (j === i ? value + by : other)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}
