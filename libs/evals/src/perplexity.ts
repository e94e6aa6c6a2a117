import { logProbs, type Hook, type LanguageModel } from '@sextant/models';
import { SextantError } from '@sextant/schema';

export interface PerplexityOptions {
  model: LanguageModel;
  /** Token ids, each sequence beginning with a token that is not predicted (BOS). */
  sequences: readonly ArrayLike<number>[];
  /** A token that is context but never predicted, such as the BOS of a row's later documents. */
  ignore?: number | null;
  hooks?: readonly Hook[];
  batchSize?: number;
  signal?: AbortSignal;
}

export interface Perplexity {
  /** exp(nats / tokens) */
  perplexity: number;
  /** Negative log-probability of all predicted tokens. */
  nats: number;
  tokens: number;
  /** The same for each sequence, for paired comparisons. */
  perSequence: { nats: number; tokens: number }[];
}

/** Token ids of texts, ready for `perplexity`: cut to the model's context, those without a token to predict left out. */
export function textSequences(model: Pick<LanguageModel, 'tokenizer' | 'config'>, texts: Iterable<string>): number[][] {
  const { tokenizer, config } = model;
  const sequences: number[][] = [];
  for (const text of texts) {
    const ids = tokenizer.encode(text).slice(0, config.contextLength);
    if (ids.length > 1) sequences.push(ids);
  }
  return sequences;
}

/**
 * Perplexity of token sequences under the model, with or without interventions.
 * @throws SextantError INVALID_INPUT when nothing is to be predicted, CANCELLED when aborted.
 */
export async function perplexity({ model, sequences, ignore = null, hooks = [], batchSize = 32, signal }: PerplexityOptions): Promise<Perplexity> {
  const perSequence: Perplexity['perSequence'] = [];
  for (let at = 0; at < sequences.length; at += batchSize) {
    if (signal?.aborted) throw new SextantError('CANCELLED', `perplexity was cancelled after ${at} of ${sequences.length} sequences`);
    const batch = sequences.slice(at, at + batchSize).map((sequence) => Array.from(sequence));
    const logs = await logProbs(
      model,
      batch.map(([first = 0, ...rest]) => ({ prefix: [first], continuation: rest })),
      { hooks, batchSize },
    );
    logs.forEach((values, row) => {
      const entry = { nats: 0, tokens: 0 };
      values.forEach((value, place) => {
        if (batch[row]?.[place + 1] === ignore) return;
        entry.nats -= value;
        entry.tokens++;
      });
      perSequence.push(entry);
    });
  }
  const nats = perSequence.reduce((sum, entry) => sum + entry.nats, 0);
  const tokens = perSequence.reduce((sum, entry) => sum + entry.tokens, 0);
  if (tokens === 0) throw new SextantError('INVALID_INPUT', 'perplexity needs sequences of at least two tokens', { field: 'sequences' });
  return { perplexity: Math.exp(nats / tokens), nats, tokens, perSequence };
}
