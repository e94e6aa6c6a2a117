import { existsSync } from 'node:fs';
import { SextantError } from '@sextant/schema';
import type { Checkpoint, CheckpointFile, CheckpointFormat } from './checkpoint';
import { gguf } from './gguf/gguf';
import { huggingFaceFolder } from './huggingFaceFolder';
import { llama2c } from './llama2c';

/** Every way to store a model that can be read, the first that recognises a path reads it. */
export const checkpointFormats: readonly CheckpointFormat[] = [huggingFaceFolder, gguf, llama2c];

/** @throws SextantError NOT_FOUND when there is nothing at the path, INVALID_FILE when nothing there is known. */
export function openCheckpoint(path: string): Checkpoint {
  return formatOf(path).open(path);
}

/**
 * The files that a copy of the model at a path needs, and the name of their format.
 * @throws SextantError as openCheckpoint does
 */
export function checkpointFiles(path: string): { format: string; files: CheckpointFile[] } {
  const format = formatOf(path);
  return { format: format.name, files: format.files(path) };
}

function formatOf(path: string): CheckpointFormat {
  const format = checkpointFormats.find((each) => each.recognises(path));
  if (format) return format;
  const expected = checkpointFormats.map(({ looksLike }) => looksLike).join('; or ');
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: is not there; expected ${expected}`, { file: path });
  throw new SextantError('INVALID_FILE', `${path}: is no model that can be read; expected ${expected}`, { file: path });
}
