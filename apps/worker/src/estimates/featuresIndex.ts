import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openActivations } from '@sextant/activations';
import { loadDictionary } from '@sextant/dictionaries';
import { buildFeatureIndex, readoutOf } from '@sextant/features';
import { backend } from '../backend';
import { resident } from '../resident';
import { timed, type Estimator } from './estimator';

const SAMPLE_TOKENS = 65_536;

/** Indexes of half a sample (once to warm up) and of the whole one: what grows with the tokens, and what every index costs. */
export const featuresIndex: Estimator<'features.index'> = async (spec, { lab, signal }) => {
  await backend();
  const { model } = lab.activations.get(spec.activations);
  const activations = openActivations(lab.artifacts.path(spec.activations));
  const dictionary = await loadDictionary(lab.artifacts.path(spec.dictionary));
  const loaded = await resident.model(lab, model);
  const readout = await readoutOf(loaded);
  const piece = (id: number) => loaded.tokenizer.piece(id);
  const amount = Math.min(activations.tokens, spec.maxTokens ?? Infinity);
  const sample = async (maxTokens: number) => {
    const outDir = mkdtempSync(join(tmpdir(), 'sextant-estimate-'));
    try {
      const { seconds } = await timed(() => buildFeatureIndex({ dictionary, activations, readout, piece, outDir, seed: spec.seed, maxTokens, signal }));
      return { seconds, bytes: readdirSync(outDir).reduce((total, name) => total + statSync(join(outDir, name)).size, 0) };
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  };
  try {
    const whole = Math.min(amount, SAMPLE_TOKENS);
    await sample(whole / 2);
    const [part, all] = [await sample(whole / 2), await sample(whole)];
    const grown = (key: 'seconds' | 'bytes') => all[key] + Math.max(0, all[key] - part[key]) * ((amount - whole) / (whole / 2));
    const basis = `indexes of ${whole / 2} and ${whole} tokens; examples grow slower than the tokens, so the bytes are an upper bound`;
    return { amount, unit: 'tokens', bytes: Math.round(grown('bytes')), seconds: grown('seconds'), basis };
  } finally {
    dictionary.dispose();
  }
};
