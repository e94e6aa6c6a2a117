export { harvest, type HarvestOptions } from './harvest';
export { estimateHarvest, type EstimateOptions, type HarvestEstimate } from './estimate';
export { harvestStream, type ActivationBatch, type HarvestStreamOptions } from './harvestStream';
export { keptTokens, type KeptTokens, type TokenRows } from './corpus';
export { captureHook, type Captured, type HarvestModel } from './capture';
export { ActivationStore, openActivations } from './store';
export { ShuffleBuffer, shuffleBuffer, shuffledBatches, type ShuffleOptions, type ShuffleState } from './shuffleBuffer';
export { combineSums, sumActivations, type ActivationStatistics, type Sums } from './statistics';
export { manifestSchema, type Manifest, type Plan, type Shard } from './manifest';
