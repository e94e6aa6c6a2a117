import * as tf from '@tensorflow/tfjs';
import { number } from '../kernels/attributes';
import { runWgsl, type WgslProgram } from './program';

/*
 * Attention that never stores [batch, heads, queries, keys]: a thread takes one query of one head and keeps a running
 * softmax (Milakov and Gimelshein 2018). The backward pass first forms each query's maximum, sum and Σ P·dP, then
 * computes the probabilities again for dq, and for dk and dv with a thread for each key.
 */

type Call = Parameters<tf.KernelFunc>[0];

/** Declarations that all kernels share. Scores outside what a query sees are never asked for. */
const shared = (masked: boolean) => `
  fn sees(b : i32, t : i32, s : i32) -> bool {
    let last = t + uniforms.offset;
    if (s > last || (uniforms.window > 0 && s <= last - uniforms.window)) { return false; }
    return ${masked ? 'keyMask[b * uniforms.keys + s] == 1' : 'true'};
  }
  fn queryAt(b : i32, t : i32, h : i32) -> i32 { return ((b * uniforms.queries + t) * uniforms.heads + h) * uniforms.width; }
  fn keyAt(b : i32, s : i32, h : i32) -> i32 { return ((b * uniforms.keys + s) * uniforms.keyHeads + h) * uniforms.width; }
  fn score(qAt : i32, kAt : i32) -> f32 {
    var dot = 0.0;
    for (var i = 0; i < uniforms.width; i++) { dot += q[qAt + i] * k[kAt + i]; }
    let raw = dot * uniforms.scale;
    if (uniforms.softcap > 0.0) { return uniforms.softcap * tanh(raw / uniforms.softcap); }
    return raw;
  }
  // Derivative of a score in q·k.
  fn slope(s : f32) -> f32 {
    if (uniforms.softcap > 0.0) { return uniforms.scale * (1.0 - (s / uniforms.softcap) * (s / uniforms.softcap)); }
    return uniforms.scale;
  }
`;

const ofQuery = `
  let h = index % uniforms.heads;
  let t = (index / uniforms.heads) % uniforms.queries;
  let b = index / (uniforms.heads * uniforms.queries);
  let hk = h * uniforms.keyHeads / uniforms.heads;
  let qAt = queryAt(b, t, h);
`;

const forwardCode = (width: number) => `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    ${ofQuery}
    var mixed : array<f32, ${width}>;
    var top = -1e30;
    var total = 0.0;
    for (var s = 0; s < uniforms.keys; s++) {
      if (!sees(b, t, s)) { continue; }
      let kAt = keyAt(b, s, hk);
      let value = score(qAt, kAt);
      let higher = max(top, value);
      let kept = exp(top - higher);
      let weight = exp(value - higher);
      total = total * kept + weight;
      for (var i = 0; i < ${width}; i++) { mixed[i] = mixed[i] * kept + weight * v[kAt + i]; }
      top = higher;
    }
    for (var i = 0; i < ${width}; i++) { result[qAt + i] = select(0.0, mixed[i] / total, total > 0.0); }
  }
`;

/** Of each query: maximum, 1 / sum of exponentials, Σ P·dP. */
const statisticsCode = `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    ${ofQuery}
    var top = -1e30;
    var total = 0.0;
    var along = 0.0;
    for (var s = 0; s < uniforms.keys; s++) {
      if (!sees(b, t, s)) { continue; }
      let kAt = keyAt(b, s, hk);
      let value = score(qAt, kAt);
      var dP = 0.0;
      for (var i = 0; i < uniforms.width; i++) { dP += dy[qAt + i] * v[kAt + i]; }
      let higher = max(top, value);
      let kept = exp(top - higher);
      let weight = exp(value - higher);
      total = total * kept + weight;
      along = along * kept + weight * dP;
      top = higher;
    }
    let inverse = select(0.0, 1.0 / total, total > 0.0);
    result[index * 3] = top;
    result[index * 3 + 1] = inverse;
    result[index * 3 + 2] = along * inverse;
  }
`;

/** dScore of the pair (query row, key), and its probability. */
const pair = `
  let value = score(qAt, kAt);
  let probability = exp(value - statistics[row * 3]) * statistics[row * 3 + 1];
  var dP = 0.0;
  for (var i = 0; i < uniforms.width; i++) { dP += dy[qAt + i] * v[kAt + i]; }
  let dDot = probability * (dP - statistics[row * 3 + 2]) * slope(value);
`;

const queryGradientCode = (width: number) => `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    ${ofQuery}
    let row = index;
    var sum : array<f32, ${width}>;
    for (var s = 0; s < uniforms.keys; s++) {
      if (!sees(b, t, s)) { continue; }
      let kAt = keyAt(b, s, hk);
      ${pair}
      for (var i = 0; i < ${width}; i++) { sum[i] += dDot * k[kAt + i]; }
    }
    for (var i = 0; i < ${width}; i++) { result[qAt + i] = sum[i]; }
  }
`;

/** A thread for each key of each key head: over the queries that see it, of all heads that share it. */
const keyGradientCode = (width: number, term: string) => `
  fn main(index : i32) {
    if (index >= uniforms.threads) { return; }
    let hk = index % uniforms.keyHeads;
    let s = (index / uniforms.keyHeads) % uniforms.keys;
    let b = index / (uniforms.keyHeads * uniforms.keys);
    let kAt = keyAt(b, s, hk);
    let group = uniforms.heads / uniforms.keyHeads;
    var sum : array<f32, ${width}>;
    for (var t = 0; t < uniforms.queries; t++) {
      if (!sees(b, t, s)) { continue; }
      for (var h = hk * group; h < (hk + 1) * group; h++) {
        let qAt = queryAt(b, t, h);
        let row = (b * uniforms.queries + t) * uniforms.heads + h;
        ${pair}
        for (var i = 0; i < ${width}; i++) { sum[i] += ${term}; }
      }
    }
    for (var i = 0; i < ${width}; i++) { result[kAt + i] = sum[i]; }
  }
`;

function input({ inputs }: Call, name: string): tf.TensorInfo {
  const info = inputs[name];
  if (!info || Array.isArray(info)) throw new TypeError(`attention lacks ${name}`);
  return info;
}

/** What the kernels of one call share; `kernel` completes it. */
function shapeOf(call: Call) {
  const [q, k, v] = [input(call, 'q'), input(call, 'k'), input(call, 'v')];
  const [batch = 0, queries = 0, heads = 0, width = 0] = q.shape;
  const [, keys = 0, keyHeads = 0] = k.shape;
  const attrs = call.attrs ?? {};
  const masked = call.inputs['keyMask'] !== undefined;
  const ints = { queries, keys, heads, keyHeads, width, offset: number(attrs, 'queryOffset'), window: number(attrs, 'window') };
  const floats = { scale: number(attrs, 'scale'), softcap: number(attrs, 'softcap') };
  const inputs: Record<string, tf.TensorInfo> = { q, k, v, ...(masked ? { keyMask: input(call, 'keyMask') } : {}) };
  const run = (kernel: Pick<WgslProgram, 'name' | 'outputShape' | 'threads' | 'code'>, more: Record<string, tf.TensorInfo> = {}) =>
    runWgsl(call.backend, { ...kernel, code: shared(masked) + kernel.code, inputs: { ...inputs, ...more }, ints, floats, constants: `${width}_${masked}` });
  return { q, k, width, rows: batch * queries * heads, keyRows: batch * keys * keyHeads, run };
}

function forward(call: Call): tf.TensorInfo {
  const { q, width, rows, run } = shapeOf(call);
  return run({ name: 'SextantAttention', outputShape: q.shape, threads: rows, code: forwardCode(width) });
}

function gradient(call: Call): tf.TensorInfo[] {
  const { q, k, width, rows, keyRows, run } = shapeOf(call);
  const dy = input(call, 'dy');
  const statistics = run({ name: 'SextantAttentionStatistics', outputShape: [rows, 3], threads: rows, code: statisticsCode }, { dy });
  const more = { dy, statistics };
  const gradients = [
    run({ name: 'SextantAttentionDq', outputShape: q.shape, threads: rows, code: queryGradientCode(width) }, more),
    run({ name: 'SextantAttentionDk', outputShape: k.shape, threads: keyRows, code: keyGradientCode(width, 'dDot * q[qAt + i]') }, more),
    run({ name: 'SextantAttentionDv', outputShape: k.shape, threads: keyRows, code: keyGradientCode(width, 'probability * dy[qAt + i]') }, more),
  ];
  if (call.backend instanceof tf.KernelBackend) call.backend.disposeData(statistics.dataId);
  return gradients;
}

export const webgpuAttention: Pick<tf.KernelConfig, 'kernelName' | 'kernelFunc'>[] = [
  { kernelName: 'SextantAttention', kernelFunc: forward },
  { kernelName: 'SextantMaskedAttention', kernelFunc: forward },
  { kernelName: 'SextantAttentionGradient', kernelFunc: gradient },
];
