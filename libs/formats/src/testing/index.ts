export { allocatedBy } from './allocation';
export { fuzz, type Files, type FuzzCounts, type FuzzTarget, type Mutant } from './fuzz';
export { writeGguf, type GgufInput, type GgufInputTensor } from './ggufWriter';
export { mutate, mutation, textMutation, type Mutation } from './mutations';
export { storedZip } from './storedZip';
export { stateDict, type PickleConstant } from './pickleWriter';
export { half, plain, product, readSafetensors, viewOf, type Stored } from './plainReaders';
