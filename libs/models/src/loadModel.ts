import { openCheckpoint } from './checkpoints/registry';
import { ConfigReader } from './configReader';
import { Weights } from './decoder/weights';
import { describeModel } from './families/registry';
import { LanguageModel } from './languageModel';
import { readParameters } from './weights/readParameters';

export interface LoadOptions {
  log?: (line: string) => void;
}

/**
 * Loads a model. A Hugging Face folder has config.json (as Transformers 4 or 5 writes it), safetensors or
 * `pytorch_model.bin` in one file or in shards, and the tokenizer where there is one; other formats are in
 * checkpoints/registry.ts. Weights are computed with in float32, whatever they are stored as.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming the file, the field or tensor, and the value.
 */
export async function loadModel(path: string, { log = () => {} }: LoadOptions = {}): Promise<LanguageModel> {
  const started = performance.now();
  const { config, configFile, generation, tokenizer, weights: source, placement } = openCheckpoint(path);
  try {
    const reader = new ConfigReader(config, configFile);
    if (reader.has('quantization_config')) {
      reader.refuse('quantization_config', 'none: these weights are quantised; use the unquantised model');
    }
    const { family, architecture } = describeModel(reader);
    const weights = new Weights(architecture, (take) => readParameters(source, placement ?? family, architecture, take));
    const model = new LanguageModel(architecture, weights, { config, generation, tokenizer, path });
    const { parameters, nLayers, dModel } = model.config;
    const seconds = (performance.now() - started) / 1000;
    log(`loaded ${path}: ${family.name}, ${(parameters / 1e6).toFixed(2)} M parameters, ${nLayers} blocks of width ${dModel}, in ${seconds.toFixed(2)} s`);
    return model;
  } finally {
    source.close();
  }
}
