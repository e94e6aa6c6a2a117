import { SextantError } from '@sextant/schema';
import type { FeatureIndex } from '../featureIndex';
import { eachActivation } from '../sparseCodes';
import { bestFirst, type SearchHit } from './searchHit';
import { encodeTexts, type TextCodes, type TextSource } from './textCodes';

export interface ContrastOptions {
  positive: readonly string[];
  negative: readonly string[];
  /** What stands for a text: the feature's largest activation on its tokens, or its mean over them. Default max. */
  pooling?: 'max' | 'mean';
}

/** How each feature tells two sets of texts apart; every array is [n]. */
export interface ContrastStatistics {
  /** (mean₊ − mean₋) / √((s₊² + s₋²) / 2), where a spread below FLOOR of the feature's largest value counts as that. */
  dPrime: Float64Array;
  positiveMean: Float64Array;
  negativeMean: Float64Array;
  /** Share of the texts on which the feature fires at all. */
  positiveRate: Float64Array;
  negativeRate: Float64Array;
}

/** Keeps d′ finite where a feature has the same value on every text of both sets, as with one text in each. */
const FLOOR = 0.05;

/** @throws SextantError INVALID_INPUT when either set is empty. */
export async function contrast(source: TextSource, { positive, negative, pooling = 'max' }: ContrastOptions): Promise<ContrastStatistics> {
  for (const [field, texts] of Object.entries({ positive, negative })) {
    if (texts.length === 0) throw new SextantError('INVALID_INPUT', `the ${field} set is empty; give at least one text`, { field });
  }
  const { n } = source.dictionary;
  const up = moments(await encodeTexts(source, positive), n, pooling);
  const down = moments(await encodeTexts(source, negative), n, pooling);
  const dPrime = Float64Array.from({ length: n }, (_, feature) => {
    const largest = Math.max(up.largest[feature]!, down.largest[feature]!);
    if (largest === 0) return 0;
    const spread = Math.sqrt((up.variance[feature]! + down.variance[feature]!) / 2);
    return (up.mean[feature]! - down.mean[feature]!) / Math.max(spread, FLOOR * largest);
  });
  return { dPrime, positiveMean: up.mean, negativeMean: down.mean, positiveRate: up.rate, negativeRate: down.rate };
}

/** The features that are active on the positive texts and silent on the negative ones, by d′. */
export async function searchContrast(index: FeatureIndex, source: TextSource, options: ContrastOptions & { limit?: number }): Promise<SearchHit[]> {
  const { dPrime, positiveRate, negativeRate } = await contrast(source, options);
  const found = Array.from(dPrime, (score, feature) => ({ feature, score })).filter(({ score }) => score > 0);
  const percent = (rate: number) => `${Math.round(rate * 100)} %`;
  return bestFirst(found, options.limit ?? 50).map(({ feature, score }) => ({
    row: index.row(feature),
    score,
    reason: `fires on ${percent(positiveRate[feature]!)} of the positive and ${percent(negativeRate[feature]!)} of the negative texts (d′ ${score.toFixed(2)})`,
  }));
}

function moments(texts: TextCodes[], n: number, pooling: 'max' | 'mean') {
  const count = texts.length;
  const [sum, squares, fired, largest] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (const { ids, codes } of texts) {
    const pooled = new Map<number, number>();
    eachActivation(codes, 0, (_, feature, value) => {
      const before = pooled.get(feature) ?? 0;
      pooled.set(feature, pooling === 'max' ? Math.max(before, value) : before + value / ids.length);
    });
    for (const [feature, value] of pooled) {
      sum[feature]! += value;
      squares[feature]! += value * value;
      fired[feature]!++;
      largest[feature] = Math.max(largest[feature]!, value);
    }
  }
  const mean = sum.map((total) => total / count);
  const variance = squares.map((total, feature) => (count > 1 ? Math.max(0, total - count * mean[feature]! ** 2) / (count - 1) : 0));
  return { mean, variance, rate: fired.map((times) => times / count), largest };
}
