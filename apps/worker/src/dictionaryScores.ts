import type { ActivationStore } from '@sextant/activations';
import { tf } from '@sextant/compute';
import type { Corpus } from '@sextant/corpora';
import type { Dictionary } from '@sextant/dictionaries';
import type { LanguageModel } from '@sextant/models';
import type { DictionaryScores } from '@sextant/schema';
import { spliceLosses } from './spliceLosses';

const BLOCK = 2048;
const MAX_TOKENS = 200_000;

export async function scoreOnActivations(options: {
  dictionary: Dictionary;
  store: ActivationStore;
  model: LanguageModel;
  corpus: Corpus;
  seed: number;
  signal?: AbortSignal;
}): Promise<DictionaryScores> {
  const { dictionary, store, model, corpus, signal } = options;
  const tokens = Math.min(store.tokens, MAX_TOKENS);
  const { mean } = store.statistics;
  const fired = new Uint8Array(dictionary.n);
  let [active, missed, total, cosine, ratio] = [0, 0, 0, 0, 0];
  for (let start = 0; start < tokens; start += BLOCK) {
    const count = Math.min(BLOCK, tokens - start);
    const values = store.readActivations(start, count);
    const x = tf.tensor2d(values, [count, store.d]);
    const codes = dictionary.encodeSparse(x);
    for (let at = 0; at < codes.indices.length; at++) if (codes.values[at]! > 0) { active++; fired[codes.indices[at]!] = 1; }
    const back = dictionary.reconstruct(x).dataSync();
    x.dispose();
    for (let t = 0; t < count; t++) {
      let [dot, xx, yy] = [0, 0, 0];
      for (let i = 0; i < store.d; i++) {
        const [a, b] = [values[t * store.d + i]!, back[t * store.d + i]!];
        missed += (a - b) ** 2;
        total += (a - mean[i]!) ** 2;
        dot += a * b;
        xx += a * a;
        yy += b * b;
      }
      cosine += dot / Math.sqrt(xx * yy || 1);
      ratio += Math.sqrt(yy / (xx || 1));
    }
  }
  const { clean, spliced, zero } = await spliceLosses({ model, dictionary, hook: store.hook, corpus, signal });
  const alive = fired.reduce((sum, bit) => sum + bit, 0);
  return {
    l0: active / tokens,
    explainedVariance: 1 - missed / total,
    mse: missed / tokens,
    cosine: cosine / tokens,
    l2Ratio: ratio / tokens,
    deadShare: 1 - alive / dictionary.n,
    deadWindowTokens: tokens,
    ceClean: clean,
    ceSpliced: spliced,
    ceZero: zero,
    ceRecovered: (zero - spliced) / (zero - clean),
    evalTokens: tokens,
  };
}
