import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@sextant/compute';
import { openSafetensors, writeSafetensors } from '@sextant/formats';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveModelFixtures, modelFixtures, withoutFixtures } from '../sharedFixtures';
import { smallFixtures } from './publicFixtures';
import { verifyModelAt } from './verifyModel';

beforeAll(async () => void (await selectBackend()));

describe.skipIf(!haveModelFixtures)(`verification (${withoutFixtures})`, () => {
  it.each(smallFixtures())('$name meets its references', async ({ path, references }) => {
    const { checks, passed } = await verifyModelAt(path, { references });
    expect(checks.filter((check) => !check.passed)).toEqual([]);
    expect(passed).toBe(true);
    expect(checks.length).toBeGreaterThan(5);
  });

  describe('of a model that is not what its references are of', () => {
    let dir: string;
    beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'verify-'))));
    afterEach(() => rmSync(dir, { recursive: true }));
    const source = join(modelFixtures, 'tiny/llama-gqa-untied');

    it('sees one weight that differs by a hundredth', async () => {
      cpSync(source, dir, { recursive: true });
      const stored = openSafetensors(join(source, 'model.safetensors'));
      const name = 'model.layers.1.mlp.up_proj.weight';
      const tensors = Object.fromEntries(stored.names().map((each) => [each, { dtype: 'F32' as const, shape: [...stored.info(each).shape], data: stored.read(each) }]));
      stored.close();
      tensors[name]!.data[5]! += 1e-2;
      writeSafetensors(join(dir, 'model.safetensors'), tensors);
      const { checks, passed } = await verifyModelAt(dir);
      expect(passed).toBe(false);
      const beyond = checks.filter((check) => !check.passed).map(({ tensor }) => tensor);
      expect(beyond).toContain('right.logits');
      // What lies before the weight is still met.
      expect(beyond).not.toContain('hooks.blocks.0.hook_resid_post');
      expect((await verifyModelAt(dir, { tolerance: 10 })).checks.filter((check) => !check.passed && check.tolerance > 0)).toEqual([]);
    });

    it('sees another tokenizer', async () => {
      cpSync(source, dir, { recursive: true });
      const cases = JSON.parse(readFileSync(join(dir, 'tokenizer_cases.json'), 'utf8')) as { ids: number[] }[];
      cases[0]!.ids[1]! += 1;
      writeFileSync(join(dir, 'tokenizer_cases.json'), JSON.stringify(cases));
      const { checks } = await verifyModelAt(dir);
      expect(checks.filter((check) => !check.passed)).toMatchObject(['ids', 'tokens', 'decoded', 'decoded_skip_special'].map((field) => ({ tensor: `tokenizer[0].${field}`, maxAbs: 1 })));
    });

    it('has nothing to say without references, and refuses damaged ones', async () => {
      for (const name of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(source, name), join(dir, name));
      await expect(verifyModelAt(dir)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('no references') });
      writeFileSync(join(dir, 'references.safetensors'), readFileSync(join(source, 'references.safetensors')).subarray(0, 5000));
      await expect(verifyModelAt(dir)).rejects.toMatchObject({ code: 'INVALID_FILE', message: expect.stringContaining('references.safetensors') });
    });
  });
});
