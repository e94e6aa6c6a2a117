import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '@sextant/compute';
import { ConfigReader } from '../configReader';
import { readJsonObject } from '../json';
import { loadModel } from '../loadModel';
import { parametersOf, sizeOf } from '../parameters';
import { checkpointTensors } from '../saveModel';
import { openSafetensors } from '@sextant/formats';
import { haveModelFixtures, modelFixtures, withoutFixtures } from '../sharedFixtures';
import { families, familyOf } from './registry';

const tiny = join(modelFixtures, 'tiny');
const folders = haveModelFixtures ? readdirSync(tiny).filter((name) => !name.includes('.') && readdirSync(join(tiny, name)).includes('model.safetensors')) : [];

describe('the family registry', () => {
  it('has one family for each model type and one name for each family', () => {
    const types = families.flatMap(({ modelTypes }) => modelTypes);
    expect(new Set(types).size).toBe(types.length);
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  });

  describe.skipIf(!haveModelFixtures)(`on every fixture (${withoutFixtures})`, () => {
    beforeAll(async () => void (await selectBackend()));
    const loaded = new Set<string>();
    afterAll(() => expect([...loaded].sort()).toEqual(families.map(({ name }) => name).sort()));

    it.each(folders)('%s: each parameter lies in exactly one tensor, and is written back to the bit', async (folder) => {
      const config = new ConfigReader(readJsonObject(join(tiny, folder, 'config.json')), 'config.json');
      const family = familyOf(config);
      loaded.add(family.name);
      const architecture = family.architecture(config);
      const parameters = parametersOf(architecture);
      const bound = family.tensors(parameters, architecture).flatMap((binding) => binding.parameters.map(({ name }) => name));
      expect(bound.sort()).toEqual(parameters.map(({ name }) => name).sort());

      const model = await loadModel(join(tiny, folder));
      expect(model.config.parameters).toBe(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
      const source = openSafetensors(join(tiny, folder, 'model.safetensors'));
      for (const [name, { shape, data }] of Object.entries(checkpointTensors(model, 'F32'))) {
        const stored = source.has(name) ? name : name.replace(family.optionalPrefix!, '');
        expect(source.info(stored).shape).toEqual(shape);
        expect(data).toEqual(source.read(stored));
      }
      source.close();
      model.dispose();
    });
  });
});
