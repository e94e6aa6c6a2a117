import type { z } from 'zod';
import type { Codes, DictionaryAdamOptions, DictionaryParameter, Rng, tf } from '@sextant/compute';
import type { DictionaryConfig, WeightArrays } from '../config';
import type { DeadFeatures, DeadRule } from './deadFeatures';

/** What a trainable architecture is started with. */
export interface TrainingSetup<Options> {
  d: number;
  n: number;
  steps: number;
  options: Options;
  rng: Rng;
  dead: DeadFeatures;
}

/** One step's loss and what it was made of; the caller reads all of it before the tensors go. */
export interface StepOutcome {
  /** What is differentiated. */
  loss: tf.Scalar;
  /** What the loss is made of, and what else a reader wants to see of the step, by name. */
  terms: Record<string, tf.Scalar | number>;
  codes: Codes;
  /** On how many rows each feature fired, [n]. */
  counts: Float32Array;
  reconstruction: tf.Tensor2D;
}

/** A training run of one architecture: its variables and its loss. Everything is in normalised units. */
export interface Training {
  /** Trained variables by their SAELens names, in a fixed order; encoders and decoders are [n, d]. */
  readonly parameters: DictionaryParameter[];
  readonly adam: DictionaryAdamOptions;
  /** Called once, with the first batch, before the first step of a new run. */
  prepare?(x: tf.Tensor2D): void;
  /** The loss of a batch [rows, d], differentiable in the variables. */
  loss(x: tf.Tensor2D, step: number): StepOutcome;
  /** What a resumed run needs beside variables and dead counters; plain JSON. */
  state(): Record<string, unknown>;
  restore(state: Record<string, unknown>): void;
  /** What the file will say of it. */
  config(): Pick<DictionaryConfig, 'architecture' | 'options' | 'applyDecoderBiasToInput'>;
  /** Weights for use, in model units, with decoder rows of length 1 where that leaves the codes' order alone; papers.md 1.2. */
  finish(scale: number): WeightArrays;
}

/** An architecture that can be trained. One file each; adding one is a file, a test and a line in the registry. */
export interface TrainableArchitecture<Options = unknown> {
  name: string;
  /** Hyperparameters with their defaults. */
  options: z.ZodType<Options>;
  dead(options: Options, defaultWindow: number): DeadRule;
  start(setup: TrainingSetup<Options>): Training;
}

/** Keeps the options' type inside the object while the registry forgets it. */
export function defineTrainable<Options>(architecture: TrainableArchitecture<Options>): TrainableArchitecture {
  const { options } = architecture;
  return {
    name: architecture.name,
    options,
    dead: (given, window) => architecture.dead(options.parse(given), window),
    start: (setup) => architecture.start({ ...setup, options: options.parse(setup.options) }),
  };
}
