import { tf } from '@sextant/compute';
import type { Document } from '@sextant/corpora';
import type { Dictionary } from '@sextant/dictionaries';
import type { LanguageModel } from '@sextant/models';
import { themeNames } from './themeWords';

export interface ThemeFeature {
  theme: string;
  feature: number;
  /** Separation of the theme's stories from the others by the feature's mean activation over a story. */
  dPrime: number;
}

/** For each theme the feature that separates its stories best. */
export function separatingFeatures(model: LanguageModel, dictionary: Dictionary, hook: string, stories: readonly Document[]): ThemeFeature[] {
  const means = stories.map(({ text }) => meanActivations(model, dictionary, hook, text));
  return themeNames.map((theme) => {
    const side = (own: boolean) => means.filter((_, place) => (stories[place]?.attributes?.theme === theme) === own);
    const [up, down] = [side(true), side(false)];
    let best: ThemeFeature = { theme, feature: 0, dPrime: -Infinity };
    for (let feature = 0; feature < dictionary.n; feature++) {
      const [a, b] = [moments(up.map((row) => row[feature]!)), moments(down.map((row) => row[feature]!))];
      const spread = Math.sqrt((a.variance + b.variance) / 2);
      const dPrime = spread > 0 ? (a.mean - b.mean) / spread : 0;
      if (dPrime > best.dPrime) best = { theme, feature, dPrime };
    }
    return best;
  });
}

/** Mean activation of every feature over a text's tokens, special ones left out. */
function meanActivations(model: LanguageModel, dictionary: Dictionary, hook: string, text: string): Float64Array {
  const { tokenizer } = model;
  const ids = tokenizer.encode(text);
  const places = ids.flatMap((id, at) => (tokenizer.specialIds.has(id) ? [] : [at]));
  const means = new Float64Array(dictionary.n);
  const read = (value: tf.Tensor): void => {
    const rows = tf.tidy(() => tf.gather(tf.reshape<tf.Rank.R2>(value, [ids.length, dictionary.d]), tf.tensor1d(places, 'int32')));
    const { indices, values } = dictionary.encodeSparse(rows);
    rows.dispose();
    indices.forEach((feature, i) => (means[feature]! += values[i]! / places.length));
  };
  model.run({ ids: [ids] }, { stopAt: hook, hooks: [{ point: hook, fn: read }] });
  return means;
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) };
}
