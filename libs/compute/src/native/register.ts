import * as tf from '@tensorflow/tfjs';
import { nativeKernels } from '../kernels/index';
import type { NativeAddon } from './addon';
import { NativeBackend } from './backend';
import type { NativeKernel } from './kernel';

/** Registers the backend `native`: every kernel of the plain cpu backend, and ours in place of the hot ones. */
export function registerNative(addon: NativeAddon): void {
  const inherited = new Map(tf.getKernelsForBackend('cpu').map((kernel) => [kernel.kernelName, kernel]));
  const own = new Map<string, NativeKernel>();
  for (const kernel of nativeKernels) {
    if (own.has(kernel.kernelName)) throw new Error(`two native kernels are called ${kernel.kernelName}`);
    own.set(kernel.kernelName, kernel);
  }
  for (const [kernelName, kernel] of inherited) {
    if (!own.has(kernelName)) {
      tf.registerKernel({ ...kernel, backendName: 'native', kernelFunc: (call) => runInherited(kernel, call) });
    }
  }
  for (const [kernelName, kernel] of own) {
    const fallback = inherited.get(kernelName);
    tf.registerKernel({
      kernelName,
      backendName: 'native',
      setupFunc: fallback?.setupFunc,
      disposeFunc: fallback?.disposeFunc,
      kernelFunc: ({ inputs, attrs, backend }) => {
        if (!(backend instanceof NativeBackend)) throw new TypeError(`${kernelName} is registered for another backend`);
        const result = kernel.run({ inputs, attrs: attrs ?? {}, backend });
        if (result) return result;
        if (fallback) return runInherited(fallback, { inputs, attrs, backend });
        throw new TypeError(`${kernelName} takes float32 tensors only`);
      },
    });
  }
  tf.registerBackend('native', () => new NativeBackend(addon), 3);
}

/**
 * Runs a kernel of the plain cpu backend. Some of them hand out their input's own array, or a view of it (a
 * contiguous slice): such an output gets a copy, because the input's array returns to the pool before it does.
 */
function runInherited(kernel: tf.KernelConfig, call: Parameters<tf.KernelFunc>[0]): tf.TensorInfo | tf.TensorInfo[] {
  const { backend, inputs } = call;
  if (!(backend instanceof NativeBackend)) throw new TypeError(`${kernel.kernelName} is registered for another backend`);
  backend.javascriptCalls.set(kernel.kernelName, (backend.javascriptCalls.get(kernel.kernelName) ?? 0) + 1);
  const result = kernel.kernelFunc(call);
  for (const output of Array.isArray(result) ? result : [result]) {
    const entry = backend.data.get(output.dataId);
    const values = entry.values;
    if (!ArrayBuffer.isView(values)) continue;
    for (const input of Object.values(inputs)) {
      if (!input || Array.isArray(input) || input.dataId === output.dataId) continue;
      const source = backend.data.get(input.dataId).values;
      if (ArrayBuffer.isView(source) && source.buffer === values.buffer) entry.values = values.slice();
    }
  }
  return result;
}
