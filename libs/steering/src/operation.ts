import type { tf } from '@sextant/compute';
import type { Direction, FeatureRef, Operation } from '@sextant/schema';
import type { SteeringDictionary } from './dictionary';

export type OperationKind = Operation['kind'];
export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>;

/** What operations are made of, looked up once when an intervention is compiled. Each throws a named error for what is missing. */
export interface OperationSources {
  dictionary(digest: string): SteeringDictionary;
  /** Unit decoder row of a feature, [d]. */
  decoderRow(feature: FeatureRef): Float32Array;
  /** Largest activation of a feature on the indexed corpus, model units. */
  maxActivation(feature: FeatureRef): number;
  /** Unit vector of a direction, [d]. */
  unitVector(direction: Direction): Float32Array;
}

/** Activations [N, 1] of a feature on the h that the operation sees. */
export type ReadActivation = (feature: FeatureRef) => tf.Tensor2D;

/** Change of h, [N, d] for h [N, d]; it is masked to the touched tokens afterwards. Runs inside tidy and gradients. */
export type Change = (h: tf.Tensor2D, read: ReadActivation) => tf.Tensor2D;

/**
 * One kind of operation of the intervention language (libs/schema/src/intervention.ts has the formulas).
 * Adding one is a file in operations/, its test, a line in registry.ts and a member of `operationSchema`.
 */
export interface OperationDefinition<K extends OperationKind> {
  kind: K;
  /** What it acts on. Two operations that share a target conflict. */
  targets(operation: OperationOf<K>): string[];
  /** Features whose activations it reads: their dictionary must belong to the hook. */
  reads(operation: OperationOf<K>): FeatureRef[];
  prepare(operation: OperationOf<K>, sources: OperationSources): Change;
  /** The same operation at another dose; itself where it has none. */
  withDose(operation: OperationOf<K>, dose: number): OperationOf<K>;
}

export const featureTarget = ({ dictionary, index }: FeatureRef): string => `feature ${index} of ${dictionary.slice(0, 12)}`;

/** A decoder direction is its feature, so that clamping a feature and adding its direction are seen to conflict. */
export function directionTarget(direction: Direction): string {
  switch (direction.kind) {
    case 'decoder':
      return featureTarget(direction.feature);
    case 'vector':
      return `vector ${direction.vector.slice(0, 12)}`;
    case 'random':
      return `random direction ${direction.seed}`;
  }
}
