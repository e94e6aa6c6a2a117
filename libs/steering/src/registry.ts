import type { OperationDefinition, OperationKind, OperationOf } from './operation';
import { ablate } from './operations/ablate';
import { add } from './operations/add';
import { clamp } from './operations/clamp';
import { projectOut } from './operations/projectOut';
import { reconstruct } from './operations/reconstruct';
import { scale } from './operations/scale';

/** Every operation of the intervention language: one line per file of operations/. */
export const operations: { readonly [K in OperationKind]: OperationDefinition<K> } = { clamp, scale, ablate, add, projectOut, reconstruct };

/** The definition of an operation, typed by its kind. */
export const definitionOf = <K extends OperationKind>(operation: OperationOf<K> & { kind: K }): OperationDefinition<K> => operations[operation.kind];
