import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listBackends, selectBackend } from '@sextant/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LanguageModel } from './languageModel';
import { loadModel } from './loadModel';
import { haveModelFixtures, modelFixtures, withoutFixtures } from './sharedFixtures';
import { verifyModel } from './verification/verifyModel';

/** The test of a family: each of its tiny reference models, on every backend present, with both spellings of config.json. */
export async function describeFamilyParity(family: string, fixtures: readonly string[]): Promise<void> {
  const backends = (await listBackends()).filter(({ present }) => present).map(({ name }) => name);
  describe.skipIf(!haveModelFixtures).each(backends)(`${family} against Transformers on %s (${withoutFixtures})`, (backend) => {
    beforeAll(async () => void (await selectBackend({ name: backend })));

    describe.each(fixtures)('%s', (fixture) => {
      const folder = join(modelFixtures, 'tiny', fixture);
      let model: LanguageModel;
      beforeAll(async () => void (model = await loadModel(folder)));
      afterAll(() => model.dispose());

      it('computes the reference values, padded on either side, cached or not', async () => {
        expect(model.config.family).toBe(family);
        const checks = await verifyModel(model, join(folder, 'references.safetensors'));
        expect(checks.length).toBeGreaterThanOrEqual(7);
        for (const { tensor, compared } of checks.filter(({ tensor }) => !tensor.startsWith('tokenizer'))) expect(compared, tensor).toBeGreaterThan(0);
        expect(checks.filter(({ passed }) => !passed)).toEqual([]);
      });

      // Storage variants have no legacy config: theirs is that of the model they store.
      const hasLegacy = !haveModelFixtures || readdirSync(folder).includes('config.legacy.json');
      if (hasLegacy) it('is the same model in the keys of Transformers 4', async () => {
        await withLegacyConfig(folder, async (copy) => {
          const legacy = await loadModel(copy);
          const ids = [[1, 5, 9, 20, 3, 7, 11, 2, 6, 30, 8, 14]];
          const [now, before] = [model, legacy].map((each) => each.forward({ ids }));
          expect(Float32Array.from(before!.dataSync())).toEqual(Float32Array.from(now!.dataSync()));
          now!.dispose();
          before!.dispose();
          legacy.dispose();
        });
      });
    });
  });
}

async function withLegacyConfig(folder: string, use: (copy: string) => Promise<void>): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'legacy-'));
  try {
    for (const name of readdirSync(folder).filter((file) => file.startsWith('model'))) copyFileSync(join(folder, name), join(copy, name));
    copyFileSync(join(folder, 'config.legacy.json'), join(copy, 'config.json'));
    await use(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
