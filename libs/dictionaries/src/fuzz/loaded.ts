import type { Stored } from '@sextant/formats/testing';
import type { DictionaryConfig, WeightArrays } from '../config';
import { loadDictionary } from '../formats';

/** What a loader gave. */
export interface Loaded {
  config: DictionaryConfig;
  arrays: WeightArrays;
}

/** What the files of a dictionary say, by SAELens names and layouts. */
export interface Said {
  architecture: string;
  applyDecoderBiasToInput: boolean;
  normalisation: string;
  /** Settings of the architecture; those not named are not compared. */
  options: Readonly<Record<string, unknown>>;
  tensors: ReadonlyMap<string, Stored>;
}

export function loadedFrom(dir: string): Loaded {
  const dictionary = loadDictionary(dir);
  try {
    return { config: dictionary.config, arrays: dictionary.arrays() };
  } finally {
    dictionary.dispose();
  }
}

/**
 * A load is silent where any of this is not what the files say: architecture, normalisation, centring, settings, the names, shapes and
 * every value of its tensors, bit for bit.
 */
export function expectSaid(loaded: Loaded, { tensors, options, ...said }: Said): void {
  expectSettings(loaded, said, options);
  const names = Object.keys(loaded.arrays).sort().join();
  if (names !== [...tensors.keys()].sort().join()) throw new Error(`silent: tensors ${names} where the files hold ${[...tensors.keys()].sort().join()}`);
  for (const [name, { shape, values }] of tensors) {
    const { shape: found, data } = loaded.arrays[name]!;
    if (found.join() !== shape.join()) throw new Error(`silent: ${name} of shape [${found}] where the files hold [${shape}]`);
    const at = [...data].findIndex((value, i) => !Number.isFinite(value) || !Object.is(value, values[i]));
    if (at >= 0 || data.length !== values.length) throw new Error(`silent: ${name}[${at}] is ${data[at]} where the files hold ${values[at]}`);
  }
}

function expectSettings({ config }: Loaded, said: Omit<Said, 'tensors' | 'options'>, options: Readonly<Record<string, unknown>>): void {
  const { architecture, applyDecoderBiasToInput, normalisation } = config;
  const found: Record<string, unknown> = { ...config.options, architecture, applyDecoderBiasToInput, normalisation };
  for (const [name, value] of Object.entries({ ...said, ...options })) {
    const [ours, theirs] = [JSON.stringify(found[name]), JSON.stringify(value)];
    if (ours !== theirs) throw new Error(`silent: ${name} is ${ours} where the files say ${theirs}`);
  }
}

/**
 * Where the files' own words cannot be read a second time (a changed pickle whose checksum was made right), every number must at least
 * be one of its storage.
 */
export function expectFrom({ arrays }: Loaded, storage: Uint8Array): void {
  const numbers = new Set(new Float32Array(Uint8Array.from(storage).buffer));
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    if (shape.length > 0 && ![...data].every((value) => Number.isFinite(value) && numbers.has(value))) throw new Error(`silent: ${name} holds numbers that are not in the storage`);
  }
}
