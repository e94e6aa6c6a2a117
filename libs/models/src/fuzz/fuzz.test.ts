import { selectBackend } from '@sextant/compute';
import { fuzz } from '@sextant/formats/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { tokenizerTargets } from './tokenizerTargets';
import { weightTargets } from './weightTargets';

/** A taste of `runFuzz.ts`, which does the same ten thousand times. */
const runs = 60;

describe(`changed files (${runs} of each kind)`, () => {
  beforeAll(async () => void (await selectBackend({ name: 'cpu' })));

  it.each(weightTargets())('$name: refused by name, or loaded as the files say', async (target) => {
    const counts = await fuzz(target, { runs });
    expect(counts.mutated).toBe(runs);
    expect(counts.refused).toBeGreaterThan(runs / 3);
  });

  it.each(tokenizerTargets())('$name: refused by name, or loaded as the files say', async (target) => {
    const counts = await fuzz(target, { runs });
    expect(counts.mutated).toBe(runs);
    expect(counts.refused).toBeGreaterThan(0);
  });
});
