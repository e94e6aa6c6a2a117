import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openGguf, type GgufFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { ConfigReader } from '../../configReader';
import { fileWeights } from '../../weights/fileWeights';
import type { CheckpointFormat } from '../checkpoint';
import { GgufHeader } from './header';
import { ggufArchitectureOf } from './registry';
import { ggufTokenizer } from './tokenizer';

/** A GGUF file of any architecture in registry.ts, with the configuration and the tokenizer from its metadata. */
export const gguf: CheckpointFormat = {
  name: 'gguf',
  looksLike: 'a .gguf file, or a folder with one',
  recognises: (path) => ggufFile(path) !== null,
  files: (path) => [{ path: ggufFile(path)!, name: basename(ggufFile(path)!) }],
  open(path) {
    const file = openGguf(ggufFile(path)!);
    try {
      refuseShards(file);
      const placement = ggufArchitectureOf(file);
      const header = new GgufHeader(file, placement.name);
      const config = placement.config(header);
      header.refuseUnread();
      return { config, configFile: file.path, generation: {}, tokenizer: ggufTokenizer(file, tokenizerKeys(file)), weights: fileWeights(file), placement };
    } catch (error) {
      file.close();
      throw error;
    }
  },
};

function ggufFile(path: string): string | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory()) return path.endsWith('.gguf') ? path : null;
  const found = readdirSync(path).filter((name) => name.endsWith('.gguf'));
  return found.length === 1 ? join(path, found[0]!) : null;
}

/** llama.cpp splits large models into files that each hold some tensors. */
function refuseShards(file: GgufFile): void {
  const count = file.metadata.get('split.count');
  if (count === undefined || count === 0 || count === 1) return;
  const hint = 'join them with `llama-gguf-split --merge FIRST OUT`';
  throw new SextantError('INVALID_FILE', `${file.path}: is one of ${String(count)} files of a split model, which are not read; ${hint}`, {
    file: file.path,
    field: 'split.count',
    value: count,
    hint,
  });
}

/** The tokenizer's metadata without its lists; whole numbers of any width are numbers. */
function tokenizerKeys(file: GgufFile): ConfigReader {
  const entries = [...file.metadata].filter(([key, value]) => key.startsWith('tokenizer.') && !Array.isArray(value));
  return new ConfigReader(Object.fromEntries(entries.map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])), file.path);
}
