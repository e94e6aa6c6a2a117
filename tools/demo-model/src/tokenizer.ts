import { buildWorld, tokenizerConfig, trainBpe, worldDocuments } from '@sextant/corpora';
import { Tokenizer } from '@sextant/models';
import type { Recipe } from './recipe';

/** Learns the demo model's tokenizer from the world's own text. */
export function makeTokenizer({ world, tokenizer, training }: Recipe): Tokenizer {
  const documents = worldDocuments(buildWorld(world.seed), { seed: world.tokenizerSeed });
  const texts = Array.from({ length: tokenizer.documents }, () => documents.next().value?.text ?? '');
  const parts = trainBpe(texts, tokenizer.vocabSize, { wholePieces: tokenizer.wholePieces });
  return new Tokenizer({ tokenizer: { ...parts }, config: tokenizerConfig(training.contextLength) });
}
