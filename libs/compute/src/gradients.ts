import * as tf from '@tensorflow/tfjs';
import { NativeBackend } from './native/backend';

function nativeArrays(backend: NativeBackend, tensors: tf.Tensor[]): Float32Array[] {
  return tensors.map((tensor) => {
    const values = backend.floats(tensor);
    if (!values) throw new TypeError(`gradients are float32, found ${tensor.dtype}`);
    return values;
  });
}

/** √Σ g² over all tensors. */
export function globalNorm(grads: tf.NamedTensorMap): number {
  const tensors = Object.values(grads);
  const backend = tf.backend();
  if (backend instanceof NativeBackend) return Math.sqrt(backend.addon.squaredNorm(nativeArrays(backend, tensors)));
  return tf.tidy(() => {
    const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
    const [total = 0] = squares.length === 0 ? [] : tf.addN(squares).dataSync();
    return Math.sqrt(total);
  });
}

/**
 * Scales all gradients down to a common norm of at most `maxNorm` (Pascanu et al. 2013). Takes over the given
 * tensors: use, and later dispose, those in the result. On the native backend they are scaled in place.
 * @returns the gradients, and their norm before clipping
 */
export function clipByGlobalNorm(grads: tf.NamedTensorMap, maxNorm: number): { grads: tf.NamedTensorMap; norm: number } {
  const norm = globalNorm(grads);
  if (!(norm > maxNorm)) return { grads, norm };
  const factor = maxNorm / norm;
  const backend = tf.backend();
  const clipped: tf.NamedTensorMap = {};
  for (const [name, tensor] of Object.entries(grads)) {
    if (backend instanceof NativeBackend && backend.refCount(tensor.dataId) === 1) {
      backend.addon.scale(backend.writable(tensor), factor);
      clipped[name] = tensor;
    } else {
      clipped[name] = tf.mul(tensor, factor);
      tensor.dispose();
    }
  }
  return { grads: clipped, norm };
}

/** Sums the gradients of several small batches into one set of tensors, so that a large batch needs no more memory. */
export class GradientAccumulator {
  private totals: Record<string, tf.Variable> = {};
  private readonly known: Record<string, tf.Variable> = {};

  /** Adds weight·grads. The given tensors stay the caller's. */
  add(grads: tf.NamedTensorMap, weight = 1): void {
    const backend = tf.backend();
    for (const [name, grad] of Object.entries(grads)) {
      const total = this.totals[name];
      if (!total) {
        this.totals[name] = this.start(name, grad, weight);
      } else if (backend instanceof NativeBackend) {
        const [values] = nativeArrays(backend, [grad]);
        if (values) backend.addon.accumulate(backend.writable(total), values, weight);
      } else {
        tf.tidy(() => total.assign(tf.add(total, tf.mul(grad, weight))));
      }
    }
  }

  private start(name: string, grad: tf.Tensor, weight: number): tf.Variable {
    return tf.tidy(() => {
      const value = tf.mul(grad, weight);
      const known = this.known[name];
      if (known) {
        known.assign(value);
        return known;
      }
      const fresh = tf.variable(value, false);
      this.known[name] = fresh;
      return fresh;
    });
  }

  /** The sums, still owned by the accumulator: valid until `reset` or `dispose`. */
  grads(): tf.NamedTensorMap {
    return { ...this.totals };
  }

  /** Starts the next sum. */
  reset(): void {
    this.totals = {};
  }

  dispose(): void {
    for (const total of Object.values(this.known)) total.dispose();
    this.totals = {};
  }
}
