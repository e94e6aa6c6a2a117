export { assistantStartByMarker, type AssistantStart } from './assistantTurn';
export {
  compileIntervention,
  interventionHash,
  withDose,
  type CompiledIntervention,
  type CompileOptions,
} from './compileIntervention';
export type { SteeringDictionary } from './dictionary';
export type { RowDisturbance } from './disturbance';
export { makeVector, vectorMakers, type VectorMethod } from './makeVector';
export type { OperationDefinition, OperationKind } from './operation';
export { operations } from './registry';
export { touchedTokens, type ScopeSources } from './scope';
export { klDivergence, logSoftmax } from './sideBySide';
export { randomDirection, type SteeringLookups } from './sources';
export { scopeSourcesOf, type SteerableModel } from './steerableModel';
export { finishPair, steeredPair, type PairOptions, type PairSummary, type PairToken, type Side } from './steeredPair';
export type { MadeVector, TokenConvention, VectorMaker, VectorRequest } from './vectors/vector';
