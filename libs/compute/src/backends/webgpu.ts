import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { registerWebgpuKernels } from '../webgpu/index';
import { findOptional, importFrom } from './optionalPackages';
import type { BackendProvider } from './provider';

const dawnPackage = 'webgpu';
const backendPackage = '@tensorflow/tfjs-backend-webgpu';

/**
 * Any GPU with a Metal, Vulkan or Direct3D 12 driver, through Dawn. Optional: its packages are looked for, never asked
 * for. Chosen only by name: results arrive asynchronously (`await tensor.data()`), and code that reads with `dataSync`
 * fails on it.
 */
export const webgpu: BackendProvider = {
  name: 'webgpu',
  description: 'GPUs through WebGPU (Dawn): Metal, Vulkan, Direct3D 12',
  setup: 'npm run setup:webgpu, a driver for the GPU (Linux: Vulkan), then SEXTANT_BACKEND=webgpu',
  asynchronousOnly: true,
  async prepare() {
    const [dawn, backend] = [findOptional(dawnPackage), findOptional(backendPackage)];
    if (!dawn || !backend) return { present: false, reason: `${dawn ? backendPackage : dawnPackage} is not installed` };
    try {
      const gpu = await openDawn(dawn);
      const adapter = await gpu.requestAdapter();
      if (!adapter) return { present: false, reason: 'Dawn finds no GPU driver here' };
      // The backend looks for the browser's object when it is loaded.
      const scope: object = Reflect.get(globalThis, 'navigator') ?? {};
      Object.defineProperty(scope, 'gpu', { value: gpu, configurable: true });
      if (!Reflect.has(globalThis, 'navigator')) Object.defineProperty(globalThis, 'navigator', { value: scope, configurable: true });
      await importFrom(backend);
      refuseSynchronousReads();
      registerWebgpuKernels();
      const { description, device, vendor } = adapter.info;
      return { present: true, detail: { threads: 1, isa: description || device || vendor || 'GPU', version: `tfjs ${tf.version_core}` } };
    } catch (error) {
      return { present: false, reason: `Dawn did not start: ${error instanceof Error ? error.message : String(error)}` };
    }
  },
};

/** TF.js reads synchronously through a canvas, which only browsers have. */
function refuseSynchronousReads(): void {
  const start = tf.findBackendFactory('webgpu');
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', async () => {
    const backend = await start();
    const readSync = backend.readSync.bind(backend);
    backend.readSync = (dataId) => {
      try {
        return readSync(dataId);
      } catch (error) {
        if (!(error instanceof ReferenceError)) throw error;
        throw new SextantError('UNAVAILABLE', 'the webgpu backend gives results only asynchronously outside browsers: use `await tensor.data()`, or another backend');
      }
    };
    return backend;
  });
}

interface Gpu {
  requestAdapter(): Promise<{ info: { device: string; vendor: string; description: string } } | null>;
}

/** Dawn's `navigator.gpu`; its classes and constants become globals, as in a browser. */
async function openDawn(file: string): Promise<Gpu> {
  const dawn = await importFrom(file);
  if (!isDawn(dawn)) throw new Error(`${file} exports no create() and globals`);
  Object.assign(globalThis, dawn.globals);
  return dawn.create([]);
}

function isDawn(value: unknown): value is { create(flags: string[]): Gpu; globals: object } {
  return typeof value === 'object' && value !== null && 'create' in value && typeof value.create === 'function' && 'globals' in value;
}
