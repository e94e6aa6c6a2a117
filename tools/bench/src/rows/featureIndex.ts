import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { harvest, openActivations } from '@sextant/activations';
import { Rng } from '@sextant/compute';
import { LoadedDictionary, type DictionaryConfig } from '@sextant/dictionaries';
import { buildFeatureIndex, openFeatureIndex, readoutOf } from '@sextant/features';
import { loadModel, type LanguageModel } from '@sextant/models';
import { numbersWithin } from '../agreement';
import { languageModelSize, languageModelText, writeLanguageModel } from '../inputs/languageModel';
import { transposed } from '../inputs/transposed';
import type { Measured } from '../measured';
import { ourselves } from '../peers/ourselves';
import type { BenchRow } from '../row';

const name = 'feature-index';
const features = 16384;
const tokens = Number(process.env.SEXTANT_BENCH_INDEX_TOKENS ?? 131_072);
const hook = `blocks.${languageModelSize.layers - 1}.hook_resid_post`;

function corpus(count: number) {
  const { contextLength, vocabulary } = languageModelSize;
  const rng = new Rng(17);
  const ids = Int32Array.from({ length: Math.ceil(count / contextLength) * contextLength }, () => 2 + rng.int(vocabulary - 2));
  return { meta: { contextLength }, tokens: ids, mask: new Int32Array(ids.length).fill(1), tokenDocuments: ids.map((_, at) => Math.floor(at / contextLength)) };
}

/** The bench's model has no tokenizer, and a harvest only asks for special tokens, which these rows lack. */
const harvested = (model: LanguageModel) => ({
  tokenizer: { specialIds: new Set<number>() },
  hookPoints: () => model.hookPoints(),
  run: model.run.bind(model),
});

const harvestInto = (model: LanguageModel, outDir: string) => harvest({ model: harvested(model), corpus: corpus(tokens), hook, outDir, batchSize: 16 });

function dictionary(): LoadedDictionary {
  const d = languageModelSize.d;
  const rows = new Rng(19).normals(features * d, 1 / Math.sqrt(d));
  const config: DictionaryConfig = {
    architecture: 'topk', d, n: features, dOut: d, dtype: 'float32', applyDecoderBiasToInput: true, normalisation: 'none', reshape: 'none',
    options: { k: 32 }, metadata: {},
  };
  return new LoadedDictionary(config, {
    W_enc: { shape: [d, features], data: transposed(rows, features, d) },
    W_dec: { shape: [features, d], data: rows },
    b_enc: { shape: [features], data: new Float32Array(features) },
    b_dec: { shape: [d], data: new Float32Array(d) },
  });
}

async function inFolder(inputs: string, work: (model: LanguageModel, folder: string) => Promise<{ seconds: number; counted: number }>): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
  const model = await loadModel(inputs);
  try {
    const { seconds, counted } = await work(model, folder);
    return { units: tokens, seconds: [seconds], evidence: { kind: 'numbers', numbers: [counted] }, versions: {} };
  } finally {
    model.dispose();
    rmSync(folder, { recursive: true });
  }
}

const secondsSince = (started: number) => (performance.now() - started) / 1000;

async function index(model: LanguageModel, folder: string) {
  await harvestInto(model, join(folder, 'activations'));
  const activations = openActivations(join(folder, 'activations'));
  const readout = await readoutOf(model);
  const read = dictionary();
  const started = performance.now();
  await buildFeatureIndex({ dictionary: read, activations, readout, piece: String, outDir: join(folder, 'index'), seed: 0 });
  const seconds = secondsSince(started);
  const built = openFeatureIndex(join(folder, 'index'));
  const counted = built.tokens;
  built.close();
  activations.close();
  read.dispose();
  return { seconds, counted };
}

async function harvestAlone(model: LanguageModel, folder: string) {
  const started = performance.now();
  const { plan } = await harvestInto(model, folder);
  return { seconds: secondsSince(started), counted: plan.tokens };
}

export const featureIndex: BenchRow = {
  name,
  work: `feature index of ${features} features over ${tokens} tokens, LM ${languageModelText}, after its last block`,
  unit: 'tok',
  goal: { shareOfTime: 0.5 },
  inputs: 'language-model',
  prepare: ({ inputs }) => writeLanguageModel(inputs),
  ours: ({ inputs }) => inFolder(inputs, index),
  peer: ourselves({ row: name, name: 'the harvest itself', run: ({ inputs }) => inFolder(inputs, harvestAlone) }),
  agreement: numbersWithin(0, 'tokens'),
};
