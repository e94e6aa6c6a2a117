import type * as tf from '@tensorflow/tfjs';
import { number } from '../kernels/attributes';
import { runWgsl } from './program';

export const TOPK_MASK = 'SextantTopKMask';

/*
 * 1 at the k largest of each row, ties to the lower column. A workgroup takes a row and finds the k-th largest value by
 * radix selection: float32 bits in an order-preserving form, eight at a time from the top, counted in a histogram.
 */
const width = 256;
const code = `
  var<workgroup> counts : array<atomic<u32>, 256>;
  var<workgroup> prefix : u32;
  var<workgroup> wanted : u32;

  fn ordered(value : f32) -> u32 {
    // −0 and 0 are equal.
    let bits = bitcast<u32>(select(value, 0.0, value == 0.0));
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
  }

  fn main(index : i32) {
    let lane = index % ${width};
    let row = index / ${width};
    let inside = row < uniforms.rows;
    let begin = row * uniforms.columns;
    if (lane == 0) {
      prefix = 0u;
      wanted = u32(uniforms.k);
    }
    for (var shift = 24u; shift < 32u; shift -= 8u) {
      atomicStore(&counts[lane], 0u);
      workgroupBarrier();
      let above = select(0xFFFFFFFFu << (shift + 8u), 0u, shift == 24u);
      if (inside) {
        for (var c = lane; c < uniforms.columns; c += ${width}) {
          let key = ordered(scores[begin + c]);
          if ((key & above) == (prefix & above)) { atomicAdd(&counts[(key >> shift) & 255u], 1u); }
        }
      }
      workgroupBarrier();
      if (lane == 0) {
        var digit = 255;
        loop {
          let here = atomicLoad(&counts[digit]);
          if (here >= wanted || digit == 0) { break; }
          wanted -= here;
          digit -= 1;
        }
        prefix |= u32(digit) << shift;
      }
      workgroupBarrier();
    }
    if (inside) {
      for (var c = lane; c < uniforms.columns; c += ${width}) {
        result[begin + c] = select(0.0, 1.0, ordered(scores[begin + c]) > prefix);
      }
    }
    storageBarrier();
    // Of the values equal to the k-th, the first ones.
    if (inside && lane == 0) {
      var left = wanted;
      for (var c = 0; c < uniforms.columns && left > 0u; c++) {
        if (ordered(scores[begin + c]) == prefix) {
          result[begin + c] = 1.0;
          left -= 1u;
        }
      }
    }
  }
`;

function mask({ inputs, attrs, backend }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const { scores } = inputs;
  if (!scores) throw new TypeError(`${TOPK_MASK} lacks scores`);
  const [rows = 0, columns = 0] = scores.shape;
  const ints = { rows, columns, k: number(attrs ?? {}, 'k') };
  return runWgsl(backend, { name: TOPK_MASK, inputs: { scores }, outputShape: [rows, columns], threads: rows * width, workgroup: width, ints, code });
}

export const webgpuTopK: Pick<tf.KernelConfig, 'kernelName' | 'kernelFunc'>[] = [{ kernelName: TOPK_MASK, kernelFunc: mask }];
