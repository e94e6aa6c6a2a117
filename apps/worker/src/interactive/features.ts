import { searchContrast, searchSimilar, searchText, searchToken, testText } from '@sextant/features';
import type { InteractiveHandler } from '@sextant/jobs';
import { resident } from '../resident';

/** Everything known of one feature, read from its index. */
export const featuresPage: InteractiveHandler<'features.page'> = async function* ({ featureIndex, index: feature }, { lab }) {
  yield (await resident.featureIndex(lab, featureIndex)).page(feature);
};

/** Features by prompt, contrast sets, token or decoder similarity, each with the reason it matched. */
export const featuresSearch: InteractiveHandler<'features.search'> = async function* (params, { lab }) {
  const { limit } = params;
  switch (params.mode) {
    case 'text': {
      const { index, source } = await resident.textSource(lab, params.featureIndex);
      yield { results: await searchText(index, source, { text: params.text, limit }) };
      return;
    }
    case 'contrast': {
      const { index, source } = await resident.textSource(lab, params.featureIndex);
      yield { results: await searchContrast(index, source, { positive: params.positive, negative: params.negative, limit }) };
      return;
    }
    case 'token':
      yield { results: searchToken(await resident.featureIndex(lab, params.featureIndex), { token: params.token, limit }) };
      return;
    case 'similar':
      yield { results: searchSimilar(await resident.featureIndex(lab, params.featureIndex), { feature: params.index, limit }) };
  }
};

/** One feature's activation on every token of a text. */
export const featuresTestText: InteractiveHandler<'features.testText'> = async function* ({ featureIndex, index: feature, text }, { lab }) {
  const { source } = await resident.textSource(lab, featureIndex);
  const started = performance.now();
  const tested = await testText(source, { feature, text });
  yield { ...tested, ms: performance.now() - started };
};

/** Distributions over the features of a dictionary, from its newest index. */
export const dictionariesHistograms: InteractiveHandler<'dictionaries.histograms'> = async function* ({ dictionary }, { lab }) {
  const { dead: _dead, ...histograms } = (await resident.indexOfDictionary(lab, dictionary)).histograms();
  yield histograms;
};
