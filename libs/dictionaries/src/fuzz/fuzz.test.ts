import { selectBackend, tf } from '@sextant/compute';
import { fuzz } from '@sextant/formats/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { dictionaryTargets } from './targets';

/** A taste of `runFuzz.ts`, which does the same ten thousand times. */
const runs = 200;

describe(`changed dictionaries (${runs} of each format)`, () => {
  beforeAll(async () => void (await selectBackend({ name: 'cpu' })));

  it.each(dictionaryTargets())('$name: refused by name, or loaded as the files say', async (target) => {
    const before = tf.memory().numTensors;
    const counts = await fuzz(target, { runs });
    expect(counts.mutated).toBe(runs);
    expect(counts.refused).toBeGreaterThan(runs / 3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
