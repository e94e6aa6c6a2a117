export { allocatedBy } from './allocation';
export { fuzz, type Files, type FuzzCounts, type FuzzTarget, type Mutant } from './fuzz';
export { writeGguf, type GgufInput, type GgufInputTensor } from './ggufWriter';
export { mutate, mutation, textMutation, type Mutation } from './mutations';
export { storedZip } from './storedZip';
