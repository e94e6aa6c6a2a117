export { openSafetensors, SafetensorsFile, type ReadOptions } from './safetensorsReader';
export { writeSafetensors, type WritableData, type WritableDtype, type WritableTensor } from './safetensorsWriter';
export type { SafetensorsDtype, TensorInfo } from './safetensorsTypes';
export { fromBfloat16, fromHalf, HALF_MAX, toBfloat16, toHalf } from './half';
export { PARTIAL_SUFFIX, writeFileAtomic } from './atomicWrite';
export { assertFinite, firstNonFinite } from './finite';
export { parseStrictJson, type StrictJson } from './strictJson';
export { PositionalFile } from './positionalFile';
