import { linear, Rng, tf } from '@sextant/compute';
import type { EvalItem } from '@sextant/evals';
import { initModel, type LanguageModel } from '@sextant/models';
import type { StudyDictionary } from '../bench/model';
import type { StudyDeps } from '../studyDeps';
import { wordTokenizer } from './wordTokenizer';

const width = 64;
const features = 40;
const subjects = 24;
export const plantedHook = 'blocks.0.hook_resid_post';
export const plantedDigest = 'd'.repeat(64);
/** The feature whose direction decides the margin; the two beside it fire with it and decide nothing. */
export const planted = 7;
export const neighbours = [6, 8];

const words = {
  subjects: Array.from({ length: subjects }, (_, i) => `subject${i}`),
  kind: ['warm', 'lovely', 'sweet'],
  stern: ['cold', 'plain', 'hard'],
  copies: Array.from({ length: subjects }, (_, i) => `copy${i}`),
  truths: Array.from({ length: subjects }, (_, i) => `truth${i}`),
  filler: Array.from({ length: 20 }, (_, i) => `word${i}`),
};

const unit = (values: Float32Array): Float32Array => {
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
};
const mix = (...parts: [number, ArrayLike<number>][]): Float32Array =>
  Float32Array.from({ length: width }, (_, i) => parts.reduce((total, [weight, vector]) => total + weight * vector[i]!, 0));

/**
 * A Llama whose first block averages the text so far and whose second is small noise, with a direction v planted: kind
 * words carry +v and stern ones −v, and the unembedding reads v as copy against truth. Its dictionary has a feature along
 * v, and two neighbours that fire on the same tokens but whose directions do not matter.
 */
export function plantedStudy(seed = 1): { deps: StudyDeps; model: LanguageModel; direction: Float32Array } {
  const rng = new Rng(seed);
  const direction = unit(rng.normals(width));
  const tokenizer = wordTokenizer(Object.values(words).flat());
  const config = {
    model_type: 'llama',
    hidden_size: width,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    vocab_size: tokenizer.vocabSize,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-6,
    hidden_act: 'silu',
    tie_word_embeddings: false,
    initializer_range: 0.02,
    bos_token_id: 0,
    eos_token_id: 1,
  };
  const model = initModel(config, tokenizer, rng.fork('weights'));
  const rows = (of: (word: string) => Float32Array) =>
    ['<bos>', '<eos>', '<unk>', ...Object.values(words).flat()].flatMap((word) => [...of(word)]);
  const noise = (label: string, size: number) => unit(rng.fork(label).normals(width)).map((value) => value * size);
  const tone = (word: string) => (words.kind.includes(word) ? 0.9 : words.stern.includes(word) ? -0.9 : 0);
  const choice = (word: string) => (word.startsWith('copy') ? 0.4 : word.startsWith('truth') ? -0.4 : 0);
  assign(model, 'embed.weight', rows((word) => mix([tone(word), direction], [1, noise(`embed ${word}`, 2)])));
  assign(model, 'unembed.weight', rows((word) => mix([choice(word), direction], [1, noise(`unembed ${word}`, 0.25)])));
  const identity = Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 0.5 : 0));
  for (const name of ['q', 'k']) assign(model, `blocks.0.attn.${name}.weight`, new Array<number>(width * width).fill(0));
  for (const name of ['v', 'o']) assign(model, `blocks.0.attn.${name}.weight`, identity);

  const dictionary = plantedDictionary(rng.fork('dictionary'), direction);
  const texts = Array.from({ length: 60 }, (_, i) => sentence(rng.fork(`text ${i}`), i % 3 === 0 ? 'kind' : i % 3 === 1 ? 'stern' : 'filler'));
  const deps: StudyDeps = {
    study: 'planted',
    model,
    dictionary,
    statistics: { n: features, ...statisticsOf(model, dictionary, texts) },
    items: items(rng.fork('items')),
    sideTasks: [{ task: 'toy:other', items: otherItems(rng.fork('other')) }],
    contrast: Array.from({ length: 24 }, (_, i) => {
      const own = (tone: 'kind' | 'stern') => sentence(rng.fork(`contrast ${i}`), tone);
      return { positive: own('kind'), negative: own('stern') };
    }),
    prose: texts.slice(0, 12).map((text) => tokenizer.encode(text)),
    now: () => '2024-01-01T00:00:00.000Z',
  };
  return { deps, model, direction };
}

function assign(model: LanguageModel, name: string, values: readonly number[]): void {
  const variable = model.params.get(name)!;
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

function sentence(rng: Rng, tone: 'kind' | 'stern' | 'filler'): string {
  const pick = (list: readonly string[]) => list[rng.int(list.length)]!;
  const length = 4 + rng.int(5);
  return Array.from({ length }, (_, i) => (i === 1 ? pick(words[tone]) : pick(words.filler))).join(' ');
}

/** Copy against truth after a text without any sign of the tone; each subject is a cluster, even ones are split A. */
function items(rng: Rng): EvalItem[] {
  return words.subjects.flatMap((subject, i) =>
    Array.from({ length: 5 }, (_, place): EvalItem => ({
      id: `${subject}-${place}`,
      cluster: subject,
      split: i % 2 === 0 ? 'A' : 'B',
      prompt: `${sentence(rng, 'filler')} ${subject}`,
      choices: [` copy${i}`, ` truth${i}`],
      gold: [0, 1],
      subject: [0],
      grading: 'argmax',
      covariates: {},
    })),
  );
}

/** A task the planted direction has nothing to do with, with choices of two tokens. */
function otherItems(rng: Rng): EvalItem[] {
  return words.subjects.map((subject, i) => ({
    id: `other-${i}`,
    cluster: subject,
    split: i % 2 === 0 ? 'A' : 'B',
    prompt: sentence(rng, 'filler'),
    choices: [' word1 word2', ' word3 word4', ' word5'],
    gold: [1, 0, 0],
    subject: [0],
    grading: 'argmax',
    covariates: {},
  }));
}

function plantedDictionary(rng: Rng, direction: Float32Array): StudyDictionary {
  const random = Array.from({ length: features }, () => unit(rng.normals(width)));
  const across = (vector: Float32Array) => unit(mix([1, vector], [-vector.reduce((total, value, i) => total + value * direction[i]!, 0), direction]));
  const decoder = random.map((row, i) => (i === planted ? direction : neighbours.includes(i) ? across(row) : row));
  const encoder = random.map((row, i) => (i === planted || neighbours.includes(i) ? direction : row));
  const bias = encoder.map((_, i) => (i === planted || neighbours.includes(i) ? -0.02 * (1 + Math.abs(i - planted)) : -0.4));
  const matrix = (list: readonly Float32Array[]) => tf.tensor2d(list.flatMap((row) => [...row]), [list.length, width]);
  const encode = (x: tf.Tensor2D, chosen: readonly number[]) =>
    tf.tidy(() => tf.relu(linear(x, matrix(chosen.map((i) => encoder[i]!)), tf.tensor1d(chosen.map((i) => bias[i]!)))).as2D(x.shape[0], chosen.length));
  const all = Array.from({ length: features }, (_, i) => i);
  return {
    d: width,
    n: features,
    hook: plantedHook,
    encode: (x) => encode(x, all),
    encodeOne: encode,
    encodeSparse(x) {
      const dense = encode(x, all);
      const values = dense.dataSync();
      dense.dispose();
      const rowOffsets = new Int32Array(x.shape[0] + 1);
      const found: [number, number][] = [];
      for (let row = 0; row < x.shape[0]; row++) {
        for (const i of all) if (values[row * features + i]! > 0) found.push([i, values[row * features + i]!]);
        rowOffsets[row + 1] = found.length;
      }
      return { rowOffsets, indices: Int32Array.from(found, ([i]) => i), values: Float32Array.from(found, ([, value]) => value) };
    },
    decode: (activations) => tf.tidy(() => tf.matMul(activations, matrix(decoder)).as2D(activations.shape[0], width)),
    decoderRow: (feature) => decoder[feature]!,
  };
}

function statisticsOf(model: LanguageModel, dictionary: StudyDictionary, texts: readonly string[]) {
  const max = new Float32Array(features);
  const fired = new Float64Array(features);
  let tokens = 0;
  for (const text of texts) {
    const ids = model.tokenizer.encode(text);
    const read = (value: tf.Tensor) => {
      const { indices, values } = dictionary.encodeSparse(tf.reshape<tf.Rank.R2>(value, [ids.length, width]));
      indices.forEach((feature, i) => {
        max[feature] = Math.max(max[feature]!, values[i]!);
        fired[feature]!++;
      });
    };
    model.run({ ids: [ids] }, { stopAt: plantedHook, hooks: [{ point: plantedHook, fn: (value) => void tf.tidy(() => read(value)) }] });
    tokens += ids.length;
  }
  return { maxActivation: (feature: number) => max[feature]!, density: (feature: number) => fired[feature]! / tokens };
}
