import { tf } from '@sextant/compute';
import type { Corpus } from '@sextant/corpora';
import type { Dictionary } from '@sextant/dictionaries';
import { logProbs, type Hook, type LanguageModel, type ScoredSequence } from '@sextant/models';

const ROWS = 48;

export interface SpliceLosses {
  clean: number;
  spliced: number;
  zero: number;
}

export interface SpliceOptions {
  model: LanguageModel;
  dictionary: Pick<Dictionary, 'reconstruct'>;
  hook: string;
  corpus: Corpus;
  signal?: AbortSignal;
}

/**
 * Mean next-token loss in nats over corpus rows with the hook's value as it is, replaced by the dictionary's
 * reconstruction, and replaced by zero. Begin-of-sequence tokens keep their value, as dictionaries are not trained on them.
 */
export async function spliceLosses({ model, dictionary, hook, corpus, signal }: SpliceOptions): Promise<SpliceLosses> {
  const { contextLength, rows } = corpus.meta;
  const step = Math.max(1, Math.floor(rows / ROWS));
  const sequences: ScoredSequence[] = [];
  for (let row = 0; row < rows && sequences.length < ROWS; row += step) {
    const from = row * contextLength;
    const ids = Array.from({ length: contextLength }, (_, at) => from + at)
      .filter((at) => corpus.mask[at] === 1)
      .map((at) => corpus.tokens[at] ?? 0);
    if (ids.length > 1) sequences.push({ prefix: ids.slice(0, 1), continuation: ids.slice(1) });
  }
  const { bosId } = model.tokenizer;
  const replacing = (replace: (value: tf.Tensor2D) => tf.Tensor2D): Hook[] => [
    {
      point: hook,
      fn: (value, { ids }) => {
        const width = value.size / ids.length;
        const flat = tf.reshape<tf.Rank.R2>(value, [ids.length, width]);
        const keep = tf.tensor2d(Float32Array.from(ids, (id) => Number(id === bosId)), [ids.length, 1]);
        return tf.reshape(tf.add(tf.mul(flat, keep), tf.mul(replace(flat), tf.sub(1, keep))), value.shape);
      },
    },
  ];
  const loss = async (hooks: Hook[]) => {
    const values = (await logProbs(model, sequences, { hooks, signal })).flatMap((sequence) => Array.from(sequence));
    return -values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    clean: await loss([]),
    spliced: await loss(replacing((value) => dictionary.reconstruct(value))),
    zero: await loss(replacing((value) => tf.zerosLike(value))),
  };
}
