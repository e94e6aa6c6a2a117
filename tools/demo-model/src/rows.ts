import { buildWorld, packRows, worldDocuments, type CorpusTokenizer } from '@sextant/corpora';
import type { Recipe } from './recipe';

/** Packed rows of the recipe's world, without their padding, in the order in which `seed` makes them. */
export function* worldRows({ world, training }: Recipe, seed: number, tokenizer: CorpusTokenizer): Generator<Int32Array> {
  const documents = worldDocuments(buildWorld(world.seed), { seed });
  for (const { ids, length } of packRows(documents, { tokenizer, contextLength: training.contextLength })) yield ids.subarray(0, length);
}

/** The first `count` rows of an endless stream. */
export function takeRows(rows: Generator<Int32Array>, count: number): Int32Array[] {
  return Array.from({ length: count }, () => {
    const next = rows.next();
    if (next.done) throw new RangeError('the stream of rows has ended');
    return next.value;
  });
}
