import { scopeSourcesOf, touchedTokens, type AssistantStart } from '@sextant/steering';
import type { Scope } from '@sextant/schema';
import type { StudyDictionary, StudyModel } from '../bench/model';
import type { ResidualBench } from '../bench/residualBench';

export interface AttributionOptions {
  model: StudyModel;
  dictionary: StudyDictionary;
  /** The screen items. */
  bench: ResidualBench;
  /** ∂metric/∂(summed log-probability of each choice), by item: ±1 on the two choices that make the margin. */
  weights: readonly ArrayLike<number>[];
  scope: Scope;
  /** Largest activation of a feature. */
  maxActivation: (feature: number) => number;
  assistantStart?: AssistantStart;
  signal?: AbortSignal;
}

export interface Attributions {
  /** Σ_t a_t (∂m/∂h_t · d), mean over items, for each feature. */
  attribution: Float64Array;
  /** max · Σ_t (∂m/∂h_t · d), mean over items, for each feature. */
  gradient: Float64Array;
  /** Share of items on which the feature is active in scope. */
  activeShare: Float64Array;
}

/**
 * First-order effects of every feature on the margin, from one backward pass over the items (Scaling Monosemanticity,
 * attribution with baseline 0). Only tokens in scope count, as only those would be steered.
 */
export async function attributions(options: AttributionOptions): Promise<Attributions> {
  const { model, dictionary, bench, weights, scope, maxActivation, signal } = options;
  const scopeSources = scopeSourcesOf(model, options.assistantStart);
  const { d, n } = dictionary;
  const attribution = new Float64Array(n);
  const activeItems = new Int32Array(n);
  const total = new Float64Array(d);
  const rowOf = new Map<number, Float32Array>();
  const decoderRow = (feature: number): Float32Array => {
    const row = rowOf.get(feature) ?? dictionary.decoderRow(feature);
    rowOf.set(feature, row);
    return row;
  };
  const lastItem = new Int32Array(n).fill(-1);
  await bench.gradients(
    weights,
    (batch, gradient) => {
      const inScope = touchedTokens(scope, batch.context, scopeSources);
      const { rowOffsets, indices, values } = dictionary.encodeSparse(batch.value);
      for (let token = 0; token < inScope.length; token++) {
        if (inScope[token] !== 1) continue;
        const item = batch.sequences[Math.floor(token / batch.input.length)]!.owner;
        const g = gradient.subarray(token * d, (token + 1) * d);
        for (let i = 0; i < d; i++) total[i]! += g[i]!;
        for (let at = rowOffsets[token]!; at < rowOffsets[token + 1]!; at++) {
          const feature = indices[at]!;
          if (!(values[at]! > 0)) continue;
          attribution[feature]! += values[at]! * dot(g, decoderRow(feature));
          if (lastItem[feature] === item) continue;
          lastItem[feature] = item;
          activeItems[feature]!++;
        }
      }
    },
    signal,
  );
  const items = bench.owners;
  return {
    attribution: attribution.map((value) => value / items),
    gradient: Float64Array.from({ length: n }, (_, feature) => {
      const max = maxActivation(feature);
      return max > 0 ? (max * dot(total, decoderRow(feature))) / items : 0;
    }),
    activeShare: Float64Array.from(activeItems, (count) => count / items),
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/**
 * Weights of an item's margin: +1 on the best choice under study and −1 on the best of the others, as the unsteered model
 * ranks them; `sign` turns the margin around.
 */
export function marginWeights(logProbs: ArrayLike<number>, subject: readonly number[], sign = 1): Float64Array {
  const weights = new Float64Array(logProbs.length);
  const bestOf = (choices: readonly number[]) => choices.reduce((best, choice) => (logProbs[choice]! > logProbs[best]! ? choice : best), choices[0]!);
  const others = Array.from(weights.keys()).filter((choice) => !subject.includes(choice));
  weights[bestOf(subject)] = sign;
  if (others.length > 0) weights[bestOf(others)] = -sign;
  return weights;
}
