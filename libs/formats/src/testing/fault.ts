import { SextantError } from '@sextant/schema';
import type { TensorFile } from '../tensorFile';

/** The SextantError an action ends in, for tests; anything else that happens fails the test. */
export function fault(action: () => unknown): SextantError {
  try {
    action();
  } catch (error) {
    if (error instanceof SextantError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Reads every tensor of a file, which is what a loader does; closes it. */
export function readAll(file: TensorFile) {
  try {
    return new Map(file.names().map((name) => [name, /^[iu]|bool/.test(file.info(name).dtype) ? file.readInt(name) : file.read(name)]));
  } finally {
    file.close();
  }
}
