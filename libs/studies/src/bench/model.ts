import type { LanguageModel } from '@sextant/models';
import type { SteeringDictionary } from '@sextant/steering';
import type { tf } from '@sextant/compute';

/** What a study asks of a model. */
export type StudyModel = Pick<LanguageModel, 'config' | 'tokenizer' | 'hasTokenizer' | 'hookPoints' | 'run' | 'readout' | 'unembed'>;

/** What a study asks of a dictionary; every Dictionary of @sextant/dictionaries has it. */
export interface StudyDictionary extends SteeringDictionary {
  /** Active features of N tokens in compressed rows, activations in model units with unit decoder rows. */
  encodeSparse(x: tf.Tensor2D): { rowOffsets: Int32Array; indices: Int32Array; values: Float32Array };
}
