import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { NativeBackend } from './native/backend';

export interface AdamWOptions {
  learningRate: number;
  /** Decay of the running mean of gradients; 0.9 by default. */
  beta1?: number;
  /** Decay of the running mean of squared gradients; 0.999 by default. */
  beta2?: number;
  /** 1e-8 by default. */
  eps?: number;
  /** Decoupled weight decay per unit of learning rate; 0 by default. */
  weightDecay?: number;
  /** Which parameters decay; by default those of two or more dimensions. */
  decay?: (name: string) => boolean;
}

/** Everything a resumed run needs: step count and both moments of every parameter, `m.<name>` and `v.<name>`. */
export interface AdamWState {
  step: number;
  tensors: Record<string, Float32Array>;
}

interface Slot {
  param: tf.Variable;
  m: tf.Variable;
  v: tf.Variable;
  decays: boolean;
}

/**
 * AdamW (Loshchilov and Hutter 2019), with PyTorch's order of operations: decay first, bias correction inside. On
 * the native backend a step is one call that updates all parameters in place.
 */
export class AdamW {
  private readonly slots: Slot[];
  private readonly options: Required<Omit<AdamWOptions, 'decay'>>;
  private steps = 0;

  /** @param params variables with unique names; gradients are looked up by them */
  constructor(params: tf.Variable[], options: AdamWOptions) {
    const { decay, ...rest } = options;
    this.options = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, ...rest };
    this.slots = params.map((param) => ({
      param,
      m: tf.tidy(() => tf.variable(tf.zerosLike(param), false)),
      v: tf.tidy(() => tf.variable(tf.zerosLike(param), false)),
      decays: decay ? decay(param.name) : param.rank >= 2,
    }));
  }

  /**
   * One update. Gradients stay the caller's to dispose.
   * @throws SextantError INVALID_INPUT when a parameter's gradient is missing or has another shape
   */
  step(grads: tf.NamedTensorMap, { learningRate = this.options.learningRate }: { learningRate?: number } = {}): void {
    const gradients = this.slots.map(({ param }) => gradientOf(param, grads));
    this.steps += 1;
    const backend = tf.backend();
    if (backend instanceof NativeBackend) this.stepNative(backend, gradients, learningRate);
    else this.slots.forEach((slot, i) => this.stepComposite(slot, gradients[i], learningRate));
  }

  private stepNative(backend: NativeBackend, gradients: tf.Tensor[], learningRate: number): void {
    const { beta1, beta2, eps, weightDecay } = this.options;
    const floats = (tensor: tf.Tensor): Float32Array => {
      const values = backend.floats(tensor);
      if (!values) throw new TypeError(`AdamW takes float32 gradients, found ${tensor.dtype}`);
      return values;
    };
    backend.addon.adamW(
      this.slots.map((slot) => backend.writable(slot.param)),
      gradients.map(floats),
      this.slots.map((slot) => backend.writable(slot.m)),
      this.slots.map((slot) => backend.writable(slot.v)),
      Float32Array.from(this.slots, (slot) => (slot.decays ? 1 : 0)),
      learningRate, beta1, beta2, eps, weightDecay, this.steps,
    );
  }

  private stepComposite({ param, m, v, decays }: Slot, grad: tf.Tensor | undefined, learningRate: number): void {
    if (!grad) return;
    const { beta1, beta2, eps, weightDecay } = this.options;
    tf.tidy(() => {
      m.assign(tf.add(m, tf.mul(tf.sub(grad, m), 1 - beta1)));
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(grad), 1 - beta2)));
      const root = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(1 - beta2 ** this.steps)), eps);
      const update = tf.mul(tf.div(m, root), learningRate / (1 - beta1 ** this.steps));
      param.assign(tf.sub(tf.mul(param, decays ? 1 - learningRate * weightDecay : 1), update));
    });
  }

  state(): AdamWState {
    const tensors: Record<string, Float32Array> = {};
    for (const { param, m, v } of this.slots) {
      tensors[`m.${param.name}`] = Float32Array.from(m.dataSync());
      tensors[`v.${param.name}`] = Float32Array.from(v.dataSync());
    }
    return { step: this.steps, tensors };
  }

  /** @throws SextantError INVALID_INPUT when a moment is missing or has another size; nothing is changed then */
  load(state: AdamWState): void {
    const take = (name: string, size: number): Float32Array => {
      const values = state.tensors[name];
      if (values?.length === size) return values;
      const found = values ? `${values.length} values` : 'nothing';
      throw new SextantError('INVALID_INPUT', `optimiser state "${name}": expected ${size} values, found ${found}`, { tensor: name });
    };
    const moments = this.slots.map(({ param }) => ({
      m: take(`m.${param.name}`, param.size),
      v: take(`v.${param.name}`, param.size),
    }));
    this.slots.forEach((slot, i) => {
      const loaded = moments[i];
      if (!loaded) return;
      tf.tidy(() => {
        slot.m.assign(tf.tensor(loaded.m.slice(), slot.param.shape));
        slot.v.assign(tf.tensor(loaded.v.slice(), slot.param.shape));
      });
    });
    this.steps = state.step;
  }

  dispose(): void {
    for (const { m, v } of this.slots) {
      m.dispose();
      v.dispose();
    }
  }
}

function gradientOf(param: tf.Variable, grads: tf.NamedTensorMap): tf.Tensor {
  const grad = grads[param.name];
  if (grad && tf.util.arraysEqual(grad.shape, param.shape)) return grad;
  const found = grad ? `one of shape [${grad.shape}]` : 'none';
  throw new SextantError('INVALID_INPUT', `parameter "${param.name}" [${param.shape}] needs a gradient of its shape, found ${found}`, {
    tensor: param.name,
  });
}
