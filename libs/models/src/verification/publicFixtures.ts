import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { haveModelFixtures, modelFixtures, sharedPath } from '../sharedFixtures';

/** A model of the shared fixtures and the references it is held against; without them, those beside it. */
export interface Fixture {
  name: string;
  path: string;
  references?: string;
}

/** Folders that store a model whose references lie in another folder. */
const storageVariants: Readonly<Record<string, string>> = {
  'llama-gqa-untied-sharded': 'llama-gqa-untied',
  'gpt2-tied-bare-names': 'gpt2-tied',
  'gpt-neo-local-bin': 'gpt-neo-local',
};

/** Every small model with references: the families, their storage variants, GGUF in each type, llama2.c. */
export function smallFixtures(): Fixture[] {
  if (!haveModelFixtures) return [];
  const at = (...parts: string[]) => join(modelFixtures, ...parts);
  const folders = readdirSync(at('tiny'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const tiny = folders.map(({ name }) => ({ name, path: at('tiny', name), ...(storageVariants[name] && { references: at('tiny', storageVariants[name]) }) }));
  const ggufs = readdirSync(at('gguf')).filter((name) => /^(llama-.*|types)\.gguf$/.test(name));
  const trained = ['stories260k-llama2c', 'babyllama-105-llama2c'].map((name) => ({ name, path: sharedPath(`data/models/${name}`), references: at(name) }));
  return [
    ...tiny,
    ...ggufs.map((name) => ({ name, path: at('gguf', name) })),
    { name: 'stories260k-hf', path: at('stories260k-hf'), references: at('stories260k-llama2c') },
    ...trained.filter(({ path }) => existsSync(path)),
  ];
}

/** SmolLM2-135M-Instruct, where its weights are. */
export function largeFixtures(): Fixture[] {
  const path = sharedPath('data/models/smollm2-135m-instruct-gguf');
  return haveModelFixtures && existsSync(path) ? [{ name: 'smollm2-135m-instruct Q4_1', path, references: join(modelFixtures, 'smollm2') }] : [];
}
