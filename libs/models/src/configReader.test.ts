import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import { ConfigReader } from './configReader';
import { describeModel, familyOf } from './families/registry';
import { isJsonObject, readJsonObject, type JsonObject } from './json';
import { parametersOf } from './parameters';
import { haveModelFixtures, modelFixtures, withoutFixtures } from './sharedFixtures';

const tiny = join(modelFixtures, 'tiny');
const folders = haveModelFixtures ? readdirSync(tiny).filter((name) => existsSync(join(tiny, name, 'config.json'))) : [];
const strange = [undefined, null, -1, 0, 1.5, 3, 1e12, NaN, '', 'strange', [], ['strange'], {}, { rope_type: 7 }, true, false];

/** Every config that differs from this one in one field, at any depth. */
function* mutations(config: JsonObject): Generator<JsonObject> {
  for (const [key, value] of Object.entries(config)) {
    for (const other of strange) yield { ...config, [key]: other };
    if (isJsonObject(value)) for (const nested of mutations(value)) yield { ...config, [key]: nested };
  }
}

describe('second names of fields', () => {
  const wide = { model_type: 'gpt2', n_embd: 12, n_head: 3, n_layer: 2, n_positions: 20, vocab_size: 9 };
  const other = { model_type: 'gpt2', hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 2, max_position_embeddings: 20, vocab_size: 9 };
  const read = (values: JsonObject) => describeModel(new ConfigReader(values, 'config.json')).architecture;

  it('are read as Transformers reads them', () => {
    expect(read(other)).toEqual(read(wide));
    const neo = { model_type: 'gpt_neo', hidden_size: 12, attention_types: [[['global', 'local'], 1]] };
    expect(read({ ...neo, num_attention_heads: 3, num_hidden_layers: 2 })).toEqual(read({ ...neo, num_heads: 3, num_layers: 2 }));
  });

  it('must not contradict the first', () => {
    expect(() => read({ ...wide, hidden_size: 24 })).toThrow(/"hidden_size" is 24; expected 12, as "n_embd" says/);
  });
});

describe.skipIf(!haveModelFixtures)(`a config.json with one strange value (${withoutFixtures})`, () => {
  it.each(folders)('%s: describes a model of bounded size, or is refused by name', (folder) => {
    let [described, refused] = [0, 0];
    for (const file of ['config.json', 'config.legacy.json'].filter((name) => existsSync(join(tiny, folder, name)))) {
      for (const values of mutations(readJsonObject(join(tiny, folder, file)))) {
        try {
          const config = new ConfigReader(values, 'config.json');
          const parameters = parametersOf(familyOf(config).architecture(config));
          expect(parameters.every(({ shape }) => shape.every((size) => Number.isInteger(size) && size > 0))).toBe(true);
          expect(parameters.length).toBeLessThan(20_000);
          described++;
        } catch (error) {
          if (!(error instanceof SextantError)) throw error;
          expect(error.code).toBe('INVALID_FILE');
          expect(error.message).toMatch(/^config.json: (model_type|")/);
          refused++;
        }
      }
    }
    expect(described).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});
