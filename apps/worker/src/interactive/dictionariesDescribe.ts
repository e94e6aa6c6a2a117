import { resolve } from 'node:path';
import { dictionaryFiles, loadDictionary } from '@sextant/dictionaries';
import type { InteractiveHandler } from '@sextant/jobs';
import { backend } from '../backend';

/** What a stored dictionary is, in the lab or at a path, and what was decided in reading it. */
export const dictionariesDescribe: InteractiveHandler<'dictionaries.describe'> = async function* (of, { lab }) {
  await backend();
  const path = 'path' in of ? resolve(of.path) : lab.artifacts.path(of.dictionary);
  const { format, files } = dictionaryFiles(path);
  const dictionary = loadDictionary(path);
  try {
    const { architecture, d, dOut, n, hook, scale, config, notes, decoderNorms } = dictionary;
    const { dtype, normalisation, applyDecoderBiasToInput: centred, options, metadata } = config;
    const [least, most] = [decoderNorms.reduce((a, b) => Math.min(a, b), Infinity), decoderNorms.reduce((a, b) => Math.max(a, b), 0)];
    const norms: [number, number] = [least, most];
    const sizes = { d, dOut, n, decoderNorms: norms };
    yield { path, format, architecture, ...sizes, dtype, scale, hook, normalisation, centred, options, metadata, notes: [...notes], files };
  } finally {
    dictionary.dispose();
  }
};
