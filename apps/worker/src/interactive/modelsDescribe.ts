import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { InteractiveHandler } from '@sextant/jobs';
import { checkpointFiles, describeStored } from '@sextant/models';

/** What a stored model is, in the lab or at a path; its weights stay on disk. */
export const modelsDescribe: InteractiveHandler<'models.describe'> = async function* (of, { lab }) {
  const path = 'path' in of ? resolve(of.path) : lab.artifacts.path(of.model);
  const { config, ...stored } = describeStored(path);
  const storedBytes = checkpointFiles(path).files.reduce((bytes, file) => bytes + statSync(file.path).size, 0);
  yield { ...stored, config: { ...config }, parameters: config.parameters, storedBytes };
};
