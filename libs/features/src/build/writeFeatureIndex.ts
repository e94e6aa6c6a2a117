import { join } from 'node:path';
import { writeFileAtomic, writeSafetensors, type WritableTensor } from '@sextant/formats';
import { FILES, type FeatureManifest } from '../layout';
import { QUANTILES, type ActivationSummary } from './activationSummary';
import type { BuildOptions, FeatureIndexSettings } from './buildFeatureIndex';
import { encoderCosines, type Ranked } from './decoderGeometry';
import { distinctiveTokens, TOP_TOKENS } from './distinctiveTokens';
import { TOP, type ExampleTable } from './exampleTable';
import type { IntervalSamples } from './intervalSamples';

export interface BuiltIndex {
  options: BuildOptions;
  settings: FeatureIndexSettings;
  tokens: number;
  summary: ActivationSummary;
  sampled: IntervalSamples;
  table: ExampleTable;
  effects: { positive: Ranked; negative: Ranked };
  neighbours: Ranked;
  /** How often each token id occurs among the indexed tokens. */
  vocabularyCounts: Int32Array;
}

/** Writes every file of a feature index; the manifest comes last, so a folder that has one is whole. */
export function writeFeatureIndex(built: BuiltIndex): void {
  const { options, settings, tokens, summary, sampled, table, effects, neighbours } = built;
  const { dictionary, activations, outDir, readout, digests = {} } = options;
  const { n } = dictionary;
  const features = Array.from({ length: n }, (_, feature) => feature);
  const f32 = (width: number, data: Float32Array): WritableTensor => ({ dtype: 'F32', shape: width === 0 ? [n] : [n, width], data });
  const i32 = (width: number, data: Int32Array): WritableTensor => ({ dtype: 'I32', shape: width === 0 ? [n] : [n, width], data });

  const entries = table.sorted();
  const ids = activations.readColumn('tokens', 0, tokens);
  const atPeaks = (name: 'documents' | 'positions') => {
    const column = activations.readColumn(name, 0, tokens);
    return table.peaks.map((peak) => column[peak]!);
  };
  const distinctive = distinctiveColumns(built, entries, ids);
  writeSafetensors(join(outDir, FILES.columns), {
    fired: i32(0, summary.fired),
    max: f32(0, summary.max),
    mean: f32(0, Float32Array.from(features, (feature) => summary.mean(feature))),
    decoderNorm: f32(0, dictionary.decoderNorms ?? new Float32Array(n).fill(1)),
    encoderCosine: f32(0, encoderCosines(dictionary)),
    quantiles: f32(QUANTILES.length, Float32Array.from(features.flatMap((feature) => summary.quantiles(feature)))),
    histogram: i32(settings.histogramBins, sampled.histogram),
    positiveTokens: i32(effects.positive.count, effects.positive.indices),
    positiveLogits: f32(effects.positive.count, effects.positive.values),
    negativeTokens: i32(effects.negative.count, effects.negative.indices),
    negativeLogits: f32(effects.negative.count, effects.negative.values),
    neighbours: i32(neighbours.count, neighbours.indices),
    neighbourCosines: f32(neighbours.count, neighbours.values),
    topTokens: i32(TOP_TOKENS, distinctive.tokens),
    topTokenShares: f32(TOP_TOKENS, distinctive.shares),
  });

  const examples = table.peaks.length;
  writeSafetensors(join(outDir, FILES.examples), {
    featureExamples: { dtype: 'I32', shape: [n + 1], data: table.featureExamples },
    peaks: { dtype: 'I32', shape: [examples], data: table.peaks },
    documents: { dtype: 'I32', shape: [examples], data: atPeaks('documents') },
    positions: { dtype: 'I32', shape: [examples], data: atPeaks('positions') },
    intervals: { dtype: 'U8', shape: [examples], data: table.intervals },
    starts: { dtype: 'I32', shape: [examples], data: table.starts },
    lengths: { dtype: 'U8', shape: [examples], data: table.lengths },
    entryOffsets: { dtype: 'I32', shape: [examples + 1], data: entries.offsets },
    entryPlaces: { dtype: 'U8', shape: [entries.places.length], data: entries.places },
    entryValues: { dtype: 'F32', shape: [entries.values.length], data: entries.values },
  });
  writeSafetensors(join(outDir, FILES.tokens), { tokens: { dtype: 'I32', shape: [tokens], data: ids } });
  const pieces = Array.from({ length: readout.unembedding.shape[0] }, (_, id) => options.piece(id));
  writeFileAtomic(join(outDir, FILES.vocabulary), [Buffer.from(JSON.stringify(pieces))]);

  const manifest: FeatureManifest = {
    format: 'sextant-features',
    version: 1,
    dictionary: digests.dictionary ?? null,
    activations: digests.activations ?? null,
    model: digests.model ?? null,
    hook: activations.hook,
    n,
    d: dictionary.d,
    tokens,
    seed: options.seed,
    quantileSample: settings.quantileSample,
    quantiles: [...QUANTILES],
    intervals: settings.intervals,
    window: settings.window,
  };
  writeFileAtomic(join(outDir, FILES.manifest), [Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)]);
}

function distinctiveColumns({ table, vocabularyCounts, tokens: total }: BuiltIndex, entries: ReturnType<ExampleTable['sorted']>, ids: Int32Array) {
  const n = table.featureExamples.length - 1;
  const tokens = new Int32Array(n * TOP_TOKENS).fill(-1);
  const shares = new Float32Array(n * TOP_TOKENS);
  for (let feature = 0; feature < n; feature++) {
    const mass = new Map<number, number>();
    for (let example = table.featureExamples[feature]!; example < table.featureExamples[feature + 1]!; example++) {
      if (table.intervals[example] !== TOP) continue;
      for (let entry = entries.offsets[example]!; entry < entries.offsets[example + 1]!; entry++) {
        const token = ids[table.starts[example]! + entries.places[entry]!]!;
        mass.set(token, (mass.get(token) ?? 0) + entries.values[entry]!);
      }
    }
    distinctiveTokens(mass, vocabularyCounts, total).forEach(({ token, share }, place) => {
      tokens[feature * TOP_TOKENS + place] = token;
      shares[feature * TOP_TOKENS + place] = share;
    });
  }
  return { tokens, shares };
}
