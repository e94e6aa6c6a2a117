import { SextantError } from '@sextant/schema';
import type { FeatureIndex } from '../featureIndex';
import { eachActivation } from '../sparseCodes';
import { bestFirst, type SearchHit } from './searchHit';
import { encodeTexts, type TextSource } from './textCodes';

/**
 * The features most particular to a text: each feature's largest activation on its tokens, times ln(1 / density)
 * so that features that fire everywhere do not lead (as inverse document frequency does for words).
 */
export async function searchText(index: FeatureIndex, source: TextSource, { text, limit = 50 }: { text: string; limit?: number }): Promise<SearchHit[]> {
  const [encoded] = await encodeTexts(source, [text]);
  const peaks = new Map<number, { value: number; token: number }>();
  eachActivation(encoded!.codes, 0, (token, feature, value) => {
    if (value > (peaks.get(feature)?.value ?? 0)) peaks.set(feature, { value, token });
  });
  const found = Array.from(peaks, ([feature, peak]) => {
    // A feature that never fired in the index counts as having fired once.
    const density = Math.max(index.density(feature), 1 / index.tokens);
    return { feature, ...peak, score: peak.value * -Math.log(density) };
  });
  return bestFirst(found, limit).map(({ feature, value, token, score }) => {
    const max = index.maxActivation(feature);
    const share = max > 0 ? `, ${(value / max).toFixed(2)} of its max,` : '';
    return { row: index.row(feature), score, reason: `fires ${value.toPrecision(3)}${share} on ${JSON.stringify(encoded!.pieces[token])}` };
  });
}

/** One feature's activation on every token of a text. */
export async function testText(
  source: TextSource,
  { feature, text }: { feature: number; text: string },
): Promise<{ tokens: string[]; activations: number[]; peak: number }> {
  if (!Number.isInteger(feature) || feature < 0 || feature >= source.dictionary.n) {
    throw new SextantError('NOT_FOUND', `there is no feature ${feature}; this dictionary has features 0 to ${source.dictionary.n - 1}`, { field: 'index', value: feature });
  }
  const [encoded] = await encodeTexts(source, [text]);
  const activations = new Array<number>(encoded!.ids.length).fill(0);
  eachActivation(encoded!.codes, 0, (token, active, value) => {
    if (active === feature) activations[token] = value;
  });
  return { tokens: encoded!.pieces, activations, peak: activations.indexOf(Math.max(...activations)) };
}
