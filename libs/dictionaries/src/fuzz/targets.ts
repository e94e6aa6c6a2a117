import type { FuzzTarget } from '@sextant/formats/testing';
import { dictionaryLearningFolder } from './dictionaryLearningTarget';
import { gemmaScopeFolder } from './gemmaScopeTarget';
import type { Loaded } from './loaded';
import { openAiFolder } from './openAiTarget';
import { saeLensJumpRelu, saeLensTopK } from './saeLensTargets';
import { sparsifyFolder } from './sparsifyTarget';

/** A small dictionary of every format that is read. */
export function dictionaryTargets(): FuzzTarget<Loaded>[] {
  return [saeLensTopK(), saeLensJumpRelu(), sparsifyFolder(), dictionaryLearningFolder(), openAiFolder(), gemmaScopeFolder()];
}
