import type * as tf from '@tensorflow/tfjs';

/** One WGSL kernel for @tensorflow/tfjs-backend-webgpu: a flat run of threads that write one output. */
export interface WgslProgram {
  name: string;
  /** Bound in this order as `array<f32>` or `array<i32>` by these names. */
  inputs: Record<string, tf.TensorInfo>;
  outputShape: number[];
  threads: number;
  /** Threads of a workgroup, 64 by default. */
  workgroup?: number;
  /** Values of `uniforms.<name>`, i32 and f32. */
  ints: Record<string, number>;
  floats?: Record<string, number>;
  /** WGSL with `fn main(index : i32)`; it writes to `result`. */
  code: string;
  /** What the code was made with, so that kernels of other constants are compiled apart. */
  constants?: string;
}

interface Uniform {
  type: 'int32' | 'float32';
  data: number[];
}

interface WebGpuBackend {
  runWebGPUProgram(program: object, inputs: tf.TensorInfo[], dtype: 'float32', uniforms: Uniform[]): tf.TensorInfo;
}

function isWebGpu(backend: unknown): backend is WebGpuBackend {
  return typeof backend === 'object' && backend !== null && 'runWebGPUProgram' in backend;
}

/** Queues the kernel. @returns its output, float32 */
export function runWgsl(backend: unknown, { name, inputs, outputShape, threads, workgroup = 64, ints, floats = {}, code, constants = '' }: WgslProgram): tf.TensorInfo {
  if (!isWebGpu(backend)) throw new TypeError(`${name} is a kernel of the webgpu backend`);
  const integers = { threads, ...ints };
  const program = {
    variableNames: Object.keys(inputs),
    outputShape,
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(threads / workgroup), 1, 1],
    workgroupSize: [workgroup, 1, 1],
    shaderKey: `${name}_${constants}`,
    uniforms: [...Object.keys(integers).map((key) => ` ${key} : i32,`), ...Object.keys(floats).map((key) => ` ${key} : f32,`)].join(''),
    getUserCode: () => code,
  };
  const uniforms: Uniform[] = [
    ...Object.values(integers).map((value): Uniform => ({ type: 'int32', data: [value] })),
    ...Object.values(floats).map((value): Uniform => ({ type: 'float32', data: [value] })),
  ];
  return backend.runWebGPUProgram(program, Object.values(inputs), 'float32', uniforms);
}
