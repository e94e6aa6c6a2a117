import { tf } from '@sextant/compute';
import type { ContrastTexts } from '@sextant/evals';
import { scopeSourcesOf, type AssistantStart } from '@sextant/steering';
import { SextantError } from '@sextant/schema';
import type { StudyDictionary, StudyModel } from '../bench/model';
import { ResidualBench } from '../bench/residualBench';
import type { BenchSequence } from '../bench/benchSequence';

export interface ContrastOptions {
  model: StudyModel;
  dictionary: StudyDictionary;
  hook: string;
  pairs: readonly ContrastTexts[];
  assistantStart?: AssistantStart;
  signal?: AbortSignal;
}

/**
 * Separation of a contrast set by every feature. Each text counts with the mean activation over its last assistant turn
 * (the whole text but special tokens where it has none); d′ = (mean⁺ − mean⁻) / √((var⁺ + var⁻) / 2), 0 for a feature
 * that never varies.
 */
export async function contrastSeparation({ model, dictionary, hook, pairs, signal, ...options }: ContrastOptions): Promise<Float64Array> {
  if (pairs.length < 2) throw new SextantError('INVALID_INPUT', `a contrast set needs at least two pairs, here are ${pairs.length}`, { field: 'contrast' });
  const texts = [...pairs.map(({ positive }) => positive), ...pairs.map(({ negative }) => negative)];
  const { specialIds, assistantStart } = scopeSourcesOf(model, options.assistantStart);
  const sequences = texts.map((text, owner): BenchSequence => {
    const ids = model.tokenizer.encode(text).slice(-model.config.contextLength);
    return { owner, ids, prefixLength: ids.length, asks: [], leads: false };
  });
  const bench = await ResidualBench.create({ model, hook, sequences, signal });
  const sides = [0, 1].map(() => ({ sum: new Float64Array(dictionary.n), squares: new Float64Array(dictionary.n) }));
  try {
    for (const batch of bench.batches) {
      batch.sequences.forEach(({ owner, ids }, row) => {
        const from = assistantStart?.(ids) ?? 0;
        const tokens = ids.flatMap((id, at) => (at >= from && !specialIds.has(id) ? [row * batch.input.length + at] : []));
        const side = sides[owner < pairs.length ? 0 : 1]!;
        for (const [feature, mean] of meanActivations(dictionary, batch.value, tokens)) {
          side.sum[feature]! += mean;
          side.squares[feature]! += mean * mean;
        }
      });
    }
  } finally {
    bench.dispose();
  }
  const n = pairs.length;
  return Float64Array.from({ length: dictionary.n }, (_, feature) => {
    const [up, down] = sides.map(({ sum, squares }) => {
      const mean = sum[feature]! / n;
      return { mean, variance: Math.max(0, (squares[feature]! - n * mean * mean) / (n - 1)) };
    });
    const spread = Math.sqrt((up!.variance + down!.variance) / 2);
    return spread > 0 ? (up!.mean - down!.mean) / spread : 0;
  });
}

/** Mean activation of each active feature over some tokens of a value [N, d]. */
function meanActivations(dictionary: StudyDictionary, value: tf.Tensor2D, tokens: readonly number[]): Map<number, number> {
  const means = new Map<number, number>();
  if (tokens.length === 0) return means;
  const rows = tf.tidy(() => tf.gather(value, tf.tensor1d([...tokens], 'int32')));
  const { indices, values } = dictionary.encodeSparse(rows);
  rows.dispose();
  indices.forEach((feature, i) => means.set(feature, (means.get(feature) ?? 0) + values[i]! / tokens.length));
  return means;
}
