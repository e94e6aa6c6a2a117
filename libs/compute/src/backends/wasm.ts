import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendProvider } from './provider';

export const wasm: BackendProvider = {
  name: 'wasm',
  description: 'WebAssembly, wherever Node runs',
  setup: 'npm ci installs it',
  async prepare() {
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${path.dirname(entry)}${path.sep}`);
    registerSegmentSum();
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return { present: true, detail: { threads: 1, isa: simd ? 'wasm simd' : 'wasm', version: version_wasm } };
  },
};

/** tfjs-wasm has no UnsortedSegmentSum, without which no embedding can be trained. */
function registerSegmentSum(): void {
  if (tf.getKernel(tf.UnsortedSegmentSum, 'wasm')) return;
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, segmentIds } = inputs;
      if (!x || !segmentIds) throw new TypeError('UnsortedSegmentSum needs x and segmentIds');
      const backend = tf.backend();
      const values = backend.readSync(x.dataId);
      const ids = backend.readSync(segmentIds.dataId);
      if (!(values instanceof Float32Array) || !(ids instanceof Int32Array)) throw new TypeError('UnsortedSegmentSum takes float32 and int32');
      const rows = Number(attrs?.numSegments);
      const rest = x.shape.slice(segmentIds.shape.length);
      const width = tf.util.sizeFromShape(rest);
      const sums = new Float32Array(rows * width);
      ids.forEach((id, row) => {
        if (id < 0 || id >= rows) return;
        for (let i = 0; i < width; i++) sums[id * width + i] = (sums[id * width + i] ?? 0) + (values[row * width + i] ?? 0);
      });
      const shape = [rows, ...rest];
      return { dataId: backend.write(sums, shape, 'float32'), shape, dtype: 'float32' };
    },
  });
}
