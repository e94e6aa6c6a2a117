import type { TensorPlacement } from '../../families/family';
import type { JsonObject } from '../../json';
import type { GgufHeader } from './header';

/** How llama.cpp writes one family: a file in this folder, and a line in the registry. */
export interface GgufArchitecture extends TensorPlacement {
  /** Value of `general.architecture`. */
  name: string;
  /**
   * What the model's config.json says, from the file's metadata.
   * @throws SextantError INVALID_FILE naming the key that is missing, wrong or not supported.
   */
  config(header: GgufHeader): JsonObject;
}
