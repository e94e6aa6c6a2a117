import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { NativeAddon } from './addon';
import { BufferPool } from './bufferPool';

/** A tensor under construction: its handle, and the array a kernel writes. */
export interface Output<Values> {
  info: tf.TensorInfo;
  values: Values;
}

/**
 * TF.js on our C++ kernels. It is the plain CPU backend (whose kernels serve whatever has no native one), with
 * pooled storage: arrays return to the pool when the last tensor that shares them is disposed, so nothing outside
 * may keep one. Reading therefore copies.
 */
export class NativeBackend extends MathBackendCPU {
  readonly pool = new BufferPool();
  /** How often each kernel ran as JavaScript, by name: what a hot path must not do. */
  readonly javascriptCalls = new Map<string, number>();

  constructor(readonly addon: NativeAddon) {
    super();
  }

  override write(values: tf.backend_util.BackendValues, _shape: number[], dtype: tf.DataType): object {
    const dataId = {};
    this.data.set(dataId, { values, dtype, refCount: 1 });
    return dataId;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    return this.pool.owns(values) && values instanceof Float32Array ? values.slice() : values;
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const { values, refCount } = this.data.get(dataId);
    const gone = super.disposeData(dataId, force);
    if (gone && refCount <= 1 && values instanceof Float32Array) this.pool.release(values);
    return gone;
  }

  /** The tensor's own array, or null where it is not a plain float32 one (a `float32` tensor may hold bytes). */
  floats(info: tf.TensorInfo | undefined): Float32Array | null {
    const values = info && this.data.get(info.dataId).values;
    return values instanceof Float32Array ? values : null;
  }

  ints(info: tf.TensorInfo | undefined): Int32Array | null {
    const values = info && this.data.get(info.dataId).values;
    return values instanceof Int32Array ? values : null;
  }

  bytes(info: tf.TensorInfo | undefined): Uint8Array | null {
    const values = info && this.data.get(info.dataId).values;
    return values instanceof Uint8Array ? values : null;
  }

  /** A float32 tensor with pooled storage of arbitrary contents. */
  output(shape: number[]): Output<Float32Array> {
    const values = this.pool.acquire(tf.util.sizeFromShape(shape));
    return { info: { dataId: this.write(values, shape, 'float32'), shape, dtype: 'float32' }, values };
  }

  intOutput(shape: number[]): Output<Int32Array> {
    const values = new Int32Array(tf.util.sizeFromShape(shape));
    return { info: { dataId: this.write(values, shape, 'int32'), shape, dtype: 'int32' }, values };
  }

  boolOutput(shape: number[]): Output<Uint8Array> {
    const values = new Uint8Array(tf.util.sizeFromShape(shape));
    return { info: { dataId: this.write(values, shape, 'bool'), shape, dtype: 'bool' }, values };
  }

  /** Another handle on the same data under a new shape; nothing is copied. */
  share(info: tf.TensorInfo, shape: number[]): tf.TensorInfo {
    this.incRef(info.dataId);
    return { dataId: info.dataId, shape, dtype: info.dtype };
  }

  /**
   * The tensor's array for writing in place, as the optimiser and caches do. Where other tensors share the data, or
   * the array came from outside, the tensor first gets a copy of its own.
   */
  writable(variable: tf.Tensor): Float32Array {
    const entry = this.data.get(variable.dataId);
    if (!(entry.values instanceof Float32Array)) {
      throw new TypeError(`cannot write in place: the tensor holds ${entry.dtype}, not float32`);
    }
    if (this.pool.owns(entry.values) && entry.refCount === 1) return entry.values;
    const copy = this.pool.acquire(entry.values.length);
    copy.set(entry.values);
    if (entry.refCount === 1) {
      entry.values = copy;
      return copy;
    }
    if (!(variable instanceof tf.Variable)) {
      throw new TypeError('cannot write in place: another tensor shares this data; only a variable can be separated from it');
    }
    const shape = variable.shape;
    const fresh = tf.engine().makeTensorFromDataId(this.write(copy, shape, 'float32'), shape, 'float32', this);
    variable.assign(fresh);
    fresh.dispose();
    return copy;
  }
}
