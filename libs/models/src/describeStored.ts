import type { ModelConfig } from './architecture';
import { checkpointFiles, openCheckpoint } from './checkpoints/registry';
import { ConfigReader } from './configReader';
import { describeModel } from './families/registry';
import { hookPointsOf, type HookPoint } from './hooks';
import { configOf } from './modelConfig';

/** What a stored model is, without loading its weights. */
export interface StoredModel {
  path: string;
  format: string;
  config: ModelConfig;
  /** Bytes of its weights once loaded as float32. */
  loadedBytes: number;
  tokenizer: {
    vocabSize: number;
    bosId: number | null;
    eosId: number | null;
    padId: number | null;
    unkId: number | null;
    /** Ids that carry structure rather than text. */
    specialTokens: number;
    chatTemplate: boolean;
  } | null;
  hookPoints: HookPoint[];
}

/**
 * Describes a model in any format that can be loaded; configuration and tokenizer are read, weights are not.
 * @throws SextantError as loading does
 */
export function describeStored(path: string): StoredModel {
  const { format } = checkpointFiles(path);
  const { config, configFile, tokenizer, weights } = openCheckpoint(path);
  weights.close();
  const { architecture } = describeModel(new ConfigReader(config, configFile));
  const modelConfig = configOf(architecture);
  return {
    path,
    format,
    config: modelConfig,
    loadedBytes: 4 * modelConfig.parameters,
    tokenizer: tokenizer && {
      vocabSize: tokenizer.vocabSize,
      bosId: tokenizer.bosId,
      eosId: tokenizer.eosId,
      padId: tokenizer.padId,
      unkId: tokenizer.unkId,
      specialTokens: tokenizer.specialIds.size,
      chatTemplate: tokenizer.hasChatTemplate,
    },
    hookPoints: hookPointsOf(architecture),
  };
}
