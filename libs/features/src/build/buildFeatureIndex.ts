import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import type { ActivationStore } from '@sextant/activations';
import { Rng, tf } from '@sextant/compute';
import type { Readout } from '../readout';
import { eachActivation, type IndexedDictionary } from '../sparseCodes';
import { ActivationSummary } from './activationSummary';
import { CodeSpill } from './codeSpill';
import { decoderMatrix, decoderNeighbours, logitEffects } from './decoderGeometry';
import { ExampleTable, TOP } from './exampleTable';
import { IntervalSamples } from './intervalSamples';
import { Segments } from './segments';
import { TopExamples } from './topExamples';
import { writeFeatureIndex } from './writeFeatureIndex';

export interface FeatureIndexSettings {
  /** Top examples of each feature, each from another document (papers.md 1.6). */
  topExamples: number;
  /** Equal intervals between 0 and the max, and random samples in each. */
  intervals: number;
  samples: number;
  /** Tokens shown before and after an example's peak. */
  window: { before: number; after: number };
  histogramBins: number;
  /** Firing counts up to this have exact quantiles. */
  quantileSample: number;
  neighbours: number;
  logitEffects: number;
}

export const defaultSettings: FeatureIndexSettings = {
  topExamples: 20,
  intervals: 10,
  samples: 5,
  window: { before: 32, after: 16 },
  histogramBins: 40,
  quantileSample: 1024,
  neighbours: 24,
  logitEffects: 10,
};

export interface BuildProgress {
  stage: 'encode' | 'sample' | 'windows' | 'geometry';
  done: number;
  total: number;
  unit: 'tokens' | 'features';
}

export interface BuildOptions {
  dictionary: IndexedDictionary;
  activations: ActivationStore;
  readout: Readout;
  /** Display text of a token id. */
  piece: (id: number) => string;
  outDir: string;
  seed: number;
  maxTokens?: number;
  settings?: Partial<FeatureIndexSettings>;
  /** Tokens encoded at a time; bounds memory, changes nothing in the result. Default 2048. */
  blockTokens?: number;
  /** Digests of the artifacts it is built from. */
  digests?: { dictionary?: string; activations?: string; model?: string };
  onProgress?: (progress: BuildProgress) => void;
  signal?: AbortSignal;
}

/**
 * Builds a feature index (docs/features.md): encodes every token once, spills the sparse codes to a scratch
 * file, and passes over them twice more, for what needs each feature's max and for the windows. Memory is
 * bounded by the features and examples, not by the tokens. Equal inputs give equal bytes.
 * @throws SextantError CANCELLED when aborted, INVALID_INPUT when dictionary and activations do not fit.
 */
export async function buildFeatureIndex(options: BuildOptions): Promise<void> {
  const { dictionary, activations, outDir, signal, blockTokens = 2048 } = options;
  const settings = { ...defaultSettings, ...options.settings };
  check(options, settings);
  mkdirSync(outDir, { recursive: true });
  const { n } = dictionary;
  const tokens = Math.min(activations.tokens, options.maxTokens ?? Infinity);
  const rng = new Rng(options.seed);
  const step = async (stage: BuildProgress['stage'], done: number, total: number) => {
    options.onProgress?.({ stage, done, total, unit: stage === 'geometry' ? 'features' : 'tokens' });
    await new Promise(setImmediate);
    if (signal?.aborted) throw new SextantError('CANCELLED', `building the feature index was cancelled in stage "${stage}" at ${done} of ${total}`);
  };

  const spill = new CodeSpill(join(outDir, 'codes.scratch'));
  try {
    const summary = new ActivationSummary(n, settings.quantileSample, rng.fork('quantiles'));
    const top = new TopExamples(n, settings.topExamples);
    const segments = new Segments();
    const vocabularyCounts = new Int32Array(options.readout.unembedding.shape[0]);
    for (let start = 0; start < tokens; start += blockTokens) {
      await step('encode', start, tokens);
      const block = activations.read(start, Math.min(blockTokens, tokens - start));
      block.rows.forEach((row, i) => segments.add(row, block.documents[i]!));
      for (const token of block.tokens) vocabularyCounts[token]!++;
      const input = tf.tensor2d(block.activations, [block.tokens.length, block.d]);
      const codes = dictionary.encodeSparse(input);
      input.dispose();
      spill.append(codes);
      let [segment, segmentToken] = [-1, -1];
      eachActivation(codes, start, (token, feature, value) => {
        if (token !== segmentToken) [segment, segmentToken] = [segments.of(token), token];
        summary.add(feature, value);
        top.add(feature, value, token, segment);
      });
    }

    const sampled = new IntervalSamples(summary.max, {
      bins: settings.histogramBins,
      intervals: settings.intervals,
      samples: settings.samples,
      rng: rng.fork('intervals'),
    });
    for (const block of spill.read()) {
      await step('sample', block.firstToken, tokens);
      eachActivation(block.codes, block.firstToken, (token, feature, value) => sampled.add(feature, value, token));
    }

    const examples = Array.from({ length: n }, (_, feature) => {
      const list = Array.from(top.peaks(feature), (peak) => ({ peak, interval: TOP }));
      for (let interval = 0; interval < settings.intervals; interval++) {
        for (const peak of sampled.sample(feature, interval)) list.push({ peak, interval });
      }
      return list;
    });
    const table = new ExampleTable(examples, segments, settings.window);
    for (const block of spill.read()) {
      await step('windows', block.firstToken, tokens);
      eachActivation(block.codes, block.firstToken, (token, feature, value) => table.add(feature, value, token));
    }

    const decoder = decoderMatrix(dictionary);
    try {
      await step('geometry', 0, 2 * n);
      const progress = (offset: number) => (done: number) => step('geometry', offset + done, 2 * n);
      const effects = await logitEffects(decoder, options.readout, { count: settings.logitEffects, onChunk: progress(0) });
      const neighbours = await decoderNeighbours(decoder, { count: settings.neighbours, onChunk: progress(n) });
      writeFeatureIndex({ options, settings, tokens, summary, sampled, table, effects, neighbours, vocabularyCounts });
      options.onProgress?.({ stage: 'geometry', done: 2 * n, total: 2 * n, unit: 'features' });
    } finally {
      decoder.dispose();
    }
  } finally {
    spill.dispose();
  }
}

function check({ dictionary, activations, readout }: BuildOptions, { window, intervals }: FeatureIndexSettings): void {
  const refuse = (what: string, field: string, value: unknown) => {
    throw new SextantError('INVALID_INPUT', what, { field, value });
  };
  if (dictionary.d !== activations.d) {
    refuse(`the dictionary reads ${dictionary.d} dimensions, the activations at ${activations.hook} have ${activations.d}`, 'dictionary', dictionary.d);
  }
  if (readout.unembedding.shape[1] !== dictionary.dOut || readout.gain.length !== dictionary.dOut) {
    refuse(`the model reads out ${readout.unembedding.shape[1]} dimensions, the dictionary writes ${dictionary.dOut}`, 'readout', readout.unembedding.shape[1]);
  }
  if (window.before + window.after + 1 > 255) refuse('a window holds at most 255 tokens', 'window', window.before + window.after + 1);
  if (intervals >= TOP) refuse(`there are at most ${TOP - 1} intervals`, 'intervals', intervals);
}
