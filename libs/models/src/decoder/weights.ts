import { tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { Architecture } from '../architecture';
import { parametersOf, type ParameterSpec } from '../parameters';

let instances = 0;

/** The parameters of one model as TF.js variables, by the engine's names. Owns them. */
export class Weights {
  private readonly matrices = new Map<string, tf.Variable<tf.Rank.R2>>();
  private readonly vectors = new Map<string, tf.Variable<tf.Rank.R1>>();
  // TF.js keeps one table of variable names for all models.
  private readonly prefix = `model${instances++}/`;

  /**
   * `fill` hands over each parameter's values exactly once; the arrays then belong to the tensors. When it throws,
   * what was made is released.
   */
  constructor(
    private readonly architecture: Architecture,
    fill: (take: (parameter: ParameterSpec, data: Float32Array) => void) => void,
  ) {
    try {
      fill((parameter, data) => this.create(parameter, data));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Every variable, in the order of the forward pass. */
  get variables(): ReadonlyMap<string, tf.Variable> {
    return new Map(parametersOf(this.architecture).map(({ name }) => [name, this.variable(name)]));
  }

  matrix(name: string): tf.Tensor2D {
    return this.matrices.get(name) ?? this.missing(name);
  }

  vector(name: string): tf.Tensor1D {
    return this.vectors.get(name) ?? this.missing(name);
  }

  optionalVector(name: string): tf.Tensor1D | undefined {
    return this.vectors.get(name);
  }

  variable(name: string): tf.Variable {
    return this.matrices.get(name) ?? this.vectors.get(name) ?? this.missing(name);
  }

  dispose(): void {
    for (const variable of [...this.matrices.values(), ...this.vectors.values()]) variable.dispose();
  }

  private create({ name, shape }: ParameterSpec, data: Float32Array): void {
    tf.tidy(() => {
      const [rows, columns] = shape;
      if (columns === undefined) this.vectors.set(name, tf.variable(tf.tensor1d(data), true, this.prefix + name));
      else this.matrices.set(name, tf.variable(tf.tensor2d(data, [rows!, columns]), true, this.prefix + name));
    });
  }

  private missing(name: string): never {
    throw new SextantError('INTERNAL', `this architecture has no parameter "${name}"`);
  }
}
