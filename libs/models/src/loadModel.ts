import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigReader } from './configReader';
import { Weights } from './decoder/weights';
import { familyOf } from './families/registry';
import { readJsonObject } from './json';
import { LanguageModel } from './languageModel';
import { hasTokenizer, loadTokenizer } from './tokenizer/tokenizerFolder';
import { openFolderWeights } from './weights/folderWeights';
import { readParameters } from './weights/readParameters';


export interface LoadOptions {
  log?: (line: string) => void;
}

/**
 * Loads a Hugging Face folder: config.json (as Transformers 4 or 5 writes it), safetensors or `pytorch_model.bin` in
 * one file or in shards (F32, F16 or BF16, computed with in float32), and the tokenizer where there is one.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming the file, the field or tensor, and the value.
 */
export async function loadModel(dir: string, { log = () => {} }: LoadOptions = {}): Promise<LanguageModel> {
  const started = performance.now();
  const config = new ConfigReader(readJsonObject(join(dir, 'config.json')), join(dir, 'config.json'));
  if (config.has('quantization_config')) {
    config.refuse('quantization_config', 'none: these weights are quantised; use the unquantised model, or a GGUF file');
  }
  const family = familyOf(config);
  const architecture = family.architecture(config);
  const generationFile = join(dir, 'generation_config.json');
  const files = {
    config: config.values,
    generation: existsSync(generationFile) ? readJsonObject(generationFile) : {},
    tokenizer: hasTokenizer(dir) ? loadTokenizer(dir) : null,
    path: dir,
  };
  const source = openFolderWeights(dir);
  try {
    const weights = new Weights(architecture, (take) => readParameters(source, family, architecture, take));
    const model = new LanguageModel(architecture, weights, files);
    const { parameters, nLayers, dModel } = model.config;
    const seconds = (performance.now() - started) / 1000;
    log(`loaded ${dir}: ${family.name}, ${(parameters / 1e6).toFixed(2)} M parameters, ${nLayers} blocks of width ${dModel}, in ${seconds.toFixed(2)} s`);
    return model;
  } finally {
    source.close();
  }
}
