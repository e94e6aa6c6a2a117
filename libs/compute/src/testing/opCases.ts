import { appendColumns } from '../ops/appendColumns';
import { attention, attentionPattern } from '../ops/attention';
import { crossEntropy } from '../ops/crossEntropy';
import { embedding } from '../ops/embedding';
import { gelu } from '../ops/gelu';
import { layerNorm } from '../ops/layerNorm';
import { linear } from '../ops/linear';
import { product } from '../ops/product';
import { rmsNorm } from '../ops/rmsNorm';
import { rope } from '../ops/rope';
import { swiglu } from '../ops/swiglu';
import * as tf from '@tensorflow/tfjs';
import * as reference from './reference';

/** One operation at one set of shapes, as TF.js computes it and as its definition says. */
export interface OpCase {
  name: string;
  /** Float inputs by shape, all differentiated. */
  inputs: number[][];
  run(inputs: tf.Tensor[]): tf.Tensor;
  expected(inputs: number[][]): number[];
}

const at = <T>(list: T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`no input ${index}`);
  return item;
};

const range = (length: number) => Array.from({ length }, (_, i) => i);

function linearCase(rows: number, inSize: number, outSize: number, bias: boolean): OpCase {
  return {
    name: `linear ${rows}×${inSize} → ${outSize}${bias ? ' with bias' : ''}`,
    inputs: [[rows, inSize], [outSize, inSize], ...(bias ? [[outSize]] : [])],
    run: ([x, w, b]) => linear(x!, w!.as2D(outSize, inSize), b?.as1D()),
    expected: (inputs) => reference.linear(at(inputs, 0), at(inputs, 1), bias ? at(inputs, 2) : null, inSize),
  };
}

function ropeCase(style: 'half' | 'interleaved', rotaryDims: number, scaling: number): OpCase {
  const [batch, tokens, heads, width] = [2, 3, 2, 8] as const;
  const frequencies = range(rotaryDims / 2).map((i) => Math.fround(10000 ** ((-2 * i) / rotaryDims)));
  const positions = [0, 1, 2, 5, 6, 1000];
  return {
    name: `rope ${style}, ${rotaryDims} of ${width} dimensions, scaling ${scaling}`,
    inputs: [[batch, tokens, heads, width]],
    run: ([x]) =>
      rope(x!.as4D(batch, tokens, heads, width), tf.tensor2d(positions, [batch, tokens], 'int32'), {
        inverseFrequencies: Float32Array.from(frequencies),
        rotaryDims,
        style,
        attentionScaling: scaling,
      }),
    expected: ([x]) => reference.rope(x!, { heads, width, positions, frequencies, style, scaling }),
  };
}

interface AttentionCase extends Omit<reference.AttentionReference, 'scale'> {
  label: string;
}

function attentionCase({ label, ...rest }: AttentionCase, pattern = false): OpCase {
  const shape = { ...rest, scale: 0.6 };
  const { batch, queries, keys, heads, keyHeads, width, keyMask } = shape;
  const input = ([q, k, v]: tf.Tensor[]) => ({
    q: q!.as4D(batch, queries, heads, width),
    k: k!.as4D(batch, keys, keyHeads, width),
    v: v!.as4D(batch, keys, keyHeads, width),
    scale: shape.scale,
    causal: true as const,
    queryOffset: shape.offset,
    window: shape.window,
    softcap: shape.softcap,
    keyMask: keyMask ? tf.tensor2d(keyMask, [batch, keys], 'int32') : undefined,
  });
  const keyShape = [batch, keys, keyHeads, width];
  return {
    name: `${pattern ? 'attention pattern' : 'attention'}, ${label}`,
    inputs: pattern ? [[batch, queries, heads, width], keyShape] : [[batch, queries, heads, width], keyShape, keyShape],
    run: (tensors) => (pattern ? attentionPattern(input([at(tensors, 0), at(tensors, 1), at(tensors, 1)])) : attention(input(tensors))),
    expected: (inputs) =>
      pattern
        ? reference.attentionPattern(at(inputs, 0), at(inputs, 1), shape)
        : reference.attention(at(inputs, 0), at(inputs, 1), at(inputs, 2), shape),
  };
}

const base = { batch: 2, queries: 5, keys: 5, heads: 4, keyHeads: 2, width: 3, offset: 0 };
const ids = [3, 0, 3, 6, 3, 1];
const targets = [2, 0, -1, 18];

export const opCases: OpCase[] = [
  linearCase(1, 5, 3, false),
  linearCase(3, 19, 7, true),
  linearCase(13, 33, 18, true),
  linearCase(7, 300, 5, false),
  {
    name: 'embedding with repeated ids',
    inputs: [[7, 5]],
    run: ([table]) => embedding(tf.tensor2d(ids, [2, 3], 'int32'), table!.as2D(7, 5)),
    expected: ([table]) => reference.embedding(ids, table!, 5),
  },
  ...[5, 21].flatMap((width): OpCase[] => [
    {
      name: `rmsNorm of width ${width}`,
      inputs: [[3, width], [width]],
      run: ([x, gain]) => rmsNorm(x!, gain!.as1D(), 1e-5),
      expected: ([x, gain]) => reference.rmsNorm(x!, gain!, 1e-5),
    },
    {
      name: `layerNorm of width ${width}`,
      inputs: [[3, width], [width], [width]],
      run: ([x, gain, bias]) => layerNorm(x!, gain!.as1D(), bias!.as1D(), 1e-5),
      expected: ([x, gain, bias]) => reference.layerNorm(x!, gain!, bias!, 1e-5),
    },
  ]),
  ropeCase('half', 8, 1),
  ropeCase('half', 4, 1.3),
  ropeCase('interleaved', 8, 1),
  ropeCase('interleaved', 4, 1.3),
  attentionCase({ ...base, label: 'grouped heads' }),
  attentionCase({ ...base, keyHeads: 4, width: 17, label: 'a head for each, wider than a register' }),
  attentionCase({ ...base, keyMask: [0, 0, 1, 1, 1, 1, 1, 0, 1, 1], label: 'padding, with rows that see nothing' }),
  attentionCase({ ...base, window: 2, label: 'window of 2' }),
  attentionCase({ ...base, softcap: 1.5, label: 'soft cap' }),
  attentionCase({ ...base, queries: 1, keys: 9, offset: 8, label: 'one new token on a cache of 8' }),
  attentionCase({ ...base, queries: 3, keys: 9, offset: 6, window: 4, softcap: 2, label: 'three new tokens, window and cap' }),
  attentionCase({ ...base, batch: 1, heads: 1, keyHeads: 1, width: 2, queries: 70, keys: 70, label: 'more queries than a block' }),
  attentionCase({ ...base, softcap: 1.5, keyMask: [0, 1, 1, 1, 1, 1, 1, 0, 1, 1], label: 'with mask and cap' }, true),
  ...[3, 5].map((capacity): OpCase => ({
    name: `appendColumns, two columns behind three of ${capacity}`,
    inputs: [[2, capacity, 3], [2, 2, 3]],
    // A copy of the held columns, because appending may write into them.
    run: ([held, added]) => tf.slice(appendColumns(tf.add(held!, 0), added!, 3), [0, 0, 0], [-1, 5, -1]),
    expected: ([held, added]) =>
      range(2).flatMap((row) => [...held!.slice(row * capacity * 3, row * capacity * 3 + 9), ...added!.slice(row * 6, row * 6 + 6)]),
  })),
  {
    name: 'swiglu',
    inputs: [[3, 7], [3, 7]],
    run: ([gate, up]) => swiglu(gate!, up!),
    expected: ([gate, up]) => reference.swiglu(gate!, up!),
  },
  ...(['tanh', 'erf'] as const).map((form): OpCase => ({
    name: `gelu, ${form}`,
    inputs: [[3, 7]],
    run: ([x]) => gelu(x!, form),
    expected: ([x]) => reference.gelu(x!, form),
  })),
  {
    name: 'crossEntropy with an ignored target',
    inputs: [[4, 19]],
    run: ([logits]) => crossEntropy(logits!.as2D(4, 19), tf.tensor1d(targets, 'int32')),
    expected: ([logits]) => reference.crossEntropy(logits!, targets),
  },
  {
    name: 'product of batches',
    inputs: [[2, 3, 4], [2, 4, 5]],
    run: ([a, b]) => product(a!, b!),
    expected: ([a, b]) =>
      range(2).flatMap((batch) => {
        const right = b!.slice(batch * 20, (batch + 1) * 20);
        const transposed = range(20).map((i) => right[(i % 4) * 5 + Math.floor(i / 4)]!);
        return reference.linear(a!.slice(batch * 12, (batch + 1) * 12), transposed, null, 4);
      }),
  },
];
