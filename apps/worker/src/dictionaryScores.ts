import type { ActivationStore } from '@sextant/activations';
import type { Corpus } from '@sextant/corpora';
import { scoreDictionary, spliceHook, type CrossEntropies, type Dictionary } from '@sextant/dictionaries';
import { logProbs, type LanguageModel, type ScoredSequence } from '@sextant/models';
import type { DictionaryScores } from '@sextant/schema';

const BLOCK_TOKENS = 2048;
const SCORED_TOKENS = 65_536;
const SPLICED_ROWS = 64;

/** Tokens of a store that a dictionary trains on; the rest, a twentieth but at most 65,536, scores it. */
export function trainingTokens(store: ActivationStore): number {
  return store.tokens - Math.min(SCORED_TOKENS, Math.floor(store.tokens / 20));
}

export interface ScoreOptions {
  dictionary: Dictionary;
  store: ActivationStore;
  model: LanguageModel;
  corpus: Corpus;
  onProgress: (tokens: number, total: number) => void;
  signal: AbortSignal;
}

/** Scores a dictionary on the end of its store and corpus, which its training has not seen. */
export async function scoreHeldOut({ dictionary, store, model, corpus, onProgress, signal }: ScoreOptions): Promise<DictionaryScores> {
  const first = trainingTokens(store);
  const total = store.tokens - first;
  const { scores } = await scoreDictionary({
    dictionary,
    batches: blocks(store, first),
    crossEntropies: () => crossEntropies(model, dictionary, store.hook, corpus, signal),
    onProgress: (tokens) => onProgress(tokens, total),
    signal,
  });
  return scores;
}

function* blocks(store: ActivationStore, from: number): Generator<Float32Array> {
  for (let start = from; start < store.tokens; start += BLOCK_TOKENS) yield store.readActivations(start, Math.min(BLOCK_TOKENS, store.tokens - start));
}

/** Mean next-token loss in nats over the corpus's last rows: as it is, with the hook reconstructed, and with it zeroed. */
async function crossEntropies(model: LanguageModel, dictionary: Dictionary, hook: string, corpus: Corpus, signal: AbortSignal): Promise<CrossEntropies> {
  const { contextLength, rows } = corpus.meta;
  const sequences: ScoredSequence[] = [];
  for (let row = Math.max(0, rows - SPLICED_ROWS); row < rows; row++) {
    const [from, to] = [row * contextLength, (row + 1) * contextLength];
    const ids = Array.from(corpus.tokens.subarray(from, to)).filter((_, at) => corpus.mask[from + at] === 1);
    if (ids.length > 1) sequences.push({ prefix: ids.slice(0, 1), continuation: ids.slice(1) });
  }
  const loss = async (fn?: ReturnType<typeof spliceHook>) => {
    const logs = await logProbs(model, sequences, { hooks: fn ? [{ point: hook, fn }] : [], signal });
    const values = logs.flatMap((sequence) => Array.from(sequence));
    return -values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { clean: await loss(), spliced: await loss(spliceHook(dictionary)), zero: await loss(spliceHook('zero')) };
}
