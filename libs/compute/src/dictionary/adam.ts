import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { NativeBackend } from '../native/backend';

/** A trained parameter, and what binds it. `tangent` and `unitNorm` speak of the rows of a matrix. */
export interface DictionaryParameter {
  /** What a checkpoint calls it. */
  name: string;
  variable: tf.Variable;
  /** Remove the part of the gradient along each row, before clipping and before Adam. */
  tangent?: boolean;
  /** Rescale each row to length 1 after the step. */
  unitNorm?: boolean;
}

export interface DictionaryAdamOptions {
  /** 0.9 by default. */
  beta1?: number;
  /** 0.999 by default. */
  beta2?: number;
  /** 1e-8 by default. */
  eps?: number;
  /** Scale all gradients together down to this global norm; no clipping without it. */
  clipNorm?: number;
}

export interface DictionaryAdamState {
  step: number;
  /** Both moments of every parameter: `m.<name>` and `v.<name>`. */
  tensors: Record<string, Float32Array>;
}

interface Slot extends DictionaryParameter {
  m: tf.Variable;
  v: tf.Variable;
}

/**
 * Adam (Kingma and Ba 2015, as PyTorch computes it) for dictionaries: rows of the decoder may be held at unit norm. On
 * the native backend a parameter takes one pass over memory, with the same bits on any instruction set.
 */
export class DictionaryAdam {
  private readonly slots: Slot[];
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly eps: number;
  private readonly clipNorm: number | undefined;
  private steps = 0;

  /** @param parameters with unique names; a gradient is looked up by its variable's name, as tf.variableGrads gives them */
  constructor(parameters: DictionaryParameter[], { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, clipNorm }: DictionaryAdamOptions = {}) {
    [this.beta1, this.beta2, this.eps, this.clipNorm] = [beta1, beta2, eps, clipNorm];
    this.slots = parameters.map((parameter) => ({
      ...parameter,
      m: tf.tidy(() => tf.variable(tf.zerosLike(parameter.variable), false)),
      v: tf.tidy(() => tf.variable(tf.zerosLike(parameter.variable), false)),
    }));
  }

  /**
   * One update in place. Gradients stay the caller's to dispose.
   * @returns the gradients' global norm before clipping; null where nothing is clipped, because it is not computed then
   * @throws SextantError INVALID_INPUT when a gradient is missing or has another shape; INTERNAL when it is not finite
   */
  step(grads: tf.NamedTensorMap, learningRate: number): { norm: number | null } {
    this.steps += 1;
    const gradients = this.slots.map((slot) => gradientOf(slot, grads));
    const norm = this.clipNorm === undefined ? null : this.globalNorm(gradients);
    if (norm !== null && !Number.isFinite(norm)) {
      throw new SextantError('INTERNAL', `the gradient's norm is ${norm} at step ${this.steps}; lower the learning rate or look for extreme activations`, {
        value: String(norm),
      });
    }
    const scale = norm === null || this.clipNorm === undefined ? 1 : Math.min(1, this.clipNorm / (norm + 1e-6));
    const backend = tf.backend();
    this.slots.forEach((slot, i) => {
      const gradient = gradients[i]!;
      if (backend instanceof NativeBackend) this.stepNative(backend, slot, gradient, learningRate, scale);
      else this.stepComposite(slot, gradient, learningRate, scale);
    });
    return { norm };
  }

  private globalNorm(gradients: tf.Tensor[]): number {
    const backend = tf.backend();
    let total = 0;
    this.slots.forEach((slot, i) => {
      const gradient = gradients[i]!;
      if (backend instanceof NativeBackend) {
        const along = slot.tangent ? backend.writable(slot.variable) : null;
        total += backend.addon.dictionaryGradientSquare(along, floats(backend, gradient), ...rowsOf(slot.variable));
      } else {
        total += tf.tidy(() => tf.sum(tf.square(slot.tangent ? acrossRows(slot.variable, gradient) : gradient)).dataSync()[0] ?? 0);
      }
    });
    return Math.sqrt(total);
  }

  private stepNative(backend: NativeBackend, slot: Slot, gradient: tf.Tensor, learningRate: number, scale: number): void {
    backend.addon.dictionaryAdam(
      backend.writable(slot.variable), floats(backend, gradient), backend.writable(slot.m), backend.writable(slot.v),
      ...rowsOf(slot.variable), learningRate, this.beta1, this.beta2, this.eps, this.steps, scale, slot.tangent === true, slot.unitNorm === true,
    );
  }

  private stepComposite({ variable, m, v, tangent, unitNorm }: Slot, gradient: tf.Tensor, learningRate: number, scale: number): void {
    const { beta1, beta2, eps, steps } = this;
    tf.tidy(() => {
      const scaled = tf.mul(tangent ? acrossRows(variable, gradient) : gradient, scale);
      m.assign(tf.add(tf.mul(m, beta1), tf.mul(scaled, 1 - beta1)));
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(scaled), 1 - beta2)));
      const root = tf.add(tf.div(tf.sqrt(v), Math.sqrt(1 - beta2 ** steps)), eps);
      const moved = tf.sub(variable, tf.div(tf.mul(m, learningRate / (1 - beta1 ** steps)), root));
      variable.assign(unitNorm ? tf.div(moved, tf.maximum(tf.norm(moved, 2, 1, true), 1e-30)) : moved);
    });
  }

  /** Copies of the moments, for a checkpoint. */
  state(): DictionaryAdamState {
    const tensors: Record<string, Float32Array> = {};
    for (const { name, m, v } of this.slots) {
      tensors[`m.${name}`] = Float32Array.from(m.dataSync());
      tensors[`v.${name}`] = Float32Array.from(v.dataSync());
    }
    return { step: this.steps, tensors };
  }

  /** @throws SextantError INVALID_INPUT when a moment is missing or has another size; nothing is changed then */
  load(state: DictionaryAdamState): void {
    const take = (name: string, size: number): Float32Array => {
      const values = state.tensors[name];
      if (values?.length === size) return values;
      throw new SextantError('INVALID_INPUT', `optimiser state "${name}": expected ${size} values, found ${values?.length ?? 'nothing'}`, { tensor: name });
    };
    const moments = this.slots.map(({ name, variable: { size } }) => [take(`m.${name}`, size), take(`v.${name}`, size)] as const);
    this.slots.forEach(({ variable, m, v }, i) => {
      const [first, second] = moments[i]!;
      tf.tidy(() => {
        m.assign(tf.tensor(first.slice(), variable.shape));
        v.assign(tf.tensor(second.slice(), variable.shape));
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

/** A matrix by its rows; a vector as one row. */
function rowsOf({ shape, size }: tf.Tensor): [rows: number, d: number] {
  const d = shape.length > 1 ? (shape[shape.length - 1] ?? 1) : size;
  return [d === 0 ? 0 : size / d, d];
}

/** What is left of the gradient when the part along each row is taken away. */
function acrossRows(variable: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  const square = tf.maximum(tf.sum(tf.square(variable), 1, true), 1e-30);
  return tf.sub(gradient, tf.mul(variable, tf.div(tf.sum(tf.mul(variable, gradient), 1, true), square)));
}

function floats(backend: NativeBackend, tensor: tf.Tensor): Float32Array {
  const values = backend.floats(tensor);
  if (!values) throw new TypeError(`DictionaryAdam takes float32 gradients, found ${tensor.dtype}`);
  return values;
}

function gradientOf({ name, variable }: DictionaryParameter, grads: tf.NamedTensorMap): tf.Tensor {
  const gradient = grads[variable.name];
  if (gradient && tf.util.arraysEqual(gradient.shape, variable.shape)) return gradient;
  const found = gradient ? `one of shape [${gradient.shape}]` : 'none';
  throw new SextantError('INVALID_INPUT', `parameter ${name} [${variable.shape}] needs a gradient of its shape, found ${found}`, { tensor: name });
}
