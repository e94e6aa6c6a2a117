import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonObject } from '../json';
import { hasTokenizer, loadTokenizer } from '../tokenizer/tokenizerFolder';
import { openFolderWeights } from '../weights/folderWeights';
import type { CheckpointFormat } from './checkpoint';
import { folderFiles } from './folderFiles';

export const huggingFaceFolder: CheckpointFormat = {
  name: 'hugging-face',
  looksLike: 'a folder with config.json',
  recognises: (path) => existsSync(join(path, 'config.json')),
  files: (path) => folderFiles(readdirSync(path)).map((name) => ({ path: join(path, name), name })),
  open(path) {
    const configFile = join(path, 'config.json');
    const generationFile = join(path, 'generation_config.json');
    return {
      configFile,
      config: readJsonObject(configFile),
      generation: existsSync(generationFile) ? readJsonObject(generationFile) : {},
      tokenizer: hasTokenizer(path) ? loadTokenizer(path) : null,
      weights: openFolderWeights(path),
    };
  },
};
